import { describe, expect, it } from "vitest";
import { clock } from "./Countdown";

describe("the time that is left", () => {
  it.each([
    [5, "00:05"],
    [245, "04:05"],
    [3_600, "01:00:00"],
    [86_400 * 2 + 3_605, "2d 01:00:05"],
  ])("%d seconds are %s", (seconds, expected) => {
    expect(clock(seconds)).toBe(expected);
  });
});
