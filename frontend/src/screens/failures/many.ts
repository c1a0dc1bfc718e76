import type { Refusal } from "@/ui/form";

/** How far an action on many has come. */
export interface Progress {
  done: number;
  total: number;
}

/** What became of an action on many. */
export interface Outcome<Item> {
  done: Item[];
  refused: { item: Item; message: string }[];
  /** Those that were not tried, because the connection or the server failed. */
  left: Item[];
  /** Why those were not tried. */
  error: unknown;
}

/** So many are sent at once: few enough to see it move. */
const chunkSize = 10;

/** Does something with many, some at a time, and tells what became of each. */
export async function inChunks<Item extends { id: string }>(
  items: readonly Item[],
  send: (ids: string[]) => Promise<readonly Refusal[]>,
  onProgress: (progress: Progress) => void,
): Promise<Outcome<Item>> {
  const outcome: Outcome<Item> = { done: [], refused: [], left: [], error: null };
  for (let start = 0; start < items.length; start += chunkSize) {
    onProgress({ done: start, total: items.length });
    const chunk = items.slice(start, start + chunkSize);
    try {
      sort(chunk, await send(chunk.map(({ id }) => id)), outcome);
    } catch (error) {
      return { ...outcome, left: items.slice(start), error };
    }
  }
  onProgress({ done: items.length, total: items.length });
  return outcome;
}

/** A refusal names its item by its place, as in ["ids", "3"]; another one is of them all. */
function sort<Item>(chunk: Item[], refusals: readonly Refusal[], into: Outcome<Item>): void {
  const ofAll = refusals.find(({ field }) => place(field) === null);
  for (const [index, item] of chunk.entries()) {
    const refusal = refusals.find(({ field }) => place(field) === index) ?? ofAll;
    if (refusal) into.refused.push({ item, message: refusal.message });
    else into.done.push(item);
  }
}

function place(field: string[]): number | null {
  const last = field.at(-1) ?? "";
  return /^\d+$/.test(last) ? Number(last) : null;
}
