import { expect, test } from "vitest";
import { statementPeriod, withFrom, withTo } from "./search";

test("is the last month unless the address says otherwise", () => {
  expect(statementPeriod({}, "2026-11-21")).toEqual({ from: "2026-10-21", to: "2026-11-21" });
  expect(statementPeriod({ to: "2026-03-31" }, "2026-11-21").to).toBe("2026-03-31");
});

test("is never longer than the server answers, nor backwards", () => {
  expect(statementPeriod({ from: "2020-01-01" }, "2026-11-21")).toEqual({
    from: "2020-01-01",
    to: "2021-01-01",
  });
  const year = { from: "2026-01-01", to: "2026-06-30" };
  expect(withFrom(year, "2026-08-01")).toEqual({ from: "2026-08-01", to: "2026-08-01" });
  expect(withTo(year, "2025-12-31")).toEqual({ from: "2025-12-31", to: "2025-12-31" });
  expect(withTo(year, "2028-01-01")).toEqual({ from: "2026-12-31", to: "2028-01-01" });
});
