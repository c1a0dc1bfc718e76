// npm run test:vendor: the provider's own clients against our simulators, over
// real mutual TLS for Pix. Every answer is checked with the response schemas
// that come with the newer client. Arguments go to node --test.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { binary, ensureGo, ensureModules, ensureServer } from "./lib/prepare.mjs";
import { lines, main, path, Refusal, run } from "./lib/run.mjs";
import { close } from "./lib/tally.mjs";

const folder = path("scripts", "vendor");
const files = path(".build", "vendor");

// Operations of the vendor's client that Ponte has no use for.
const unused = {
  DEFAULT: /^authorize$|Subscription|Plan|^defineBalanceSheetBillet$|^createChargeCard$/,
  PIX: /^(?!pix)|^pix(Send|Split|QrCode|KeysBucket|GetReceipt|RetryRequest)|Evp$|Automatic|Batch/,
};

await main(async () => {
  await ensureGo();
  // npm hands its settings down to what it runs, also over this folder's .npmrc.
  await ensureModules(folder, "--engine-strict=false");
  await ensureServer();
  const sandbox = await startSandbox();
  try {
    const count = await runTests(await fetchCertificates(sandbox.addresses));
    if (process.argv.length === 2) count.failed += await countForgotten();
    return close(count);
  } finally {
    sandbox.child.kill();
  }
});

/** Starts the simulators on free ports and returns their addresses by name. */
function startSandbox() {
  const free = ["gerencianet", "pix", "vhsys", "control"].map((n) => `--${n}-addr=127.0.0.1:0`);
  const child = spawn(binary, ["sandbox", "--memory", ...free], {
    cwd: path(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const addresses = {};
  return new Promise((resolve, reject) => {
    const read = (line) => {
      const [, name, address] = /^(\w+) +(https?:\S+?)\/?$/.exec(line) ?? [];
      if (name) addresses[name] = address;
      if (name === "Controle") resolve({ child, addresses });
    };
    child.stdout.setEncoding("utf8").on("data", lines(read));
    child.on("error", reject);
    child.on("exit", (code) => reject(new Refusal(`The simulators ended with code ${code}.`)));
  });
}

/** Saves the certificates that the simulator hands out, and tells the tests where everything is. */
async function fetchCertificates({ Gerencianet, Pix, Controle }) {
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files, { recursive: true });
  for (const name of ["ca.pem", "localhost.pem", "homologacao.p12", "producao.p12"]) {
    const answer = await fetch(`${Controle}/pix/certificates/${name}`);
    if (!answer.ok) throw new Refusal(`${answer.url}: ${answer.status}`);
    writeFileSync(`${files}/${name}`, Buffer.from(await answer.arrayBuffer()));
  }
  return {
    VENDOR_CHARGES: Gerencianet,
    VENDOR_PIX: Pix,
    VENDOR_CONTROL: Controle,
    VENDOR_CERTIFICATES: files,
    NODE_EXTRA_CA_CERTS: `${files}/ca.pem`,
  };
}

/** Names the operations that we use and no test has called, and counts them. */
async function countForgotten() {
  const { endpoints } = await import(
    pathToFileURL(`${folder}/node_modules/sdk-node-apis-efi/dist/esm/constants/endpoints.js`)
  );
  const called = readFileSync(`${files}/called.txt`, "utf8").split("\n");
  const forgotten = Object.entries(unused)
    .flatMap(([api, none]) =>
      Object.keys(endpoints.APIS[api].ENDPOINTS).filter((n) => !none.test(n)),
    )
    .filter((name) => !called.includes(name));
  if (forgotten.length > 0) console.log(`No test calls ${forgotten.join(", ")}.`);
  return forgotten.length;
}

async function runTests(env) {
  const tests = readdirSync(folder)
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => `${folder}/${name}`);
  const { code, output } = await run(
    process.execPath,
    ["--test", "--test-reporter=tap", ...process.argv.slice(2), ...tests],
    { env },
  );
  if (code !== 0) console.log(output);
  const [passed, failed, skipped] = ["pass", "fail", "skipped"].map((word) =>
    Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0),
  );
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}
