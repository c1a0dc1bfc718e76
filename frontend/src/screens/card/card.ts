import type { Translate } from "@/i18n";
import { isTaxId } from "@/ui/checkTaxId";

/**
 * A card as it is typed. It goes from the browser straight to the provider, which
 * answers a token: it is never put into a request of ours, an address or a storage.
 */
export interface CardValues {
  number: string;
  holderName: string;
  holderDocument: string;
  expiry: string;
  cvv: string;
  installments: string;
}

export const newCard: CardValues = {
  number: "",
  holderName: "",
  holderDocument: "",
  expiry: "",
  cvv: "",
  installments: "1",
};

export const cardBrands = ["visa", "mastercard", "amex", "elo", "hipercard"] as const;
export type CardBrand = (typeof cardBrands)[number];

// First digits of each brand, as payment-token-efi 3.4.1 tells them apart. Elo
// and Hipercard lie within the ranges of others and come first.
const elo =
  /^(4011(78|79)|43(1274|8935)|45(1416|7393|763[12])|50(4175|6699|67\d\d|9\d{3})|627780|63(6297|6368)|650(0(3[^4]|4\d|5[01]|5[7-9]|6\d|7\d|8\d)|4([0-3]\d|8[5-9]|9\d)|5(\d\d|3[0-8])|9([0-6]\d|7[0-8])|7([0-2]\d)|541|700|720|727|901)|65165[2-9]|6516[6-9]\d|65170[0-4]|6550[0-5]\d)/;
const brands: readonly [CardBrand, RegExp][] = [
  ["hipercard", /^(606282|3841)/],
  ["elo", elo],
  ["amex", /^3[47]/],
  ["mastercard", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
  ["visa", /^4/],
];

export function cardDigits(typed: string): string {
  return typed.replace(/\D/g, "");
}

/** The brand that a card's first six digits belong to; null when there is none. */
export function cardBrand(number: string): CardBrand | null {
  const digits = cardDigits(number);
  if (digits.length < 6) return null;
  return brands.find(([, pattern]) => pattern.test(digits))?.[0] ?? null;
}

/** The number in groups of four, as it is printed. */
export function formatCardNumber(typed: string): string {
  return cardDigits(typed).replace(/(\d{4})(?=\d)/g, "$1 ");
}

/** Whether the check digit is right (Luhn). */
export function isCardNumber(typed: string): boolean {
  const digits = cardDigits(typed);
  if (!/^\d{13,19}$/.test(digits) || /^(\d)\1*$/.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .map(Number)
    .map((digit, place) => (place % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)))
    .reduce((total, digit) => total + digit, 0);
  return sum % 10 === 0;
}

/** Month and year of MM/AA or MM/AAAA; null when it is no month. */
export function parseExpiry(typed: string): { month: string; year: string } | null {
  const parts = /^\s*(\d{1,2})\s*[/-]?\s*(\d{2}|\d{4})\s*$/.exec(typed);
  const month = Number(parts?.[1]);
  if (!parts?.[2] || month < 1 || month > 12) return null;
  return {
    month: String(month).padStart(2, "0"),
    year: parts[2].length === 2 ? `20${parts[2]}` : parts[2],
  };
}

/** Whether the card can be used in the month of a day. It can until its month is over. */
export function isExpired(expiry: { month: string; year: string }, day: string): boolean {
  return `${expiry.year}-${expiry.month}` < day.slice(0, 7);
}

/** What is wrong with a card, by its inputs; nothing is asked of the network. */
export function cardValidation(t: Translate, day: string) {
  return {
    number: (value: string) => {
      if (!isCardNumber(value)) return t("card.numberInvalid");
      return cardBrand(value) === null ? t("card.brandUnknown") : null;
    },
    holderName: (value: string) => {
      const name = value.trim();
      const whole = name.split(/\s+/).length > 1 && name.length <= 50;
      return whole ? null : t("card.holderNameInvalid");
    },
    holderDocument: (value: string) =>
      value.trim() === "" || isTaxId(value) ? null : t("form.taxId"),
    expiry: (value: string) => {
      const expiry = parseExpiry(value);
      if (expiry === null) return t("card.expiryInvalid");
      return isExpired(expiry, day) ? t("card.expired") : null;
    },
    cvv: (value: string) => (/^\d{3,4}$/.test(value.trim()) ? null : t("card.cvvInvalid")),
  };
}
