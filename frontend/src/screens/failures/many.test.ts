import { describe, expect, it, vi } from "vitest";
import { inChunks } from "./many";

const items = Array.from({ length: 25 }, (_, index) => ({ id: `flr_${index}` }));

describe("inChunks", () => {
  it("sends some at a time and tells how far it is", async () => {
    const sent: number[] = [];
    const progress = vi.fn();
    const outcome = await inChunks(
      items,
      async (ids) => {
        sent.push(ids.length);
        return [];
      },
      progress,
    );
    expect(sent).toEqual([10, 10, 5]);
    expect(progress.mock.calls.map(([{ done }]) => done)).toEqual([0, 10, 20, 25]);
    expect(outcome).toEqual({ done: items, refused: [], left: [], error: null });
  });

  it("tells which were refused, and why", async () => {
    const outcome = await inChunks(
      items.slice(0, 12),
      async (ids) =>
        ids.includes("flr_11")
          ? [{ field: ["ids", "1"], message: "Nada a tentar." }]
          : [{ field: ["input", "ids", "3"], message: "Já acabou." }],
      () => {},
    );
    expect(outcome.refused).toEqual([
      { item: { id: "flr_3" }, message: "Já acabou." },
      { item: { id: "flr_11" }, message: "Nada a tentar." },
    ]);
    expect(outcome.done).toHaveLength(10);
  });

  it("takes a refusal without a place as one of all that were sent", async () => {
    const refusal = { field: ["ignoreReason"], message: "Diga por quê." };
    const outcome = await inChunks(
      items.slice(0, 2),
      async () => [refusal],
      () => {},
    );
    expect(outcome.refused.map(({ message }) => message)).toEqual([
      "Diga por quê.",
      "Diga por quê.",
    ]);
  });

  it("leaves the rest when the server cannot be reached", async () => {
    const offline = new Error("offline");
    let calls = 0;
    const outcome = await inChunks(
      items,
      async () => {
        calls += 1;
        if (calls === 2) throw offline;
        return [];
      },
      () => {},
    );
    expect(outcome.done).toHaveLength(10);
    expect(outcome.left).toHaveLength(15);
    expect(outcome.error).toBe(offline);
    expect(calls).toBe(2);
  });
});
