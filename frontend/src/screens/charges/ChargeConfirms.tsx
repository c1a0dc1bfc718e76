import { Text } from "@mantine/core";
import { useChange } from "@/api/hooks";
import { CancelChargeDocument, SettleChargeDocument } from "@/gen/documents/charges";
import { RetryOperationDocument } from "@/gen/documents/operations";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { notifyDone } from "@/ui/notify";
import type { ChargeDialogProps } from "./ChargeActions";

export function CancelChargeDialog({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const cancel = useChange(CancelChargeDocument);
  const confirm = async () => {
    const { cancelCharge } = await cancel.mutateAsync({ input: { id: charge.id } });
    if (cancelCharge.userErrors.length === 0) notifyDone(t("charge.cancel.done"));
    return cancelCharge.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("charge.cancel.title", { number: charge.number })}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("charge.action.CANCEL")}
      danger
    >
      <Text>
        {t("charge.cancel.question", {
          amount: format.money(charge.amountCents),
          customer: charge.customer.name,
        })}
      </Text>
    </ConfirmDialog>
  );
}

export function SettleChargeDialog({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const format = useFormat();
  const settle = useChange(SettleChargeDocument);
  const confirm = async () => {
    const { settleCharge } = await settle.mutateAsync({ input: { id: charge.id } });
    if (settleCharge.userErrors.length === 0) notifyDone(t("charge.settle.done"));
    return settleCharge.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("charge.settle.title", { number: charge.number })}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("charge.action.SETTLE")}
    >
      <Text>{t("charge.settle.question", { amount: format.money(charge.amountCents) })}</Text>
      <Text c="dimmed" size="sm">
        {t("charge.settle.hint")}
      </Text>
    </ConfirmDialog>
  );
}

const retryable = ["FAILED", "QUEUED", "UNKNOWN"];

export function RetryChargeDialog({ charge, opened, onClose }: ChargeDialogProps) {
  const t = useT();
  const retry = useChange(RetryOperationDocument);
  const operation = charge.operations.find(({ state }) => retryable.includes(state));
  const confirm = async () => {
    if (!operation) return [{ field: [], message: t("charge.retry.nothing") }];
    const { retryOperation } = await retry.mutateAsync({ input: { id: operation.id } });
    if (retryOperation.userErrors.length === 0) notifyDone(t("charge.retry.done"));
    return retryOperation.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("charge.retry.title", { number: charge.number })}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("charge.action.RETRY")}
    >
      <Text>{t("charge.retry.question")}</Text>
    </ConfirmDialog>
  );
}
