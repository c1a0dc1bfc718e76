import { oneOfParam, type RawSearch, textParam } from "@/api/search";

export const itemFilters = ["FAILED", "ALL", "PENDING", "RUNNING", "DONE"] as const;
export type ItemFilter = (typeof itemFilters)[number];

export interface BatchSearch {
  after?: string;
  show?: ItemFilter;
}

/** Which items of a batch are shown, as it stands in the address. */
export function batchSearch(raw: RawSearch): BatchSearch {
  return { after: textParam(raw.after), show: oneOfParam(raw.show, itemFilters) };
}
