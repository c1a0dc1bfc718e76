import type { ChargeTermsInput, LinkMethods, PaymentMethod } from "@/gen/schema";
import type { Translate } from "@/i18n";
import { parseHundredths, parseThousandths } from "@/i18n/format";
import { parseWhole } from "./numbers";

/** What is added or taken off when a charge is not paid on its day, as it is typed. */
export interface TermsValues {
  fineHundredths: string;
  interestBy: "month" | "day";
  monthlyInterestHundredths: string;
  dailyInterestThousandths: string;
  discountIn: "money" | "percent";
  discountCents: string;
  discountHundredths: string;
  discountDays: string;
  daysToWriteOff: string;
  message: string;
}

export const noTerms: TermsValues = {
  fineHundredths: "",
  interestBy: "month",
  monthlyInterestHundredths: "",
  dailyInterestThousandths: "",
  discountIn: "money",
  discountCents: "",
  discountHundredths: "",
  discountDays: "",
  daysToWriteOff: "",
  message: "",
};

/** Which terms a method of payment has. */
export interface TermParts {
  interest: boolean;
  discount: boolean;
  writeOff: boolean;
}

export function termParts(
  method: PaymentMethod,
  immediate: boolean,
  linkMethods: LinkMethods,
): TermParts {
  const dated = method === "BOLETO" || method === "CARNET" || (method === "PIX" && !immediate);
  return {
    interest: dated,
    discount: dated || (method === "LINK" && linkMethods !== "CARD"),
    writeOff: dated && method !== "CARNET", // the provider fixes it for a carnê
  };
}

/** The terms that were typed, without those that the method does not have. */
export function termsInput(terms: TermsValues, parts: TermParts): ChargeTermsInput {
  const monthly = terms.interestBy === "month";
  const money = terms.discountIn === "money";
  return {
    ...(parts.interest && {
      fineHundredths: parseHundredths(terms.fineHundredths),
      monthlyInterestHundredths: monthly ? parseHundredths(terms.monthlyInterestHundredths) : null,
      dailyInterestThousandths: monthly ? null : parseThousandths(terms.dailyInterestThousandths),
    }),
    ...(parts.discount && {
      discountCents: money ? parseHundredths(terms.discountCents) : null,
      discountHundredths: money ? null : parseHundredths(terms.discountHundredths),
      discountDays: parseWhole(terms.discountDays),
    }),
    ...(parts.writeOff && { daysToWriteOff: parseWhole(terms.daysToWriteOff) }),
    message: terms.message.trim() || null,
  };
}

/** Refuses what cannot be read; the limits are the server's. */
export function termsValidation(t: Translate) {
  const blank = (value: string) => value.trim() === "";
  const amount = (value: string) =>
    blank(value) || parseHundredths(value) !== null ? null : t("form.amount");
  const whole = (value: string) =>
    blank(value) || parseWhole(value) !== null ? null : t("form.whole");
  return {
    fineHundredths: amount,
    monthlyInterestHundredths: amount,
    dailyInterestThousandths: (value: string) =>
      blank(value) || parseThousandths(value) !== null ? null : t("form.thousandths"),
    discountCents: amount,
    discountHundredths: amount,
    discountDays: whole,
    daysToWriteOff: whole,
  };
}
