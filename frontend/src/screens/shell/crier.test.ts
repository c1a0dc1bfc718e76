import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Crier, type News } from "./crier";

function setup() {
  const said: string[] = [];
  const crier = new Crier<News>({
    one: ({ kind, failure }) => said.push(`${kind} ${failure.id}`),
    withdraw: (kind, id) => said.push(`withdraw ${kind} ${id}`),
    many: (kind, count) => said.push(`${count} ${kind}`),
    missed: ({ opened, resolved }) => said.push(`missed ${opened} and ${resolved}`),
  });
  const hear = (kind: News["kind"], ...ids: string[]) => {
    for (const id of ids) crier.hear({ kind, failure: { id } });
  };
  return { said, crier, hear };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("Crier", () => {
  it("tells a few one by one, at once", () => {
    const { said, hear } = setup();
    hear("OPENED", "a", "b", "c");
    expect(said).toEqual(["OPENED a", "OPENED b", "OPENED c"]);
  });

  it("tells many within a few seconds as one, in place of the first", () => {
    const { said, hear } = setup();
    hear("OPENED", "a", "b", "c", "d", "e");
    expect(said.slice(3)).toEqual([
      "withdraw OPENED a",
      "withdraw OPENED b",
      "withdraw OPENED c",
      "4 OPENED",
      "5 OPENED",
    ]);
  });

  it("begins anew after a pause", () => {
    const { said, hear } = setup();
    hear("OPENED", "a", "b", "c", "d");
    vi.advanceTimersByTime(5_000);
    hear("OPENED", "e");
    expect(said.at(-1)).toBe("OPENED e");
  });

  it("goes on with a burst for as long as it lasts", () => {
    const { said, hear } = setup();
    for (const id of ["a", "b", "c", "d", "e", "f"]) {
      hear("OPENED", id);
      vi.advanceTimersByTime(4_000);
    }
    expect(said.at(-1)).toBe("6 OPENED");
  });

  it("takes back what is over, and counts ends apart from beginnings", () => {
    const { said, hear } = setup();
    hear("OPENED", "a", "b", "c");
    hear("RESOLVED", "a");
    expect(said.slice(3)).toEqual(["withdraw OPENED a", "RESOLVED a"]);
  });

  it("tells many ends as one too", () => {
    const { said, hear } = setup();
    hear("RESOLVED", "a", "b", "c", "d");
    expect(said.slice(-4)).toEqual([
      "withdraw RESOLVED a",
      "withdraw RESOLVED b",
      "withdraw RESOLVED c",
      "4 RESOLVED",
    ]);
  });

  it("tells what was missed as one, when all of it has come", () => {
    const { said, crier, hear } = setup();
    crier.away();
    vi.advanceTimersByTime(60_000);
    crier.back();
    hear("OPENED", "a", "b", "c");
    vi.advanceTimersByTime(1_000);
    hear("OPENED", "d");
    hear("RESOLVED", "b", "z");
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1_500);
    expect(said).toEqual(["withdraw OPENED b", "withdraw OPENED z", "missed 3 and 2"]);
    hear("OPENED", "e");
    expect(said.at(-1)).toBe("OPENED e");
  });

  it("tells a single missed event as it is, and nothing when nothing was missed", () => {
    const { said, crier, hear } = setup();
    crier.away();
    crier.back();
    hear("OPENED", "a");
    vi.advanceTimersByTime(1_500);
    expect(said).toEqual(["OPENED a"]);
    crier.away();
    crier.back();
    vi.advanceTimersByTime(1_500);
    expect(said).toEqual(["OPENED a"]);
  });

  it("waits on when the connection is lost again before all has come", () => {
    const { said, crier, hear } = setup();
    crier.away();
    crier.back();
    hear("OPENED", "a");
    crier.away();
    vi.advanceTimersByTime(10_000);
    expect(said).toEqual([]);
    crier.back();
    hear("OPENED", "b");
    vi.advanceTimersByTime(1_500);
    expect(said).toEqual(["missed 2 and 0"]);
  });
});
