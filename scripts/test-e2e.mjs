// npm run test:e2e: the end-to-end tests, in headless Chromium against the real
// binary. Arguments go to Playwright.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { binary, ensureBinary, ensureChromium, tool } from "./lib/prepare.mjs";
import { main, path, run } from "./lib/run.mjs";
import { close, nothing } from "./lib/tally.mjs";

const config = path("frontend", "playwright.config.ts");
const report = path(".build", "test-e2e.json");

await main(async () => {
  if (!existsSync(config)) {
    console.log("There are no end-to-end tests yet.");
    return close(nothing);
  }
  await ensureBinary();
  const chromium = await ensureChromium();
  rmSync(report, { force: true });
  const { code, output } = await run(
    process.execPath,
    [
      tool("@playwright", "test", "cli.js"),
      "test",
      `--config=${config}`,
      "--reporter=line,json",
      ...process.argv.slice(2),
    ],
    { env: { PONTE_BIN: binary, PONTE_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report } },
  );
  if (code !== 0) console.log(output);
  const count = readReport();
  if (code !== 0 && count.failed === 0) count.failed = 1;
  return close(count);
});

function readReport() {
  if (!existsSync(report)) return { ...nothing };
  const { expected, flaky, unexpected, skipped } = JSON.parse(readFileSync(report, "utf8")).stats;
  return { passed: expected + flaky, failed: unexpected, skipped };
}
