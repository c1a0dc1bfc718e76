import { describe, expect, it } from "vitest";
import { approvalsSearch, statesOf } from "./search";

describe("the filter of approvals", () => {
  it("shows what waits, unless something is chosen", () => {
    expect(statesOf(undefined)).toEqual(["ASKED"]);
    expect(statesOf("DENIED")).toEqual(["DENIED"]);
    expect(statesOf("ALL")).toBeNull();
  });

  it("falls back on a bad address", () => {
    expect(approvalsSearch({ state: "ASKED", before: 7 })).toEqual({
      before: "7",
      state: undefined,
    });
    expect(approvalsSearch({ state: "EXPIRED" }).state).toBe("EXPIRED");
  });
});
