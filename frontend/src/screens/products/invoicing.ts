import type { InvoiceDocument } from "@/gen/schema";

/** Which fields of the tab Faturamento a document asks for. */
export interface InvoicingParts {
  /** The product at Vhsys and the text of the item: whatever is sent at all. */
  order: boolean;
  /** When it is issued: whatever is an invoice. */
  timing: boolean;
  /** NCM, CFOP and unit. */
  goods: boolean;
  /** The service code. */
  service: boolean;
}

export function invoicingParts(document: InvoiceDocument): InvoicingParts {
  const goods = document === "NFE" || document === "NFCE";
  const service = document === "NFSE";
  return { order: document !== "NONE", timing: goods || service, goods, service };
}

/** Eight digits, or 00 where there are no goods. */
export function isNcm(text: string): boolean {
  return /^(\d{8}|00)$/.test(text.trim());
}

/** Four digits, the first of which says where from and where to. */
export function isCfop(text: string): boolean {
  return /^[1-7]\d{3}$/.test(text.trim());
}

/** Days after the approval: 1 to 120. */
export function isDelay(text: string): boolean {
  return /^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 120;
}

/** The text of an item as it goes to Vhsys; without a template it is the product's name. */
export function describeItem(
  template: string,
  words: { product: string; sale: string; customer: string },
): string {
  if (template.trim() === "") return words.product;
  return template
    .trim()
    .replace(/\{(product|sale|customer)\}/g, (_, name: keyof typeof words) => words[name]);
}
