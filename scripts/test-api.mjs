// npm run test:api: independent clients and audits (scripts/api) against the real
// server, and a small soak of the failure feed. Arguments go to node --test.
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { binary, ensureGo, ensureModules, ensureServer } from "./lib/prepare.mjs";
import { main, path, Refusal, run } from "./lib/run.mjs";
import { clients, ensureClients, soak } from "./lib/soak.mjs";
import { add, close } from "./lib/tally.mjs";

const data = path(".build", "api");
const smallSoak = { seed: "20261121", subscribers: "20", people: "6", failures: "200", kills: "6" };

await main(async () => {
  await ensureGo();
  await ensureModules(); // PostgreSQL comes with them
  await ensureClients();
  await ensureServer();
  const demo = await startDemo();
  let count;
  try {
    count = await runTests(demo.base);
  } finally {
    await demo.stop();
  }
  return close(process.argv.length > 2 ? count : add(count, await soak(smallSoak)));
});

/** Starts the demonstration with a database of its own. */
async function startDemo() {
  rmSync(data, { recursive: true, force: true });
  const address = `127.0.0.1:${await freePort()}`;
  let log = "";
  const child = spawn(binary, ["demo"], {
    cwd: path(),
    env: {
      ...process.env,
      DATABASE_URL: "",
      PONTE_DATA: data,
      PONTE_ADDR: address,
      PONTE_ADMIN_ADDR: "off",
      PONTE_RATE_LIMIT: "0",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-20_000);
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const stop = () => {
    child.kill();
    return ended;
  };
  const base = `http://${address}`;
  for (const end = Date.now() + 120_000; !(await isReady(base)); ) {
    if (child.exitCode !== null || Date.now() > end) {
      await stop();
      throw new Refusal(`The demonstration does not start.\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { base, stop };
}

async function isReady(base) {
  try {
    return (await fetch(`${base}/readyz`)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function runTests(base) {
  const tests = readdirSync(clients)
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => `${clients}/${name}`);
  const { code, output } = await run(
    process.execPath,
    [
      "--test",
      "--test-concurrency=1", // both kinds of stream hear of the same failures
      "--test-reporter=tap",
      "--test-timeout=60000",
      ...process.argv.slice(2),
      ...tests,
    ],
    { env: { API_BASE: base } },
  );
  if (code !== 0) console.log(output);
  const [passed, failed, skipped] = ["pass", "fail", "skipped"].map((word) =>
    Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0),
  );
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}
