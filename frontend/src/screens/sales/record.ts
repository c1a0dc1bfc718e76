import type { PaymentMethod, RecordSaleInput } from "@/gen/schema";
import { parseHundredths, today } from "@/i18n/format";
import type { ItemValues } from "./preview";
import { itemInputs, newItem } from "./values";

/** How a sale can have been paid outside of Ponte. */
export const recordedMethods = [
  "PAYPAL",
  "CARD",
  "PIX",
  "BOLETO",
] as const satisfies readonly PaymentMethod[];
export type RecordedMethod = (typeof recordedMethods)[number];

/** A sale that was paid elsewhere, as it is typed. */
export interface RecordValues extends Record<string, unknown> {
  customerId: string;
  items: ItemValues[];
  discountCents: string;
  interestCents: string;
  paymentMethod: RecordedMethod;
  channel: string;
  paidOn: string;
  note: string;
}

export const mostChannelLetters = 100;
const paypal = "PayPal";

export function newRecord(customerId: string | undefined): RecordValues {
  return {
    customerId: customerId ?? "",
    items: [newItem()],
    discountCents: "",
    interestCents: "",
    paymentMethod: "PAYPAL",
    channel: paypal,
    paidOn: today(),
    note: "",
  };
}

/** Where it was paid, when the method already says so; what was typed stays. */
export function channelFor(method: RecordedMethod, channel: string): string {
  if (method === "PAYPAL") return channel.trim() === "" ? paypal : channel;
  return channel === paypal ? "" : channel;
}

export function recordInput(values: RecordValues, idempotencyKey: string): RecordSaleInput {
  return {
    customerId: values.customerId,
    items: itemInputs(values.items),
    discountCents: parseHundredths(values.discountCents) ?? 0,
    interestCents: parseHundredths(values.interestCents) ?? 0,
    paymentMethod: values.paymentMethod,
    channel: values.channel.trim(),
    paidOn: values.paidOn,
    note: values.note.trim() || null,
    idempotencyKey,
  };
}
