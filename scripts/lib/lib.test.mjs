import assert from "node:assert/strict";
import { test } from "node:test";
import { GoEvents } from "./go-events.mjs";
import { olderThan } from "./prepare.mjs";
import { lines, quietly, Refusal, run } from "./run.mjs";
import { add, readClosing } from "./tally.mjs";

function read(...events) {
  const all = new GoEvents();
  for (const event of events) all.read(typeof event === "string" ? event : JSON.stringify(event));
  return all;
}

test("counts tests that pass, fail and are skipped, and shows what the failed ones said", () => {
  const events = read(
    { Action: "output", Package: "p", Test: "TestGood", Output: "quiet\n" },
    { Action: "pass", Package: "p", Test: "TestGood" },
    { Action: "skip", Package: "p", Test: "TestLater" },
    { Action: "output", Package: "p", Test: "TestBad", Output: "wrong\n" },
    { Action: "fail", Package: "p", Test: "TestBad" },
    { Action: "fail", Package: "p" },
  );
  assert.deepEqual(events.count(), { passed: 1, failed: 1, skipped: 1 });
  assert.match(events.report(), /p TestBad\nwrong/);
  assert.doesNotMatch(events.report(), /quiet/);
});

test("counts a build that fails once", () => {
  const events = read(
    { Action: "build-output", ImportPath: "p [p.test]", Output: "undefined: x\n" },
    { Action: "build-fail", ImportPath: "p [p.test]" },
    { Action: "fail", Package: "p", FailedBuild: "p [p.test]" },
  );
  assert.equal(events.count().failed, 1);
  assert.match(events.report(), /undefined: x/);
});

test("counts a package that fails without a test", () => {
  const events = read(
    { Action: "output", Package: "p", Output: "no database\n" },
    { Action: "fail", Package: "p" },
  );
  assert.equal(events.count().failed, 1);
  assert.match(events.report(), /no database/);
});

test("shows lines that are no events", () => {
  assert.match(read("go: cannot find module").report(), /cannot find module/);
});

test("reads closing lines and nothing else", () => {
  assert.deepEqual(readClosing("12 passed, 1 failed"), { passed: 12, failed: 1, skipped: 0 });
  assert.deepEqual(readClosing("1 passed, 0 failed, 2 skipped"), {
    passed: 1,
    failed: 0,
    skipped: 2,
  });
  assert.equal(readClosing("12 passed, 1 failed in 3 s"), null);
  assert.deepEqual(add({ passed: 1, failed: 0 }, { passed: 2, failed: 3, skipped: 1 }), {
    passed: 3,
    failed: 3,
    skipped: 1,
  });
});

test("compares Go versions by number", () => {
  assert.equal(olderThan("1.9.1", "1.26.0"), true);
  assert.equal(olderThan("1.26", "1.26.0"), false);
  assert.equal(olderThan("1.27.0", "1.26.3"), false);
});

test("joins lines that arrive in pieces", () => {
  const seen = [];
  const feed = lines((line) => seen.push(line));
  feed("one\ntw");
  feed("o\n");
  assert.deepEqual(seen, ["one", "two"]);
});

test("keeps a program's exit code and shows its words when it fails", async () => {
  const failing = [process.execPath, ["-e", "console.error('why'); process.exit(7)"]];
  assert.deepEqual(await run(...failing), { code: 7, output: "why\n" });
  await assert.rejects(
    quietly(...failing),
    (error) => error instanceof Refusal && /why/.test(error.message),
  );
});
