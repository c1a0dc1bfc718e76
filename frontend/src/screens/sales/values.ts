import type { ChargeTermsInput, CreateSaleInput, PaymentMethod } from "@/gen/schema";
import { addDays, parseHundredths, today } from "@/i18n/format";
import { type ItemValues, mostInstallments, parseWhole } from "./preview";

/** A new sale as it is typed; the names are those of the input that it becomes. */
export interface SaleValues extends Record<string, unknown> {
  customerId: string;
  items: ItemValues[];
  discountCents: string;
  interestCents: string;
  paymentMethod: PaymentMethod;
  installments: string;
  firstDueDate: string;
  ownDueDates: boolean;
  dueDates: string[];
  terms: {
    fineHundredths: string;
    monthlyInterestHundredths: string;
    discountCents: string;
    discountDays: string;
    daysToWriteOff: string;
    message: string;
  };
  sendEmail: boolean;
  note: string;
}

let lastKey = 0;

export function newItem(): ItemValues {
  lastKey += 1;
  return { key: String(lastKey), productId: "", description: "", quantity: "1", unitCents: "" };
}

const usualDaysToPay = 7;

export function newSale(customerId: string | undefined): SaleValues {
  return {
    customerId: customerId ?? "",
    items: [newItem()],
    discountCents: "",
    interestCents: "",
    paymentMethod: "BOLETO",
    installments: "1",
    firstDueDate: addDays(today(), usualDaysToPay),
    ownDueDates: false,
    dueDates: [],
    terms: {
      fineHundredths: "",
      monthlyInterestHundredths: "",
      discountCents: "",
      discountDays: "",
      daysToWriteOff: "",
      message: "",
    },
    sendEmail: false,
    note: "",
  };
}

/** How many instalments were typed, within what is allowed. */
export function installmentCount(typed: string): number {
  return Math.min(Math.max(parseWhole(typed) ?? 1, 1), mostInstallments);
}

export function saleInput(values: SaleValues, idempotencyKey: string): CreateSaleInput {
  return {
    customerId: values.customerId,
    items: values.items.map((item) => ({
      productId: item.productId || null,
      description: item.description.trim() || null,
      quantity: parseWhole(item.quantity) ?? 1,
      unitCents: parseHundredths(item.unitCents),
    })),
    discountCents: parseHundredths(values.discountCents) ?? 0,
    interestCents: parseHundredths(values.interestCents) ?? 0,
    paymentMethod: values.paymentMethod,
    installments: installmentCount(values.installments),
    firstDueDate: values.firstDueDate,
    dueDates: values.ownDueDates ? values.dueDates : null,
    terms: termsInput(values.terms),
    sendEmail: values.sendEmail,
    note: values.note.trim() || null,
    idempotencyKey,
  };
}

function termsInput(terms: SaleValues["terms"]): ChargeTermsInput {
  return {
    fineHundredths: parseHundredths(terms.fineHundredths),
    monthlyInterestHundredths: parseHundredths(terms.monthlyInterestHundredths),
    discountCents: parseHundredths(terms.discountCents),
    discountDays: parseWhole(terms.discountDays),
    daysToWriteOff: parseWhole(terms.daysToWriteOff),
    message: terms.message.trim() || null,
  };
}
