import type { CreateChargeInput, LinkMethods } from "@/gen/schema";
import type { Translate } from "@/i18n";
import { addDays, isDay, parseHundredths, today } from "@/i18n/format";
import { type CardValues, cardValidation, newCard } from "../card/card";
import {
  type IssuedMethod,
  isImmediate,
  newPix,
  type PixValues,
  pixSeconds,
} from "../payment/methods";
import { parseWhole } from "../payment/numbers";
import {
  noTerms,
  type TermsValues,
  termParts,
  termsInput,
  termsValidation,
} from "../payment/terms";

/** How a single charge is paid, as it is typed. */
export interface PaymentValues extends Record<string, unknown>, PixValues {
  paymentMethod: IssuedMethod;
  dueDate: string;
  linkMethods: LinkMethods;
  card: CardValues;
  terms: TermsValues;
  sendEmail: boolean;
}

/** A charge of its own as it is typed; the names are those of the input that it becomes. */
export interface ChargeValues extends PaymentValues {
  customerId: string;
  description: string;
  amountCents: string;
}

const usualDaysToPay = 7;

export function newPayment(paymentMethod: IssuedMethod): PaymentValues {
  return {
    paymentMethod,
    dueDate: addDays(today(), usualDaysToPay),
    ...newPix,
    linkMethods: "ALL",
    card: newCard,
    terms: noTerms,
    sendEmail: false,
  };
}

export function newCharge(customerId: string | undefined): ChargeValues {
  return {
    customerId: customerId ?? "",
    description: "",
    amountCents: "",
    ...newPayment("BOLETO"),
  };
}

/** The part of the input that says how the charge is paid. Of a card it gets the token only. */
export function paymentInput(values: PaymentValues, cardToken?: string): CreateChargeInput {
  const { paymentMethod, linkMethods, pixWhen } = values;
  const immediate = isImmediate(paymentMethod, pixWhen);
  return {
    ...(!immediate && { dueDate: values.dueDate }),
    ...(paymentMethod === "PIX" && immediate && { pixExpiresInSeconds: pixSeconds(values) }),
    ...(paymentMethod === "LINK" && { linkMethods }),
    ...(paymentMethod === "CARD" && {
      cardToken,
      cardInstallments: parseWhole(values.card.installments) ?? 1,
    }),
    terms: termsInput(values.terms, termParts(paymentMethod, immediate, linkMethods)),
    sendEmail: values.sendEmail && paymentMethod === "BOLETO",
  };
}

export function chargeInput(
  values: ChargeValues,
  idempotencyKey: string,
  cardToken?: string,
): CreateChargeInput {
  return {
    customerId: values.customerId,
    description: values.description.trim(),
    amountCents: parseHundredths(values.amountCents),
    paymentMethod: values.paymentMethod,
    ...paymentInput(values, cardToken),
    idempotencyKey,
  };
}

export function paymentValidation(t: Translate) {
  const dated = (values: PaymentValues) => !isImmediate(values.paymentMethod, values.pixWhen);
  const card = Object.entries(cardValidation(t, today())).map(([name, check]) => [
    name,
    (value: string, values: PaymentValues) =>
      values.paymentMethod === "CARD" ? check(value) : null,
  ]);
  return {
    dueDate: (value: string, values: PaymentValues) =>
      dated(values) && !isDay(value) ? t("form.day") : null,
    pixExpiresInSeconds: (_: string, values: PaymentValues) =>
      values.paymentMethod === "PIX" && !dated(values) && pixSeconds(values) === null
        ? t("form.pixTime")
        : null,
    card: Object.fromEntries(card),
    terms: termsValidation(t),
  };
}
