// npm run gen: writes the generated code of ent/, graph/ and frontend/ anew.
import { generate } from "./lib/generate.mjs";
import { ensureGo, ensureModules } from "./lib/prepare.mjs";
import { main } from "./lib/run.mjs";

await main(async () => {
  await ensureGo();
  await ensureModules();
  await generate();
  console.log("Generated.");
});
