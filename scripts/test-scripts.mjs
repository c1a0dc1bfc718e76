// npm run test:scripts: the tests of these scripts.
import { readdirSync } from "node:fs";
import { main, path, run } from "./lib/run.mjs";
import { close } from "./lib/tally.mjs";

await main(async () => {
  const files = readdirSync(path("scripts", "lib"))
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => path("scripts", "lib", name));
  const { code, output } = await run(process.execPath, ["--test", "--test-reporter=tap", ...files]);
  if (code !== 0) console.log(output);
  const [passed, failed, skipped] = ["pass", "fail", "skipped"].map((word) =>
    Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0),
  );
  return close({ passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped });
});
