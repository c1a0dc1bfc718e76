// The schema of the API as it is written, and what a change of it would break.
import { readdirSync, readFileSync } from "node:fs";
import {
  buildSchema,
  findBreakingChanges,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
} from "graphql";
import { path } from "./run.mjs";

/** The schema of the last release; scripts/release-schema.mjs writes it. */
export const released = path("docs", "schema", "released.graphql");

/** The schema of graph/*.graphqls as one text, without descriptions. */
export function schemaText() {
  const texts = readdirSync(path("graph"))
    .filter((name) => name.endsWith(".graphqls"))
    .sort()
    .map((name) => readFileSync(path("graph", name), "utf8"));
  const schema = lexicographicSortSchema(buildSchema(texts.join("\n")));
  return print(visit(parse(printSchema(schema)), { enter: withoutDescription }));
}

function withoutDescription(node) {
  return node.description === undefined ? undefined : { ...node, description: undefined };
}

/** What apps that were written for the one schema would no longer find in the other. */
export function breakingChanges(before, after) {
  return findBreakingChanges(buildSchema(before), buildSchema(after)).map(
    ({ description }) => description,
  );
}
