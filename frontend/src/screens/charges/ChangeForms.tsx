import { Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { AddChargeNoteDocument, ChangeChargeAmountDocument } from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { isDay, parseHundredths, today, useFormat } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { DayInput, MoneyInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";
import { isImmediate } from "../payment/methods";
import type { ChargeDialogProps } from "./ChargeActions";
import { laterThanToday } from "./ChargeForms";

export function ChangeAmountDialog(props: ChargeDialogProps) {
  return props.opened ? <ChangeAmountForm {...props} /> : null;
}

function ChangeAmountForm({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const change = useChange(ChangeChargeAmountDocument);
  const dated = !isImmediate(charge.method, charge.expiresAt === null ? "due" : "now");
  const overdue = charge.dueDate < today();
  const form = useForm({
    initialValues: {
      amountCents: format.typed(charge.amountCents),
      dueDate: overdue ? laterThanToday(charge.dueDate) : charge.dueDate,
    },
    validate: {
      amountCents: (value) => (parseHundredths(value) ? null : t("form.amount")),
      dueDate: (value) => (!dated || isDay(value) ? null : t("form.day")),
    },
  });
  const submit = useSubmit(form, async (values) => {
    const { changeChargeAmount } = await change.mutateAsync({
      input: {
        id: charge.id,
        amountCents: parseHundredths(values.amountCents) ?? 0,
        dueDate: dated ? values.dueDate : undefined,
      },
    });
    if (changeChargeAmount.userErrors.length === 0) {
      notifyDone(t("charge.changeAmount.done"));
      onClose();
    }
    return changeChargeAmount.userErrors;
  });
  return (
    <FormDialog
      title={t("charge.action.CHANGE_AMOUNT")}
      opened={opened}
      onClose={onClose}
      submitLabel={t("charge.changeAmount.submit")}
      {...submit}
    >
      <Text size="sm">{t("charge.changeAmount.hint", { number: charge.number })}</Text>
      <MoneyInput
        label={t("charge.newAmount")}
        data-autofocus
        required
        {...form.getInputProps("amountCents")}
      />
      {dated && (
        <DayInput
          label={t("charge.dueDate")}
          min={today()}
          required
          {...form.getInputProps("dueDate")}
        />
      )}
    </FormDialog>
  );
}

interface NoteProps {
  title: string;
  hint: string;
  opened: boolean;
  onClose: () => void;
  send: (text: string) => Promise<readonly { field: string[]; message: string }[]>;
}

const longestNote = 255;

/** A line for the provider's own history of a charge or a carnê. */
export function NoteForm({ title, hint, opened, onClose, send }: NoteProps) {
  const t = useT();
  const form = useForm({
    initialValues: { text: "" },
    validate: { text: (value) => (value.trim() === "" ? t("form.required") : null) },
  });
  const submit = useSubmit(form, async ({ text }) => {
    const refusals = await send(text.trim());
    if (refusals.length === 0) {
      notifyDone(t("charge.addNote.done"));
      form.reset();
      onClose();
    }
    return refusals;
  });
  return (
    <FormDialog title={title} opened={opened} onClose={onClose} {...submit}>
      <Textarea
        label={t("charge.addNote.text")}
        description={hint}
        rows={3}
        maxLength={longestNote}
        required
        data-autofocus
        {...form.getInputProps("text")}
      />
    </FormDialog>
  );
}

export function AddNoteDialog({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const add = useChange(AddChargeNoteDocument);
  return (
    <NoteForm
      title={t("charge.action.ADD_NOTE")}
      hint={t("charge.addNote.hint")}
      opened={opened}
      onClose={onClose}
      send={async (text) => {
        const { addChargeNote } = await add.mutateAsync({ input: { id: charge.id, text } });
        return addChargeNote.userErrors;
      }}
    />
  );
}
