import { Checkbox } from "@mantine/core";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import type { InputProps } from "@/ui/form";
import { DayInput } from "@/ui/inputs";
import { CardField } from "../card/CardField";
import type { useCardToken } from "../card/useCardToken";
import { LinkField } from "../payment/LinkField";
import { isImmediate } from "../payment/methods";
import { PixField } from "../payment/PixField";
import type { PaymentValues } from "./values";

interface Props {
  values: PaymentValues;
  amountCents: number;
  input: (path: string, options?: { type: "checkbox" }) => InputProps;
  card: ReturnType<typeof useCardToken>;
}

/** What a single charge needs by its method of payment. */
export function PaymentFields({ values, amountCents, input, card }: Props) {
  const t = useT();
  const { paymentMethod, pixWhen } = values;
  const isLink = paymentMethod === "LINK";
  return (
    <>
      {paymentMethod === "PIX" && <PixField values={values} input={input} />}
      {!isImmediate(paymentMethod, pixWhen) && (
        <DayInput
          label={t(isLink ? "link.validUntil" : "charge.dueDate")}
          description={isLink ? t("link.validUntilHint") : undefined}
          min={today()}
          required
          {...input("dueDate")}
        />
      )}
      {isLink && <LinkField input={input("linkMethods")} />}
      {paymentMethod === "CARD" && (
        <CardField
          values={values.card}
          amountCents={amountCents}
          input={(name) => input(`card.${name}`)}
          card={card}
        />
      )}
      {paymentMethod === "BOLETO" && (
        <Checkbox label={t("charge.sendEmail")} {...input("sendEmail", { type: "checkbox" })} />
      )}
    </>
  );
}
