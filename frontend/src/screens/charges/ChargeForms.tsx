import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { ChangeDueDateDocument, ResendChargeDocument } from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { addDays, isDay, today } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { DayInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";
import type { ChargeDialogProps } from "./ChargeActions";

/** What a boleto gives a payer who has just been told of it. */
const usualDaysToPay = 3;

export function laterThanToday(day: string): string {
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
