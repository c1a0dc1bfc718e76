import { Group, Radio, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { RefundChargeDocument } from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { parseHundredths, useFormat } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { MoneyInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";
import { notifyAsked } from "../approvals/notifyAsked";
import type { ChargeDialogProps } from "./ChargeActions";
import { refundableCents } from "./refund";

export function RefundDialog(props: ChargeDialogProps) {
  // A new form for each opening: it has an idempotency key of its own.
  return props.opened ? <RefundForm {...props} /> : null;
}

const longestReason = 140;

function RefundForm({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const idempotencyKey = useIdempotencyKey();
  const refund = useChange(RefundChargeDocument);
  const remaining = refundableCents(charge);
  const form = useForm({
    initialValues: { howMuch: "all", amountCents: "", reason: "" },
    validate: {
      amountCents: (value, { howMuch }) => {
        if (howMuch === "all") return null;
        const cents = parseHundredths(value) ?? 0;
        return cents > 0 && cents <= remaining
          ? null
          : t("charge.refund.tooMuch", { amount: format.money(remaining) });
      },
    },
  });
  const submit = useSubmit(form, async ({ howMuch, amountCents, reason }) => {
    const { refundCharge } = await refund.mutateAsync({
      input: {
        id: charge.id,
        amountCents: howMuch === "all" ? null : parseHundredths(amountCents),
        reason: reason.trim() || null,
        idempotencyKey,
      },
    });
    if (refundCharge.userErrors.length === 0) {
      if (refundCharge.approval) notifyAsked(t);
      else notifyDone(t("charge.refund.done"));
      onClose();
    }
    return refundCharge.userErrors;
  });
  return (
    <FormDialog
      title={t("charge.action.REFUND")}
      opened={opened}
      onClose={onClose}
      submitLabel={t("charge.refund.submit")}
      {...submit}
    >
      <Text size="sm">
        {t("charge.refund.hint", {
          paid: format.money(charge.paidCents ?? 0),
          remaining: format.money(remaining),
        })}
      </Text>
      <Radio.Group label={t("charge.refund.howMuch")} {...form.getInputProps("howMuch")}>
        <Group gap="lg" mt={6}>
          <Radio
            value="all"
            label={t("charge.refund.all", { amount: format.money(remaining) })}
            data-autofocus
          />
          <Radio value="part" label={t("charge.refund.part")} />
        </Group>
      </Radio.Group>
      {form.values.howMuch === "part" && (
        <MoneyInput
          label={t("charge.refund.amount")}
          required
          {...form.getInputProps("amountCents")}
        />
      )}
      <TextInput
        label={t("charge.refund.reason")}
        description={t("charge.refund.reasonHint")}
        maxLength={longestReason}
        {...form.getInputProps("reason")}
      />
    </FormDialog>
  );
}
