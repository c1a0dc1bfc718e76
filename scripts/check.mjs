// npm run check: everything about the code that can be told without running it.
// All checks are made, also after one has failed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { staleFiles } from "./lib/generate.mjs";
import { ensureGo, ensureModules, tool } from "./lib/prepare.mjs";
import { main, path, quietly, Refusal } from "./lib/run.mjs";
import { close } from "./lib/tally.mjs";

const golangciLint = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0";

const node = (...args) => quietly(process.execPath, args);

const checks = [
  { name: "generated code is fresh", run: checkGenerated },
  { name: "gofmt", run: checkGofmt },
  { name: "go vet", run: () => quietly("go", ["vet", "./..."]) },
  { name: "golangci-lint", run: () => quietly("go", ["run", golangciLint, "run", "./..."]) },
  { name: "go mod verify", run: () => quietly("go", ["mod", "verify"]) },
  { name: "go mod tidy", run: () => quietly("go", ["mod", "tidy", "-diff"]) },
  {
    name: "biome",
    run: () => node(tool("@biomejs", "biome", "bin", "biome"), "check", "--error-on-warnings"),
  },
  {
    name: "tsc",
    needs: "frontend/tsconfig.json",
    run: () => node(tool("typescript", "bin", "tsc"), "--noEmit", "-p", "frontend"),
  },
  {
    name: "tsc of docs/examples",
    run: () => node(tool("typescript", "bin", "tsc"), "--noEmit", "-p", "docs/examples"),
  },
  { name: "the schema breaks no app", run: checkSchema },
  { name: "texts are complete", needs: "frontend/src/i18n/pt-BR.json", run: checkTexts },
];

async function checkGenerated() {
  const stale = await staleFiles();
  if (stale.length > 0) throw new Refusal(`npm run gen changed these files:\n${stale.join("\n")}`);
}

async function checkGofmt() {
  const files = await quietly("git", ["ls-files", "-co", "--exclude-standard", "--", "*.go"]);
  const present = files.split("\n").filter((name) => name && existsSync(path(name)));
  const unformatted = await quietly("gofmt", ["-l", ...present]);
  if (unformatted.trim()) throw new Refusal(`gofmt would change:\n${unformatted}`);
}

async function checkSchema() {
  const { breakingChanges, released, schemaText } = await import("./lib/schema.mjs"); // its modules are there now
  const broken = breakingChanges(readFileSync(released, "utf8"), schemaText());
  if (broken.length > 0) {
    throw new Refusal(
      `Apps written for the released schema would break:\n${broken.join("\n")}\nDeprecate first: see CONTRIBUTING.md, "A change of the schema".`,
    );
  }
}

function checkTexts() {
  const texts = readdirSync(path("frontend/src/i18n")).filter((name) => name.endsWith(".json"));
  return node(
    tool("@formatjs", "cli", "bin", "formatjs"),
    "verify",
    "--source-locale=pt-BR",
    "--missing-keys",
    "--extra-keys",
    "--structural-equality",
    ...texts.map((name) => `frontend/src/i18n/${name}`),
  );
}

await main(async () => {
  await ensureGo();
  await ensureModules();
  let failed = 0;
  const due = checks.filter(({ needs }) => !needs || existsSync(path(needs)));
  for (const check of due) {
    try {
      await check.run();
    } catch (error) {
      failed++;
      console.error(`✗ ${check.name}\n${error.message}\n`);
    }
  }
  return close({ passed: due.length - failed, failed });
});
