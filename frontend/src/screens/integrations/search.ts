import { oneOfParam, type RawSearch } from "@/api/search";

export const vhsysTabs = ["detail", "methods", "status"] as const;
export type VhsysTab = (typeof vhsysTabs)[number];

export function vhsysSearch(raw: RawSearch): { tab?: VhsysTab } {
  return { tab: oneOfParam(raw.tab, vhsysTabs) };
}
