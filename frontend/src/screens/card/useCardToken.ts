import { useRef } from "react";
import { useLoad } from "@/api/hooks";
import { CardTokenizerDocument } from "@/gen/documents/card";
import { useT } from "@/i18n";
import type { Refusal } from "@/ui/form";
import type { CardValues } from "./card";
import { makeToken, TokenError } from "./tokenize";

type Outcome = { token: string; refusals?: undefined } | { token?: undefined; refusals: Refusal[] };

/**
 * Makes the payment token of a card when a form is sent. The token of an unchanged
 * card is kept, so that a request whose answer was lost is sent again as it was;
 * forget() has to be called when the server has refused the input.
 */
export function useCardToken() {
  const t = useT();
  const query = useLoad(CardTokenizerDocument, {});
  const made = useRef<{ card: string; token: string }>(null);
  const tokenizer = query.data?.cardTokenizer ?? null;

  const tokenOf = async (card: CardValues): Promise<Outcome> => {
    if (tokenizer === null) return { refusals: [{ field: [], message: t("card.noTokenizer") }] };
    const key = JSON.stringify(card);
    if (made.current?.card === key) return { token: made.current.token };
    try {
      const token = await makeToken(tokenizer, card);
      made.current = { card: key, token };
      return { token };
    } catch (error) {
      const words = error instanceof TokenError ? error.message : "";
      const message = words ? t("card.tokenRefused", { words }) : t("card.tokenFailed");
      return { refusals: [{ field: ["card", "number"], message }] };
    }
  };
  const forget = () => {
    made.current = null;
  };
  return { query, tokenizer, tokenOf, forget };
}

const inputs: Record<string, string[]> = {
  cardToken: ["card", "number"],
  installments: ["card", "installments"],
  cardInstallments: ["card", "installments"],
};

/** Refusals of a card's fields at the inputs of the card. */
export function cardRefusals(refusals: readonly Refusal[]): Refusal[] {
  return refusals.map((refusal) => ({
    ...refusal,
    field: inputs[refusal.field.at(-1) ?? ""] ?? refusal.field,
  }));
}
