// npm run bench: what idle subscribers cost, and telling them, beside a bare
// broadcast over the same WebSocket library in the same run. Linux only.
// `npm run bench -- --subscribers 2000 --people 100 --events 50` chooses the run.
import { spawn } from "node:child_process";
import { binary, ensureGo, ensureModules, ensureServer } from "./lib/prepare.mjs";
import { main, path, Refusal } from "./lib/run.mjs";

await main(async () => {
  if (process.platform !== "linux") throw new Refusal("npm run bench needs Linux.");
  await ensureGo();
  await ensureModules(); // PostgreSQL comes with them
  await ensureServer();
  const bench = ["go", "run", "./scripts/bench", "--server", binary, ...process.argv.slice(2)];
  const child = spawn("go", ["run", "./ent/postgres/cmd/withpostgres", "--", ...bench], {
    cwd: path(),
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("close", resolve));
});
