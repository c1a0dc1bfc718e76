import { Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { RetryCardChargeDocument } from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { today, useFormat } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { CardField } from "../card/CardField";
import { cardValidation, newCard } from "../card/card";
import { cardRefusals, useCardToken } from "../card/useCardToken";
import { parseWhole } from "../payment/numbers";
import type { ChargeDialogProps } from "./ChargeActions";

export function RetryCardDialog(props: ChargeDialogProps) {
  // A card that was typed is forgotten when the dialog closes.
  return props.opened ? <RetryCardForm {...props} /> : null;
}

function RetryCardForm({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const retry = useChange(RetryCardChargeDocument);
  const card = useCardToken();
  const form = useForm({
    initialValues: { card: { ...newCard, installments: String(charge.cardInstallments) } },
    validate: { card: cardValidation(t, today()) },
  });
  const submit = useSubmit(form, async (values) => {
    const { token, refusals } = await card.tokenOf(values.card);
    if (refusals) return refusals;
    const { retryCardCharge } = await retry.mutateAsync({
      input: {
        id: charge.id,
        cardToken: token,
        cardInstallments: parseWhole(values.card.installments),
      },
    });
    if (retryCardCharge.userErrors.length > 0) {
      card.forget();
      return cardRefusals(retryCardCharge.userErrors);
    }
    notifyDone(t("charge.retryCard.done"));
    onClose();
    return [];
  });
  return (
    <FormDialog
      title={t("charge.action.RETRY_CARD")}
      opened={opened}
      onClose={onClose}
      submitLabel={t("charge.retryCard.submit")}
      size="lg"
      {...submit}
    >
      <Text size="sm">
        {t("charge.retryCard.hint", { amount: format.money(charge.amountCents) })}
      </Text>
      <CardField
        values={form.values.card}
        amountCents={charge.amountCents}
        input={(name) => form.getInputProps(`card.${name}`)}
        card={card}
      />
    </FormDialog>
  );
}
