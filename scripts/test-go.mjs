// npm run test:go: the Go tests, with the race detector, against one fast
// PostgreSQL for the whole run. Arguments go to go test, as in
// `npm run test:go -- ./billing/... -run Settle`.
import { GoEvents } from "./lib/go-events.mjs";
import { ensureCompiler, ensureGo, ensureModules } from "./lib/prepare.mjs";
import { main, run } from "./lib/run.mjs";
import { close } from "./lib/tally.mjs";

await main(async () => {
  await ensureGo();
  await ensureModules(); // PostgreSQL comes with them
  await ensureCompiler();
  const chosen = process.argv.slice(2);
  const packages = chosen.length > 0 ? chosen : ["./..."];
  const test = ["go", "test", "-race", "-timeout=20m", "-json", ...packages];

  const events = new GoEvents();
  const { code, output } = await run(
    "go",
    ["run", "./ent/postgres/cmd/withpostgres", "--", ...test],
    {
      onLine: (line) => events.read(line),
    },
  );
  const report = events.report();
  if (report) console.log(report);
  const count = events.count();
  if (code !== 0 && count.failed === 0) {
    console.log(output);
    count.failed = 1;
  }
  return close(count);
});
