// npm run test:faults: sales of every kind through two server processes, with
// every fault of the providers and kill -9 at random moments.
// `npm run test:faults -- --seed 7 --kills 50 --sales 100` chooses the run.
import { parseArgs } from "node:util";
import { GoEvents } from "./lib/go-events.mjs";
import { ensureGo, ensureModules } from "./lib/prepare.mjs";
import { main, run } from "./lib/run.mjs";
import { close } from "./lib/tally.mjs";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "20261121" },
    kills: { type: "string", default: "300" },
    sales: { type: "string", default: "500" },
  },
});

await main(async () => {
  await ensureGo();
  await ensureModules(); // PostgreSQL comes with them
  const test = ["go", "test", "-timeout=30m", "-json", "-count=1", "./server", "-run=^TestFaults$"];
  const events = new GoEvents();
  const { code, output } = await run(
    "go",
    ["run", "./ent/postgres/cmd/withpostgres", "--", ...test],
    {
      env: { SEED: values.seed, KILLS: values.kills, SALES: values.sales },
      onLine: (line) => {
        events.read(line);
        const { Output = "" } = line.startsWith("{") ? JSON.parse(line) : {};
        if (Output.includes("faults_test.go")) process.stdout.write(Output);
      },
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
