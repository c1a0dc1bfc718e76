import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import english from "./en.json";
import portuguese from "./pt-BR.json";

const sources = join(import.meta.dirname, "..");

function allSources(): string {
  return readdirSync(sources, { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.|^gen/.test(name))
    .map((name) => readFileSync(join(sources, name), "utf8"))
    .join("\n");
}

describe("texts", () => {
  it("have the same ids in both languages", () => {
    expect(Object.keys(english)).toEqual(Object.keys(portuguese));
  });

  it("are all used", () => {
    const code = allSources();
    const families = [...code.matchAll(/`([a-zA-Z.]+)\.\$\{[^}]+\}(\.[a-z]+)?`/g)].map(
      ([, start, end]) => new RegExp(`^${start}\\.\\w+${end ?? ""}$`),
    );
    const unused = Object.keys(portuguese).filter(
      (id) => !code.includes(`"${id}"`) && !families.some((family) => family.test(id)),
    );
    expect(unused).toEqual([]);
  });
});
