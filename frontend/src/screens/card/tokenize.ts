import type { CardTokenizerQuery } from "@/gen/schema";
import { bareTaxId } from "@/ui/checkTaxId";
import { type CardValues, cardBrand, cardDigits, parseExpiry } from "./card";

export type Tokenizer = NonNullable<CardTokenizerQuery["cardTokenizer"]>;

/** A card that the provider did not take; the message is the provider's own. */
export class TokenError extends Error {}

/**
 * Has the provider make a payment token of a card, good for one use. The card goes
 * from here straight to the provider, or to its simulator.
 */
export async function makeToken(tokenizer: Tokenizer, card: CardValues): Promise<string> {
  const expiry = parseExpiry(card.expiry);
  const data = {
    brand: cardBrand(card.number) ?? "",
    number: cardDigits(card.number),
    cvv: card.cvv.trim(),
    expirationMonth: expiry?.month ?? "",
    expirationYear: expiry?.year ?? "",
    holderName: card.holderName.trim(),
    ...(card.holderDocument.trim() && { holderDocument: bareTaxId(card.holderDocument) }),
    reuse: false,
  };
  return tokenizer.simulatorUrl === null
    ? askProvider(tokenizer, data)
    : askSimulator(tokenizer.simulatorUrl, data);
}

type CardData = Omit<Parameters<EfiCard["setCreditCardData"]>[0], "holderDocument"> & {
  holderDocument?: string;
};
type EfiCard = typeof import("payment-token-efi").default.CreditCard;

// The provider's script is loaded only here, when a card is really to be used.
async function askProvider(tokenizer: Tokenizer, data: CardData): Promise<string> {
  const { default: efi } = await import("payment-token-efi/dist/payment-token-efi-esm.min.js");
  try {
    const answer = await efi.CreditCard.setAccount(tokenizer.payeeCode)
      .setEnvironment(tokenizer.environment === "PRODUCTION" ? "production" : "sandbox")
      .setCreditCardData(data as Parameters<EfiCard["setCreditCardData"]>[0])
      .getPaymentToken();
    if ("payment_token" in answer) return answer.payment_token;
    throw answer;
  } catch (error) {
    throw new TokenError(providerWords(error));
  }
}

/** What the provider said of the card; empty when it could not be reached. */
function providerWords(error: unknown): string {
  const { code, error_description: words } = (error ?? {}) as Record<string, unknown>;
  return typeof words === "string" && !(Number(code) >= 500) ? words : "";
}

async function askSimulator(url: string, data: CardData): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data),
  }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (typeof answer?.payment_token === "string") return answer.payment_token;
  throw new TokenError(typeof answer?.error === "string" ? answer.error : "");
}
