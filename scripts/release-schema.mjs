// node scripts/release-schema.mjs: makes today's schema the one that npm run check
// compares with. Part of a release, and of nothing else: see CONTRIBUTING.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { released, schemaText } from "./lib/schema.mjs";

mkdirSync(dirname(released), { recursive: true });
writeFileSync(released, `${schemaText()}\n`);
