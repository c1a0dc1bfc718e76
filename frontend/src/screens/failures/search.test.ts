import { describe, expect, it } from "vitest";
import { failureFilter, failuresSearch, isFiltered } from "./search";

describe("the address of the feed", () => {
  it("asks for what needs attention when it says nothing", () => {
    const search = failuresSearch({});
    expect(failureFilter(search)).toMatchObject({ latest: true, state: ["OPEN", "RETRYING"] });
    expect(isFiltered(search)).toBe(false);
  });

  it("keeps filters, grouping and open groups, and drops what is wrong", () => {
    const search = failuresSearch({
      state: "ALL",
      environment: "SANDBOX",
      search: 3500034,
      code: "gerencianet.3500034",
      group: "CODE",
      open: ["gerencianet.3500034", "", 7],
    });
    expect(search).toMatchObject({ group: "CODE", open: ["gerencianet.3500034", "7"] });
    expect(failureFilter(search)).toMatchObject({
      state: null,
      environment: "SANDBOX",
      search: "3500034",
      code: ["gerencianet.3500034"],
    });
    expect(isFiltered(search)).toBe(true);
    expect(failuresSearch({ state: "GONE", group: "STATE", open: "vhsys.auth" })).toMatchObject({
      state: undefined,
      group: undefined,
      open: ["vhsys.auth"],
    });
  });

  it("does not count the grouping as a filter", () => {
    expect(isFiltered(failuresSearch({ group: "INTEGRATION", after: "x" }))).toBe(false);
  });
});
