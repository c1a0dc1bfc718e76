// Generated code: how to make it, and whether it is what its sources say.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { path, quietly } from "./run.mjs";

const folders = ["ent/db", "graph/gen", "frontend/src/gen"];

// In this order: the API's code reads the code of what we remember, and the
// panel's reads the API's schema.
const steps = [
  { needs: "ent/generate.go", command: ["go", "generate", "./ent"] },
  { needs: "gqlgen.yml", command: ["go", "generate", "./graph"] },
  { needs: "ent/db", command: ["gofmt", "-w", "ent/db"] },
  { needs: "graph/gen", command: ["gofmt", "-w", "graph/gen"] },
  {
    needs: "docs/failures_test.go",
    command: ["go", "test", "./docs", "-run", "^(TestFailures|TestErrorCodes)$", "-update"],
  },
  {
    needs: "frontend/scripts/codegen.mjs",
    command: [process.execPath, "frontend/scripts/codegen.mjs"],
  },
];

/** Generates everything that has its source in the tree. */
export async function generate() {
  for (const { needs, command } of steps) {
    if (existsSync(path(needs))) await quietly(command[0], command.slice(1));
  }
}

/** Generates everything and returns the generated files that this changed. */
export async function staleFiles() {
  const before = fingerprints();
  await generate();
  const after = fingerprints();
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

function fingerprints() {
  const found = new Map();
  for (const folder of folders.filter((name) => existsSync(path(name)))) {
    for (const entry of readdirSync(path(folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      found.set(
        file.slice(path().length),
        createHash("sha256").update(readFileSync(file)).digest("hex"),
      );
    }
  }
  return found;
}
