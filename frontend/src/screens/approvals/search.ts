import { oneOfParam, type PageSearch, pageParams, type RawSearch } from "@/api/search";
import type { ApprovalState } from "@/gen/schema";

/** Where a request can stand that nobody has to decide any more. */
export const overStates = [
  "APPROVED",
  "DENIED",
  "EXPIRED",
] as const satisfies readonly ApprovalState[];

export interface ApprovalsSearch extends PageSearch {
  /** Absent is what waits; ALL is everything. */
  state?: (typeof overStates)[number] | "ALL";
}

/** The filter of the list of approvals, as it stands in the address. */
export function approvalsSearch(raw: RawSearch): ApprovalsSearch {
  return { ...pageParams(raw), state: oneOfParam(raw.state, [...overStates, "ALL"]) };
}

/** Which states are asked for: what somebody should decide, unless one is chosen. */
export function statesOf(state: ApprovalsSearch["state"]): ApprovalState[] | null {
  if (state === "ALL") return null;
  return [state ?? "ASKED"];
}
