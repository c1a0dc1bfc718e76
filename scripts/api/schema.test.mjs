// The schema by npm graphql-schema-linter, and an app of Relay that is compiled
// against it (npm relay-compiler).
import { equal } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import { ask } from "./server.mjs";

const run = promisify(execFile);
const folder = fileURLToPath(new URL(".", import.meta.url));
const graph = fileURLToPath(new URL("../../graph/", import.meta.url));
const files = readdirSync(graph)
  .filter((name) => name.endsWith(".graphqls"))
  .map((name) => graph + name);

// Fields and values stand in the order in which they are thought of.
const rules = readdirSync(`${folder}node_modules/graphql-schema-linter/lib/rules`)
  .map((name) => name.replace(".js", "").replaceAll("_", "-"))
  .filter((name) => !name.endsWith("-sorted-alphabetically"));

test(`${rules.length} rules of the linter find nothing`, async () => {
  const found = await run(
    process.execPath,
    [
      `${folder}node_modules/graphql-schema-linter/lib/cli.js`,
      "--format=compact",
      `--rules=${rules.join(",")}`,
      ...files,
    ],
    { maxBuffer: 1 << 24 },
  ).catch(({ stdout, stderr }) => ({ stdout: stdout + stderr }));
  equal(found.stdout.trim(), "");
});

test("an app of Relay compiles", async () => {
  const app = mkdtempSync(join(tmpdir(), "ponte-relay-"));
  try {
    mkdirSync(join(app, "src"));
    const schema = buildClientSchema(await ask(getIntrospectionQuery()));
    writeFileSync(join(app, "schema.graphql"), printSchema(schema));
    for (const [name, text] of Object.entries(documents)) {
      const tags = [text].flat().map((one) => `graphql\`${one}\`;\n`);
      writeFileSync(join(app, "src", `${name}.js`), tags.join("\n"));
    }
    const config = { src: "./src", schema: "./schema.graphql", language: "javascript" };
    writeFileSync(join(app, "relay.config.json"), JSON.stringify(config));
    await run(
      process.execPath,
      [`${folder}node_modules/relay-compiler/cli.js`, join(app, "relay.config.json")],
      { cwd: app },
    );
    const made = readdirSync(join(app, "src", "__generated__"));
    for (const name of artifacts) equal(made.includes(`${name}.graphql.js`), true, name);
  } finally {
    rmSync(app, { recursive: true, force: true });
  }
});

const documents = {
  Charges: [
    `query ChargesQuery { ...Charges_list }`,
    `fragment Charges_list on Query
    @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "Cursor" })
    @refetchable(queryName: "ChargesPageQuery") {
    charges(first: $first, after: $after) @connection(key: "Charges_charges") {
      edges { cursor node { id ...Row_charge } }
      pageInfo { endCursor hasNextPage }
    }
  }`,
  ],
  Row: `fragment Row_charge on Charge @refetchable(queryName: "RowQuery") { id number status }`,
  Sale: `query SaleQuery($id: ID!) { node(id: $id) { __typename id ... on Sale { status charges { ...Row_charge } } } }`,
  Cancel: `mutation CancelMutation($input: CancelChargeInput!) { cancelCharge(input: $input) { charge { id ...Row_charge } userErrors { code field message } } }`,
  Feed: `subscription FeedSubscription($after: Cursor) { failures(after: $after) { cursor kind failure { id code cause remedy } } }`,
};
const artifacts = [
  "ChargesQuery",
  "ChargesPageQuery",
  "Charges_list",
  "Row_charge",
  "RowQuery",
  "SaleQuery",
  "CancelMutation",
  "FeedSubscription",
];
