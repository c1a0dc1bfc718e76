import { oneOfParam, type PageSearch, pageParams, type RawSearch } from "@/api/search";
import type { DifferenceState } from "@/gen/schema";

export const differenceStates = [
  "OPEN",
  "REPAIRING",
  "GONE",
  "IGNORED",
] as const satisfies readonly DifferenceState[];

export interface DifferencesSearch extends PageSearch {
  /** Absent is what is open; ALL is everything. */
  state?: DifferenceState | "ALL";
}

/** The filter of the list of differences, as it stands in the address. */
export function differencesSearch(raw: RawSearch): DifferencesSearch {
  return { ...pageParams(raw), state: oneOfParam(raw.state, [...differenceStates, "ALL"]) };
}

/** Which states are asked for: what a person should look at, unless one is chosen. */
export function statesOf(state: DifferencesSearch["state"]): DifferenceState[] | null {
  if (state === "ALL") return null;
  return state ? [state] : ["OPEN", "REPAIRING"];
}
