// Runs TestSoak of server/soak_test.go with the clients of scripts/api/soak.mjs.
import { GoEvents } from "./go-events.mjs";
import { ensureGo, ensureModules } from "./prepare.mjs";
import { path, run } from "./run.mjs";

/** The folder of the independent clients, and of what they need. */
export const clients = path("scripts", "api");

/** Installs the clients' packages. npm hands its settings down, also over the folder's .npmrc. */
export const ensureClients = () => ensureModules(clients, "--engine-strict=false");

/** Runs the soak and returns its count. */
export async function soak({ seed, subscribers, people, failures, kills }) {
  await ensureGo();
  await ensureModules(); // PostgreSQL comes with them
  await ensureClients();
  const test = ["go", "test", "-timeout=60m", "-json", "-count=1", "./server", "-run=^TestSoak$"];
  const events = new GoEvents();
  const { code, output } = await run(
    "go",
    ["run", "./ent/postgres/cmd/withpostgres", "--", ...test],
    {
      env: {
        SOAK_CLIENT: `${clients}/soak.mjs`,
        SEED: seed,
        SUBSCRIBERS: subscribers,
        PEOPLE: people,
        FAILURES: failures,
        KILLS: kills,
      },
      onLine: (line) => {
        events.read(line);
        const { Output = "" } = line.startsWith("{") ? JSON.parse(line) : {};
        if (Output.includes("soak_test.go")) process.stdout.write(Output);
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
  return count;
}
