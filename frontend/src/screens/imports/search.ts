import { oneOfParam, type RawSearch } from "@/api/search";

export const importKinds = ["customers", "products", "sales"] as const;
export type ImportKind = (typeof importKinds)[number];

/** What is imported, as it stands in the address. */
export function importSearch(raw: RawSearch): { kind?: ImportKind } {
  return { kind: oneOfParam(raw.kind, importKinds) };
}
