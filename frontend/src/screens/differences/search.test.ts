import { describe, expect, it } from "vitest";
import { differencesSearch, statesOf } from "./search";

describe("the filter of differences", () => {
  it("shows what a person should look at, unless something is chosen", () => {
    expect(statesOf(undefined)).toEqual(["OPEN", "REPAIRING"]);
    expect(statesOf("GONE")).toEqual(["GONE"]);
    expect(statesOf("ALL")).toBeNull();
  });

  it("falls back on a bad address", () => {
    expect(differencesSearch({ state: "NOTHING", after: 5 })).toEqual({
      after: "5",
      state: undefined,
    });
    expect(differencesSearch({ state: "IGNORED" }).state).toBe("IGNORED");
  });
});
