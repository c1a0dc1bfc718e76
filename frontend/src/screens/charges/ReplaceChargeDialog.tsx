import { Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { CreateChargeDocument } from "@/gen/documents/charges";
import type { PaymentMethod } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { cardRefusals, useCardToken } from "../card/useCardToken";
import type { IssuedMethod } from "../payment/methods";
import type { ChargeDialogProps } from "./ChargeActions";
import { laterThanToday } from "./ChargeForms";
import { PaymentFields } from "./PaymentFields";
import { newPayment, type PaymentValues, paymentInput, paymentValidation } from "./values";

export function ReplaceChargeDialog(props: ChargeDialogProps) {
  // A new form for each opening: it has an idempotency key of its own.
  return props.opened ? <ReplaceChargeForm {...props} /> : null;
}

/** A parcel is followed by a boleto, because a carnê is issued whole. */
function methodAfter(method: PaymentMethod): IssuedMethod {
  return method === "CARNET" || method === "PAYPAL" ? "BOLETO" : method;
}

function ReplaceChargeForm({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const replace = useChange(CreateChargeDocument);
  const card = useCardToken();
  const form = useForm<PaymentValues>({
    initialValues: {
      ...newPayment(methodAfter(charge.method)),
      dueDate: laterThanToday(charge.dueDate),
      pixWhen: charge.expiresAt === null ? "due" : "now",
      linkMethods: charge.linkMethods,
    },
    validate: paymentValidation(t),
  });
  const submit = useSubmit(form, async (values) => {
    const isCard = values.paymentMethod === "CARD";
    const { token, refusals } = isCard ? await card.tokenOf(values.card) : {};
    if (refusals) return refusals;
    const { terms: _, ...payment } = paymentInput(values, token);
    const { createCharge } = await replace.mutateAsync({
      input: { replaces: charge.id, ...payment, idempotencyKey },
    });
    if (createCharge.charge) {
      notifyDone(t("charge.replace.done"));
      onClose();
      await navigate({ to: "/charges/$chargeId", params: { chargeId: createCharge.charge.id } });
      return [];
    }
    card.forget();
    return isCard ? cardRefusals(createCharge.userErrors) : createCharge.userErrors;
  });
  return (
    <FormDialog
      title={t("charge.action.REPLACE")}
      opened={opened}
      onClose={onClose}
      submitLabel={t("charge.replace.submit")}
      {...submit}
    >
      <Text size="sm" c="dimmed">
        {t("charge.replace.hint", {
          number: charge.number,
          amount: format.money(charge.amountCents),
        })}
      </Text>
      <PaymentFields
        values={form.values}
        amountCents={charge.amountCents}
        input={form.getInputProps}
        card={card}
      />
    </FormDialog>
  );
}
