import type { InvoiceKind, InvoiceState, SaleDetailsQuery } from "@/gen/schema";

export type Sale = Extract<SaleDetailsQuery["node"], { __typename: "Sale" }>;
export type Invoice = Sale["invoices"][number];
type Product = NonNullable<Sale["items"][number]["product"]>;

/** The screen that has the field to correct. */
export type Place =
  | { at: "product"; id: string; name: string }
  | { at: "customer"; id: string; name: string }
  | { at: "vhsys"; tab?: "methods" };

/** The products of a sale that ask for a document, in the order of its items. */
function asking(sale: Pick<Sale, "items">, kind: InvoiceKind): Product[] {
  return sale.items.flatMap(({ product }) =>
    product?.invoicing.document === kind ? [product] : [],
  );
}

/** Which item a rejection speaks of, from 0; null when it does not say. */
function itemIndex(field: string, words: string): number | null {
  const ours = /^items\[(\d+)\]/.exec(field);
  if (ours) return Number(ours[1]);
  const authority = /nItem:?\s*(\d+)/i.exec(words);
  return authority ? Number(authority[1]) - 1 : null;
}

/**
 * Where a person corrects what an invoice was rejected for. A product that is not
 * named may be any that the invoice is about.
 */
export function correctionPlaces(
  sale: Pick<Sale, "items" | "customer">,
  kind: InvoiceKind,
  field: string | null,
  words: string,
): Place[] {
  if (!field) return [];
  if (field.startsWith("customer")) return [{ at: "customer", ...pick(sale.customer) }];
  if (field === "integration.methods") return [{ at: "vhsys", tab: "methods" }];
  if (field.startsWith("integration")) return [{ at: "vhsys" }];
  if (!field.startsWith("product") && !field.startsWith("items[")) return [];
  const products = asking(sale, kind);
  const index = itemIndex(field, words);
  const named = index === null ? undefined : products[index];
  const candidates = named ? [named] : products;
  return [...new Map(candidates.map((product) => [product.id, product])).values()].map(
    (product) => ({ at: "product", ...pick(product) }),
  );
}

function pick({ id, name }: { id: string; name: string }) {
  return { id, name };
}

/** The documents that the products ask for and that are not planned yet. */
export function unplannedKinds(sale: Pick<Sale, "items" | "invoices">): InvoiceKind[] {
  const asked = sale.items.flatMap(({ product }) => {
    const document = product?.invoicing.document;
    return document === "NFE" || document === "NFSE" || document === "NFCE" ? [document] : [];
  });
  return [...new Set(asked)].filter(
    (kind) => !sale.invoices.some((invoice) => invoice.kind === kind),
  );
}

const soonMilliseconds = 60_000;

/** Whether an invoice is on its way, so that its page looks again by itself. */
export function moves(
  { state, dueAt }: { state: InvoiceState; dueAt: string | null },
  now: number,
): boolean {
  if (state === "ISSUING" || state === "PROCESSING") return true;
  return state === "SCHEDULED" && dueAt !== null && Date.parse(dueAt) - now < soonMilliseconds;
}

/** The access key in groups of four digits, as it is printed. */
export function groupedKey(key: string): string {
  return key.replace(/(\d{4})(?=\d)/g, "$1 ");
}
