import { describe, expect, it } from "vitest";
import { formatTypeableLine, itfWidths } from "./itf";

const patterns: Record<string, string> = {
  "11331": "0",
  "31113": "1",
  "13113": "2",
  "33111": "3",
  "11313": "4",
  "31311": "5",
  "13311": "6",
  "11133": "7",
  "31131": "8",
  "13131": "9",
};

/** Reads a bar code back as a scanner would. */
function read(widths: number[]): string {
  const body = widths.slice(4, -3);
  let digits = "";
  for (let at = 0; at < body.length; at += 10) {
    const pair = body.slice(at, at + 10);
    const bars = pair.filter((_, index) => index % 2 === 0).join("");
    const spaces = pair.filter((_, index) => index % 2 === 1).join("");
    digits += `${patterns[bars]}${patterns[spaces]}`;
  }
  return digits;
}

describe("bar codes", () => {
  it("carry all 44 digits between start and stop", () => {
    const digits = "36491101300000150000000000000000012345678901";
    const widths = itfWidths(digits) ?? [];
    expect(widths.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(widths.slice(-3)).toEqual([3, 1, 1]);
    expect(widths).toHaveLength(4 + 44 * 5 + 3);
    expect(read(widths)).toBe(digits);
  });

  it("are not drawn for what ITF cannot write", () => {
    expect(itfWidths("123")).toBeNull();
    expect(itfWidths("12a4")).toBeNull();
    expect(itfWidths("")).toBeNull();
  });
});

describe("linha digitável", () => {
  it("stands in five groups", () => {
    expect(formatTypeableLine("36490000050000000000100012345678611013000001500")).toHaveLength(54);
    expect(formatTypeableLine("12345678901234567890123456789012345678901234567")).toBe(
      "12345.67890 12345.678901 23456.789012 3 45678901234567",
    );
  });

  it("stays as it is when it is not 47 digits", () => {
    expect(formatTypeableLine("123")).toBe("123");
  });
});
