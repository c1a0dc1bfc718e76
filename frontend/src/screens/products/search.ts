import { flagParam, oneOfParam, type RawSearch, type TextSearch, textSearch } from "@/api/search";

export interface ProductsSearch extends TextSearch {
  /** Whether those that can no longer be sold are listed too. */
  inactive?: true;
}

export function productsSearch(raw: RawSearch): ProductsSearch {
  return { ...textSearch(raw), inactive: flagParam(raw.inactive) };
}

export const productTabs = ["data", "invoicing"] as const;
export type ProductTab = (typeof productTabs)[number];

/** Which tab of a product is open at first. */
export function productSearch(raw: RawSearch): { tab?: ProductTab } {
  return { tab: oneOfParam(raw.tab, productTabs) };
}
