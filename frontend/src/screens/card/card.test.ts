import { describe, expect, it } from "vitest";
import { cardBrand, formatCardNumber, isCardNumber, isExpired, parseExpiry } from "./card";

describe("a card number", () => {
  it.each([
    "4111111111111111",
    "4111 1111 1111 1111",
    "5555555555554444",
    "378282246310005",
    "6362970000457013",
    "6062825624254001",
    "4000000000020000",
  ])("%s has the right check digit", (number) => {
    expect(isCardNumber(number)).toBe(true);
  });

  it.each(["", "4111111111111112", "411111111111", "0000000000000000", "abc"])(
    "%s is refused",
    (number) => {
      expect(isCardNumber(number)).toBe(false);
    },
  );

  it.each([
    ["4111111111111111", "visa"],
    ["5555555555554444", "mastercard"],
    ["2221000000000009", "mastercard"],
    ["378282246310005", "amex"],
    ["6362970000457013", "elo"],
    ["4011780000000000", "elo"],
    ["5067000000000000", "elo"],
    ["6504050000000000", "elo"],
    ["6062825624254001", "hipercard"],
    ["6011000000000004", null],
    ["35", null],
  ])("%s is of %s", (number, brand) => {
    expect(cardBrand(number)).toBe(brand);
  });

  it("stands in groups of four", () => {
    expect(formatCardNumber("4111-11111111 1111")).toBe("4111 1111 1111 1111");
    expect(formatCardNumber("41112")).toBe("4111 2");
  });
});

describe("an expiry date", () => {
  it.each([
    ["05/29", "05", "2029"],
    ["5/2029", "05", "2029"],
    ["12 / 30", "12", "2030"],
    ["0531", "05", "2031"],
  ])("reads %s", (typed, month, year) => {
    expect(parseExpiry(typed)).toEqual({ month, year });
  });

  it.each(["", "13/29", "00/29", "5", "05/2"])("refuses %s", (typed) => {
    expect(parseExpiry(typed)).toBeNull();
  });

  it("is good until its month is over", () => {
    const expiry = { month: "11", year: "2026" };
    expect(isExpired(expiry, "2026-11-30")).toBe(false);
    expect(isExpired(expiry, "2026-12-01")).toBe(true);
  });
});
