import { Checkbox, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import {
  ChangeDueDateDocument,
  ReplaceChargeDocument,
  ResendChargeDocument,
} from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { addDays, isDay, parseHundredths, today, useFormat } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { DayInput, MoneyInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";
import type { ChargeDialogProps } from "./ChargeActions";

/** What a boleto gives a payer who has just been told of it. */
const usualDaysToPay = 3;

function laterThanToday(day: string): string {
  const soonest = addDays(today(), usualDaysToPay);
  return day > soonest ? day : soonest;
}

export function ChangeDueDateDialog({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const change = useChange(ChangeDueDateDocument);
  const form = useForm({
    initialValues: { dueDate: laterThanToday(charge.dueDate) },
    validate: { dueDate: (value) => (isDay(value) ? null : t("form.day")) },
  });
  const submit = useSubmit(form, async ({ dueDate }) => {
    const { changeDueDate } = await change.mutateAsync({ input: { id: charge.id, dueDate } });
    if (changeDueDate.userErrors.length === 0) {
      notifyDone(t("charge.changeDueDate.done"));
      onClose();
    }
    return changeDueDate.userErrors;
  });
  return (
    <FormDialog
      title={t("charge.action.CHANGE_DUE_DATE")}
      opened={opened}
      onClose={onClose}
      {...submit}
    >
      <DayInput
        label={t("charge.newDueDate")}
        min={addDays(today(), 1)}
        data-autofocus
        {...form.getInputProps("dueDate")}
      />
    </FormDialog>
  );
}

export function ResendChargeDialog({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const resend = useChange(ResendChargeDocument);
  const form = useForm({
    initialValues: { email: charge.customer.email },
    validate: { email: (value) => (value.includes("@") ? null : t("form.email")) },
  });
  const submit = useSubmit(form, async ({ email }) => {
    const { resendCharge } = await resend.mutateAsync({
      input: { id: charge.id, email: email.trim() },
    });
    if (resendCharge.userErrors.length === 0) {
      notifyDone(t("charge.resend.done"));
      onClose();
    }
    return resendCharge.userErrors;
  });
  return (
    <FormDialog
      title={t("charge.resend.title")}
      opened={opened}
      onClose={onClose}
      submitLabel={t("charge.resend.submit")}
      {...submit}
    >
      <TextInput
        label={t("customer.email")}
        type="email"
        data-autofocus
        {...form.getInputProps("email")}
      />
    </FormDialog>
  );
}

export function ReplaceChargeDialog(props: ChargeDialogProps) {
  // A new form for each opening: it has an idempotency key of its own.
  return props.opened ? <ReplaceChargeForm {...props} /> : null;
}

function ReplaceChargeForm({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const replace = useChange(ReplaceChargeDocument);
  const form = useForm({
    initialValues: {
      amountCents: format.typed(charge.amountCents),
      dueDate: laterThanToday(charge.dueDate),
      sendEmail: false,
    },
    validate: {
      amountCents: (value) => (parseHundredths(value) ? null : t("form.amount")),
      dueDate: (value) => (isDay(value) ? null : t("form.day")),
    },
  });
  const submit = useSubmit(form, async ({ amountCents, dueDate, sendEmail }) => {
    const { createCharge } = await replace.mutateAsync({
      input: {
        replaces: charge.id,
        amountCents: parseHundredths(amountCents),
        dueDate,
        sendEmail,
        idempotencyKey,
      },
    });
    if (createCharge.charge) {
      notifyDone(t("charge.replace.done"));
      onClose();
      await navigate({ to: "/charges/$chargeId", params: { chargeId: createCharge.charge.id } });
    }
    return createCharge.userErrors;
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
        {t("charge.replace.hint", { number: charge.number })}
      </Text>
      <MoneyInput
        label={t("charge.amount")}
        data-autofocus
        {...form.getInputProps("amountCents")}
      />
      <DayInput label={t("charge.dueDate")} min={today()} {...form.getInputProps("dueDate")} />
      <Checkbox
        label={t("sale.sendEmail")}
        {...form.getInputProps("sendEmail", { type: "checkbox" })}
      />
    </FormDialog>
  );
}
