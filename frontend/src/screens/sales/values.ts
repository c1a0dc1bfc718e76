import type { CreateSaleInput, LinkMethods, SaleItemInput } from "@/gen/schema";
import { addDays, parseHundredths, today } from "@/i18n/format";
import { type CardValues, newCard } from "../card/card";
import {
  type IssuedMethod,
  isImmediate,
  mostInstallments,
  newPix,
  type PixValues,
  pixSeconds,
} from "../payment/methods";
import { parseWhole } from "../payment/numbers";
import { noTerms, type TermsValues, termParts, termsInput } from "../payment/terms";
import type { ItemValues } from "./preview";

/** A new sale as it is typed; the names are those of the input that it becomes. */
export interface SaleValues extends Record<string, unknown>, PixValues {
  customerId: string;
  items: ItemValues[];
  discountCents: string;
  interestCents: string;
  paymentMethod: IssuedMethod;
  installments: string;
  repeat: "split" | "repeat";
  firstDueDate: string;
  ownDueDates: boolean;
  dueDates: string[];
  linkMethods: LinkMethods;
  card: CardValues;
  terms: TermsValues;
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
    repeat: "split",
    firstDueDate: addDays(today(), usualDaysToPay),
    ownDueDates: false,
    dueDates: [],
    ...newPix,
    linkMethods: "ALL",
    card: newCard,
    terms: noTerms,
    sendEmail: false,
    note: "",
  };
}

/** How many charges the sale is divided into: one when it cannot be divided. */
export function installmentCount({
  paymentMethod,
  pixWhen,
  installments,
}: Pick<SaleValues, "paymentMethod" | "pixWhen" | "installments">): number {
  if (isImmediate(paymentMethod, pixWhen)) return 1;
  const most = mostInstallments[paymentMethod];
  return Math.min(Math.max(parseWhole(installments) ?? 1, 1), most);
}

/** Whether each parcel of a carnê collects the whole value. */
export function repeats({ paymentMethod, repeat }: SaleValues): boolean {
  return paymentMethod === "CARNET" && repeat === "repeat";
}

export function itemInputs(items: ItemValues[]): SaleItemInput[] {
  return items.map((item) => ({
    productId: item.productId || null,
    description: item.description.trim() || null,
    quantity: parseWhole(item.quantity) ?? 1,
    unitCents: parseHundredths(item.unitCents),
  }));
}

/** What the server is asked for. Of a card it gets the token only. */
export function saleInput(
  values: SaleValues,
  idempotencyKey: string,
  cardToken?: string,
): CreateSaleInput {
  const { paymentMethod, pixWhen, linkMethods } = values;
  const immediate = isImmediate(paymentMethod, pixWhen);
  const ownDueDates = values.ownDueDates && paymentMethod !== "CARNET" && paymentMethod !== "LINK";
  return {
    customerId: values.customerId,
    items: itemInputs(values.items),
    discountCents: parseHundredths(values.discountCents) ?? 0,
    interestCents: parseHundredths(values.interestCents) ?? 0,
    paymentMethod,
    installments: installmentCount(values),
    ...(paymentMethod === "CARNET" && { repeat: repeats(values) }),
    ...(!immediate && {
      firstDueDate: values.firstDueDate,
      dueDates: ownDueDates ? values.dueDates : null,
    }),
    ...(paymentMethod === "PIX" && immediate && { pixExpiresInSeconds: pixSeconds(values) }),
    ...(paymentMethod === "LINK" && { linkMethods }),
    ...(paymentMethod === "CARD" && {
      cardToken,
      installments: parseWhole(values.card.installments) ?? 1,
    }),
    terms: termsInput(values.terms, termParts(paymentMethod, immediate, linkMethods)),
    sendEmail: values.sendEmail && mails(paymentMethod),
    note: values.note.trim() || null,
    idempotencyKey,
  };
}

/** Whether the provider mails something to the payer. */
export function mails(method: IssuedMethod): boolean {
  return method === "BOLETO" || method === "CARNET";
}
