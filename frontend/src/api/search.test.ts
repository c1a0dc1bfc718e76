import { describe, expect, it } from "vitest";
import { chargesSearch } from "@/screens/charges/search";
import { failuresSearch } from "@/screens/failures/search";
import { pageParams, pageVariables } from "./search";

describe("addresses", () => {
  it("keep what is good and drop the rest silently", () => {
    expect(
      chargesSearch({
        search: 42,
        status: "OVERDUE",
        dueFrom: "2026-02-30",
        dueTo: "2026-02-28",
        order: "BEST",
        x: 1,
      }),
    ).toEqual({
      after: undefined,
      before: undefined,
      search: "42",
      status: "OVERDUE",
      dueFrom: undefined,
      dueTo: "2026-02-28",
      environment: undefined,
      order: undefined,
    });
    expect(failuresSearch({ unread: true, state: "OPEN" })).toMatchObject({
      unread: true,
      state: "OPEN",
    });
  });

  it("turn pages forwards and backwards", () => {
    expect(pageVariables({})).toEqual({ first: 25, after: null });
    expect(pageVariables(pageParams({ after: "a", before: "b" }))).toEqual({
      first: 25,
      after: "a",
    });
    expect(pageVariables(pageParams({ before: "b" }))).toEqual({ last: 25, before: "b" });
  });
});
