import { flagParam, type PageSearch, pageParams, type RawSearch } from "@/api/search";

export interface TokensSearch extends PageSearch {
  /** Those that have ended are shown as well. */
  ended?: true;
}

export function tokensSearch(raw: RawSearch): TokensSearch {
  return { ...pageParams(raw), ended: flagParam(raw.ended) };
}
