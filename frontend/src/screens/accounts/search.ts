import { dayParam, type RawSearch, textParam } from "@/api/search";
import { addDays, addMonths, today } from "@/i18n/format";

/** The server answers no longer period. */
const longestDays = 366;

export interface StatementSearch {
  from?: string;
  to?: string;
  after?: string;
}

/** The period of a statement, as it stands in the address. */
export function statementSearch(raw: RawSearch): StatementSearch {
  return { from: dayParam(raw.from), to: dayParam(raw.to), after: textParam(raw.after) };
}

export interface Period {
  from: string;
  to: string;
}

/** The last month until today, unless the address says otherwise. */
export function statementPeriod({ from, to }: StatementSearch, now = today()): Period {
  const until = to ?? now;
  const period = { from: from ?? addMonths(until, -1), to: until };
  return from === undefined ? withTo(period, until) : withFrom(period, from);
}

/** The period with another first day; the last one follows when it has to. */
export function withFrom({ to }: Period, from: string): Period {
  const latest = addDays(from, longestDays);
  return { from, to: to < from ? from : to > latest ? latest : to };
}

/** The period with another last day; the first one follows when it has to. */
export function withTo({ from }: Period, to: string): Period {
  const earliest = addDays(to, -longestDays);
  return { from: from > to ? to : from < earliest ? earliest : from, to };
}
