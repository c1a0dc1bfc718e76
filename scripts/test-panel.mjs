// npm run test:panel: the panel's unit tests. Arguments go to vitest.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { ensureModules, tool } from "./lib/prepare.mjs";
import { main, path, run } from "./lib/run.mjs";
import { close, nothing } from "./lib/tally.mjs";

const report = path(".build", "test-panel.json");

await main(async () => {
  if (!existsSync(path("frontend", "vitest.config.ts"))) {
    console.log("There is no panel to test yet.");
    return close(nothing);
  }
  await ensureModules();
  rmSync(report, { force: true });
  const { code, output } = await run(process.execPath, [
    tool("vitest", "vitest.mjs"),
    "run",
    "--root=frontend",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ]);
  if (code !== 0) console.log(output);
  const count = readReport();
  if (code !== 0 && count.failed === 0) count.failed = 1;
  return close(count);
});

function readReport() {
  if (!existsSync(report)) return { ...nothing };
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
}
