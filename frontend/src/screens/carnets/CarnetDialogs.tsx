import { Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import {
  AddCarnetNoteDocument,
  CancelCarnetDocument,
  ResendCarnetDocument,
  SettleCarnetDocument,
} from "@/gen/documents/carnets";
import { RetryOperationDocument } from "@/gen/documents/operations";
import { useT } from "@/i18n";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { NoteForm } from "../charges/ChangeForms";
import type { CarnetDialogProps } from "./CarnetActions";

/** Parcels that wait for money: what is done with the whole carnê is done with them. */
function openParcels({ charges }: CarnetDialogProps["carnet"]): number {
  return charges.filter(({ status }) => status === "WAITING" || status === "OVERDUE").length;
}

export function CancelCarnetDialog({ carnet, opened, onClose }: CarnetDialogProps) {
  const t = useT();
  const cancel = useChange(CancelCarnetDocument);
  const confirm = async () => {
    const { cancelCarnet } = await cancel.mutateAsync({ input: { id: carnet.id } });
    if (cancelCarnet.userErrors.length === 0) notifyDone(t("charge.cancel.done"));
    return cancelCarnet.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("carnet.cancel.title")}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("carnet.action.CANCEL")}
      danger
    >
      <Text>
        {t("carnet.cancel.question", {
          count: openParcels(carnet),
          customer: carnet.sale.customer.name,
        })}
      </Text>
    </ConfirmDialog>
  );
}

export function SettleCarnetDialog({ carnet, opened, onClose }: CarnetDialogProps) {
  const t = useT();
  const settle = useChange(SettleCarnetDocument);
  const confirm = async () => {
    const { settleCarnet } = await settle.mutateAsync({ input: { id: carnet.id } });
    if (settleCarnet.userErrors.length === 0) notifyDone(t("charge.settle.done"));
    return settleCarnet.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("carnet.settle.title")}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("carnet.action.SETTLE")}
    >
      <Text>{t("carnet.settle.question", { count: openParcels(carnet) })}</Text>
      <Text c="dimmed" size="sm">
        {t("charge.settle.hint")}
      </Text>
    </ConfirmDialog>
  );
}

export function ResendCarnetDialog({ carnet, opened, onClose }: CarnetDialogProps) {
  const t = useT();
  const resend = useChange(ResendCarnetDocument);
  const form = useForm({
    initialValues: { email: carnet.sale.customer.email },
    validate: { email: (value) => (value.includes("@") ? null : t("form.email")) },
  });
  const submit = useSubmit(form, async ({ email }) => {
    const { resendCarnet } = await resend.mutateAsync({
      input: { id: carnet.id, email: email.trim() },
    });
    if (resendCarnet.userErrors.length === 0) {
      notifyDone(t("charge.resend.done"));
      onClose();
    }
    return resendCarnet.userErrors;
  });
  return (
    <FormDialog
      title={t("carnet.resend.title")}
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

export function CarnetNoteDialog({ carnet, opened, onClose }: CarnetDialogProps) {
  const t = useT();
  const add = useChange(AddCarnetNoteDocument);
  return (
    <NoteForm
      title={t("carnet.action.ADD_NOTE")}
      hint={t("carnet.addNote.hint")}
      opened={opened}
      onClose={onClose}
      send={async (text) => {
        const { addCarnetNote } = await add.mutateAsync({ input: { id: carnet.id, text } });
        return addCarnetNote.userErrors;
      }}
    />
  );
}

const retryable = ["FAILED", "QUEUED", "UNKNOWN"];

export function RetryCarnetDialog({ carnet, opened, onClose }: CarnetDialogProps) {
  const t = useT();
  const retry = useChange(RetryOperationDocument);
  const operation = carnet.operations.find(({ state }) => retryable.includes(state));
  const confirm = async () => {
    if (!operation) return [{ field: [], message: t("charge.retry.nothing") }];
    const { retryOperation } = await retry.mutateAsync({ input: { id: operation.id } });
    if (retryOperation.userErrors.length === 0) notifyDone(t("charge.retry.done"));
    return retryOperation.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("carnet.retry.title")}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("carnet.action.RETRY")}
    >
      <Text>{t("charge.retry.question")}</Text>
    </ConfirmDialog>
  );
}
