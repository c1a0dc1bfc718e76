import { dayParam, type RawSearch, textParam } from "@/api/search";
import { addMonths, today } from "@/i18n/format";

export interface StatementSearch {
  from?: string;
  to?: string;
  after?: string;
}

/** The period of a statement, as it stands in the address. */
export function statementSearch(raw: RawSearch): StatementSearch {
  return { from: dayParam(raw.from), to: dayParam(raw.to), after: textParam(raw.after) };
}

/** The last month until today, unless the address says otherwise. */
export function statementPeriod({ from, to }: StatementSearch, now = today()) {
  const until = to ?? now;
  return { from: from ?? addMonths(until, -1), to: until };
}
