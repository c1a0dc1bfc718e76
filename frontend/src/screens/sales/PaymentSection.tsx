import { Checkbox, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import { DayInput } from "@/ui/inputs";
import { Section } from "@/ui/Section";
import { CardField } from "../card/CardField";
import type { useCardToken } from "../card/useCardToken";
import { LinkField } from "../payment/LinkField";
import { MethodField } from "../payment/MethodField";
import { issuedMethods } from "../payment/methods";
import { PixField } from "../payment/PixField";
import { InstallmentsField } from "./InstallmentsField";
import { mails, type SaleValues } from "./values";

interface Props {
  form: UseFormReturnType<SaleValues>;
  totalCents: number;
  card: ReturnType<typeof useCardToken>;
}

/** How a sale is paid: each method asks for what it needs only. */
export function PaymentSection({ form, totalCents, card }: Props) {
  const t = useT();
  const { paymentMethod, pixWhen } = form.values;
  const dated = paymentMethod === "PIX" && pixWhen === "due";
  return (
    <Section title={t("sale.payment")}>
      <MethodField methods={issuedMethods} input={form.getInputProps("paymentMethod")} />
      {paymentMethod === "PIX" && <PixField values={form.values} input={form.getInputProps} />}
      {(paymentMethod === "BOLETO" || paymentMethod === "CARNET" || dated) && (
        <InstallmentsField form={form} totalCents={totalCents} />
      )}
      {paymentMethod === "LINK" && (
        <>
          <DayInput
            label={t("link.validUntil")}
            description={t("link.validUntilHint")}
            min={today()}
            required
            {...form.getInputProps("firstDueDate")}
          />
          <LinkField input={form.getInputProps("linkMethods")} />
          <Text size="sm" c="dimmed">
            {t("link.hint")}
          </Text>
        </>
      )}
      {paymentMethod === "CARD" && (
        <CardField
          values={form.values.card}
          amountCents={totalCents}
          input={(name) => form.getInputProps(`card.${name}`)}
          card={card}
        />
      )}
      {mails(paymentMethod) && (
        <Checkbox
          label={t("sale.sendEmail")}
          {...form.getInputProps("sendEmail", { type: "checkbox" })}
        />
      )}
    </Section>
  );
}
