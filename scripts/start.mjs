// npm start: installs and builds what is missing or old, then runs the demo.
// Arguments are passed on, as in `npm start -- --fresh`.

import { runInForeground } from "./lib/foreground.mjs";
import { binary, ensureBinary } from "./lib/prepare.mjs";
import { main } from "./lib/run.mjs";

await main(async () => {
  await ensureBinary();
  return runInForeground(binary, ["demo", ...process.argv.slice(2)]);
});
