import { isDay } from "@/i18n/format";

/** What an address may carry after its question mark, before it is checked. */
export type RawSearch = Record<string, unknown>;

// Bad values fall back silently: an old or mistyped address still opens its page.
export function textParam(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined;
}

export function oneOfParam<Value extends string>(
  value: unknown,
  allowed: readonly Value[],
): Value | undefined {
  return allowed.find((item) => item === value);
}

export function dayParam(value: unknown): string | undefined {
  return typeof value === "string" && isDay(value) ? value : undefined;
}

export function flagParam(value: unknown): true | undefined {
  return value === true || value === "true" ? true : undefined;
}

/** Where a list stands. */
export interface PageSearch {
  after?: string;
  before?: string;
}

/** Where a list stands, and the text that is looked for. */
export interface TextSearch extends PageSearch {
  search?: string;
}

export function pageParams(raw: RawSearch): PageSearch {
  const after = textParam(raw.after);
  return after === undefined ? { before: textParam(raw.before) } : { after };
}

export const pageSize = 25;

/** The page that an address asks for, as the server wants it. */
export function pageVariables({ after, before }: PageSearch) {
  return before === undefined
    ? { first: pageSize, after: after ?? null }
    : { last: pageSize, before };
}

/** The filter of a list that is only searched by a text, as it stands in the address. */
export function textSearch(raw: RawSearch): TextSearch {
  return { ...pageParams(raw), search: textParam(raw.search) };
}
