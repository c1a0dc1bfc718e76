import { oneOfParam, type PageSearch, pageParams, type RawSearch } from "@/api/search";
import type { InvoiceKind, InvoiceState } from "@/gen/schema";

export const invoiceStates = [
  "MANUAL",
  "SCHEDULED",
  "ISSUING",
  "PROCESSING",
  "ISSUED",
  "REJECTED",
  "CANCEL_ASKED",
  "CANCELED",
  "DROPPED",
] as const satisfies readonly InvoiceState[];

export const invoiceKinds = ["NFE", "NFSE", "NFCE"] as const satisfies readonly InvoiceKind[];

export interface InvoicesSearch extends PageSearch {
  state?: InvoiceState;
  kind?: InvoiceKind;
}

/** The filters of the list of invoices, as they stand in the address. */
export function invoicesSearch(raw: RawSearch): InvoicesSearch {
  return {
    ...pageParams(raw),
    state: oneOfParam(raw.state, invoiceStates),
    kind: oneOfParam(raw.kind, invoiceKinds),
  };
}
