import { oneOfParam, type RawSearch } from "@/api/search";
import { type ImportKind, importKinds } from "./table";

/** What is imported, as it stands in the address. */
export function importSearch(raw: RawSearch): { kind?: ImportKind } {
  return { kind: oneOfParam(raw.kind, importKinds) };
}
