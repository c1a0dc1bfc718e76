import { describe, expect, it } from "vitest";
import {
  addDays,
  addMonths,
  decimal,
  formatDay,
  formatMoment,
  formatMoney,
  formatPercent,
  isDay,
  parseHundredths,
  today,
  typeHundredths,
} from "./format";

/** Intl puts no-break spaces where we would type spaces. */
function plain(text: string): string {
  return text.replace(/\s/g, " ");
}

describe("amounts", () => {
  it.each([
    ["0", 0],
    ["1", 100],
    ["1,5", 150],
    ["1,50", 150],
    ["1.50", 150],
    ["R$ 1.234,56", 123456],
    ["1.234", 123400],
    ["1,234.56", 123456],
    ["1.234.567,89", 123456789],
    ["2,00 %", 200],
    ["0,29", 29],
    ["90071992547409,91", 9007199254740991],
  ])("reads %s as %d hundredths", (typed, hundredths) => {
    expect(parseHundredths(typed)).toBe(hundredths);
  });

  it.each(["", "abc", "-1", "1,2,3", "1,", ",5", "1.23.4", "1e3", "90071992547409,92"])(
    "refuses %j",
    (typed) => {
      expect(parseHundredths(typed)).toBeNull();
    },
  );

  it("never rounds", () => {
    for (const cents of [1, 10, 29, 57, 101, 1999, 123456789, Number.MAX_SAFE_INTEGER]) {
      expect(parseHundredths(typeHundredths(cents, "pt-BR"))).toBe(cents);
      expect(parseHundredths(typeHundredths(cents, "en"))).toBe(cents);
    }
  });

  it("shows reais in both languages", () => {
    expect(plain(formatMoney(123456, "pt-BR"))).toBe("R$ 1.234,56");
    expect(plain(formatMoney(-5, "pt-BR"))).toBe("-R$ 0,05");
    expect(plain(formatMoney(123456, "en"))).toBe("R$1,234.56");
    expect(plain(formatMoney(Number.MAX_SAFE_INTEGER, "pt-BR"))).toBe("R$ 90.071.992.547.409,91");
  });

  it("shows percentages", () => {
    expect(formatPercent(200, "pt-BR")).toBe("2,00 %");
    expect(decimal(-7)).toBe("-0.07");
  });
});

describe("days", () => {
  it("stay the day that they are, whatever the time zone", () => {
    expect(formatDay("2026-01-01", "pt-BR")).toBe("01/01/2026");
    expect(formatDay("2026-12-31", "pt-BR")).toBe("31/12/2026");
  });

  it("turn at midnight in São Paulo", () => {
    expect(today(new Date("2026-03-01T02:59:59Z"))).toBe("2026-02-28");
    expect(today(new Date("2026-03-01T03:00:00Z"))).toBe("2026-03-01");
  });

  it("add days and months, the month's last day where it has no such day", () => {
    expect(addDays("2026-12-30", 3)).toBe("2027-01-02");
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2028-01-31", 1)).toBe("2028-02-29");
    expect(addMonths("2026-11-30", 3)).toBe("2027-02-28");
    expect(addMonths("2026-03-15", -1)).toBe("2026-02-15");
  });

  it("are refused when the calendar does not have them", () => {
    expect(isDay("2026-02-28")).toBe(true);
    expect(isDay("2026-02-30")).toBe(false);
    expect(isDay("28/02/2026")).toBe(false);
    expect(isDay("")).toBe(false);
  });

  it("show moments in the time of São Paulo", () => {
    expect(plain(formatMoment("2026-03-01T02:30:00Z", "pt-BR"))).toBe("28/02/2026, 23:30");
  });
});
