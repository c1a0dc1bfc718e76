// npm test: runs every part of the tests, which is every script of package.json
// that is named test:something, and adds up what they count. The long soak is left
// out: test:api has a small one.
import { readFileSync } from "node:fs";
import { main, path, run } from "./lib/run.mjs";
import { add, close, nothing, readClosing } from "./lib/tally.mjs";

const { scripts } = JSON.parse(readFileSync(path("package.json"), "utf8"));
const parts = Object.entries(scripts).filter(
  ([name]) => name.startsWith("test:") && name !== "test:soak",
);

await main(async () => {
  let total = nothing;
  for (const [name, script] of parts) {
    console.log(`\n${name}`);
    total = add(total, await runPart(script));
  }
  console.log("");
  return close(total);
});

/** Runs one part and returns its count. A part that fails without a word of any failed test is one failure. */
async function runPart(script) {
  let count;
  const onLine = (line) => {
    console.log(line);
    count = readClosing(line);
  };
  const [command, ...args] = script.split(" ");
  const { code, output } = await run(command, args, { onLine });
  process.stderr.write(output);
  count ??= nothing;
  return code !== 0 && count.failed === 0 ? add(count, { passed: 0, failed: 1 }) : count;
}
