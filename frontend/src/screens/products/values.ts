import type {
  InvoiceDocument,
  InvoiceTiming,
  ProductPartsFragment,
  SaveProductInput,
} from "@/gen/schema";
import { parseHundredths } from "@/i18n/format";
import { invoicingParts, isCfop, isNcm } from "./invoicing";

/** A product as it is typed. */
export interface ProductValues extends Record<string, unknown> {
  code: string;
  name: string;
  priceCents: string;
  active: boolean;
  invoicing: {
    remoteProductId: string;
    remoteProductName: string;
    document: InvoiceDocument;
    timing: InvoiceTiming;
    daysAfterApproval: string;
    ncm: string;
    cfop: string;
    unitOrServiceCode: string;
    descriptionTemplate: string;
  };
}

export function productValues(
  product: ProductPartsFragment | null,
  typed: (cents: number) => string,
): ProductValues {
  const invoicing = product?.invoicing;
  return {
    code: product?.code ?? "",
    name: product?.name ?? "",
    priceCents: product ? typed(product.priceCents) : "",
    active: product?.active ?? true,
    invoicing: {
      remoteProductId: invoicing?.remoteProductId ?? "",
      remoteProductName: invoicing?.remoteProductName ?? "",
      document: invoicing?.document ?? "ORDER_ONLY",
      timing: invoicing?.timing ?? "MANUAL",
      daysAfterApproval: invoicing?.daysAfterApproval?.toString() ?? "",
      ncm: invoicing?.ncm ?? "",
      cfop: invoicing?.cfop ?? "",
      unitOrServiceCode: invoicing?.unitOrServiceCode ?? "",
      descriptionTemplate: invoicing?.descriptionTemplate ?? "",
    },
  };
}

export function productInput(id: string | undefined, values: ProductValues): SaveProductInput {
  const { invoicing } = values;
  const { goods } = invoicingParts(invoicing.document);
  const text = (value: string) => value.trim() || null;
  return {
    id,
    code: values.code.trim(),
    name: values.name.trim(),
    priceCents: parseHundredths(values.priceCents) ?? 0,
    active: values.active,
    invoicing: {
      remoteProductId: text(invoicing.remoteProductId),
      remoteProductName: text(invoicing.remoteProductName),
      document: invoicing.document,
      timing: invoicing.timing,
      daysAfterApproval:
        invoicing.timing === "DAYS_AFTER_APPROVAL" && /^\d+$/.test(invoicing.daysAfterApproval)
          ? Number(invoicing.daysAfterApproval)
          : null,
      // What the document does not ask for is kept, but never in the way of saving.
      ncm: goods || isNcm(invoicing.ncm) ? text(invoicing.ncm) : null,
      cfop: goods || isCfop(invoicing.cfop) ? text(invoicing.cfop) : null,
      unitOrServiceCode: text(invoicing.unitOrServiceCode),
      descriptionTemplate: text(invoicing.descriptionTemplate),
    },
  };
}
