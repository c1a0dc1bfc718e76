import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { examples } from "./examples";
import { pageStorage } from "./storage";

const folder = `${import.meta.dirname}/../../../graph`;
const schema = buildSchema(
  readdirSync(folder)
    .filter((name) => name.endsWith(".graphqls"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
    .join("\n"),
);

describe("the examples of GraphiQL", () => {
  it.each(examples)("fit the schema: $query", ({ query, variables }) => {
    expect(validate(schema, parse(query))).toEqual([]);
    expect(() => JSON.parse(variables ?? "{}")).not.toThrow();
  });
});

describe("pageStorage", () => {
  it("keeps nothing in the browser", () => {
    const storage = pageStorage();
    storage.setItem("a", "segredo");
    expect(storage.getItem("a")).toBe("segredo");
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("segredo");
    storage.removeItem("a");
    expect(storage.getItem("a")).toBeNull();
  });
});
