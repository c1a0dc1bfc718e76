import { Button, Group, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { StartBatchDocument } from "@/gen/documents/batches";
import type { BatchAction } from "@/gen/schema";
import { useT } from "@/i18n";
import { addDays, isDay, today } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { DayInput } from "@/ui/inputs";
import { notifyAsked } from "../approvals/notifyAsked";

const actions = ["RETRY", "CHANGE_DUE_DATE", "RESEND", "CANCEL"] as const;
type SelectionAction = (typeof actions)[number];

interface Props {
  selected: ReadonlySet<string>;
  onClear: () => void;
}

/** What may be done with the charges that are selected in a list. */
export function SelectionBar({ selected, onClear }: Props) {
  const t = useT();
  const [asking, setAsking] = useState<SelectionAction | null>(null);
  if (selected.size === 0) return null;
  return (
    <Group component="section" className="selection-bar" aria-label={t("selection.bar")} gap="sm">
      <Text fw={600} role="status">
        {t("selection.count", { count: selected.size })}
      </Text>
      {actions.map((action) => (
        <Button
          key={action}
          size="xs"
          variant={action === "CANCEL" ? "outline" : "default"}
          color={action === "CANCEL" ? "red" : undefined}
          onClick={() => setAsking(action)}
        >
          {t(`batch.action.${action}`)}
        </Button>
      ))}
      <Button size="xs" variant="default" onClick={onClear}>
        {t("selection.clear")}
      </Button>
      {asking && (
        <StartDialog action={asking} selected={selected} onClose={() => setAsking(null)} />
      )}
    </Group>
  );
}

interface DialogProps {
  action: Exclude<BatchAction, "ISSUE" | "MIRROR">;
  selected: ReadonlySet<string>;
  onClose: () => void;
}

/** Asks before a batch begins; then its page shows how far it is, unless another person is asked first. */
function StartDialog({ action, selected, onClose }: DialogProps) {
  const t = useT();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const start = useChange(StartBatchDocument);
  const moves = action === "CHANGE_DUE_DATE";
  const form = useForm({
    initialValues: { dueDate: addDays(today(), 3) },
    validate: { dueDate: (value) => (!moves || isDay(value) ? null : t("form.day")) },
  });
  const submit = useSubmit(form, async ({ dueDate }) => {
    const { startBatch } = await start.mutateAsync({
      input: {
        action,
        chargeIds: [...selected],
        dueDate: moves ? dueDate : null,
        idempotencyKey,
      },
    });
    if (startBatch.approval) {
      onClose();
      notifyAsked(t);
    }
    if (startBatch.batch) {
      onClose();
      await navigate({ to: "/batches/$batchId", params: { batchId: startBatch.batch.id } });
    }
    return startBatch.userErrors;
  });
  return (
    <FormDialog
      title={t(`batch.ask.${action}`, { count: selected.size })}
      opened
      onClose={onClose}
      submitLabel={t(`batch.action.${action}`)}
      {...submit}
    >
      <Text>{t(`batch.askHint.${action}`)}</Text>
      {moves && (
        <DayInput
          label={t("charge.newDueDate")}
          min={addDays(today(), 1)}
          required
          data-autofocus
          {...form.getInputProps("dueDate")}
        />
      )}
    </FormDialog>
  );
}
