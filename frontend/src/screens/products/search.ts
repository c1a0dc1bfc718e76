import { flagParam, type RawSearch, type TextSearch, textSearch } from "@/api/search";

export interface ProductsSearch extends TextSearch {
  /** Whether those that can no longer be sold are listed too. */
  inactive?: true;
}

export function productsSearch(raw: RawSearch): ProductsSearch {
  return { ...textSearch(raw), inactive: flagParam(raw.inactive) };
}
