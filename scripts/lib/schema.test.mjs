import assert from "node:assert/strict";
import { test } from "node:test";
import { breakingChanges, schemaText } from "./schema.mjs";

const present = schemaText();

/** Today's schema with one change. */
function changed(from, to) {
  assert.ok(present.includes(from), from);
  return present.replace(from, to);
}

test("today's schema breaks nothing of itself", () => {
  assert.deepEqual(breakingChanges(present, present), []);
});

test("a field that is removed breaks apps", () => {
  const without = changed("  amountCents: Cents!\n", "");
  assert.match(breakingChanges(present, without).join("\n"), /amountCents was removed/);
});

test("so does an argument that is demanded, a value that is gone, and another type", () => {
  const cases = [
    [/input CreateChargeInput \{/, "input CreateChargeInput {\n  colour: String!"],
    [/\n {2}OVERDUE\n/, "\n"],
    [/amountCents: Cents!/, "amountCents: String!"],
  ];
  for (const [from, to] of cases) {
    assert.notDeepEqual(breakingChanges(present, present.replace(from, to)), [], String(from));
  }
});

test("what is added breaks nothing", () => {
  const more = changed("type Query {", "type Query {\n  added: Int");
  assert.deepEqual(breakingChanges(present, more), []);
});
