import { Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { DenyDocument } from "@/gen/documents/approvals";
import type { ApprovalPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { useWords } from "./words";

interface Props {
  approval: ApprovalPartsFragment;
  onClose: () => void;
}

const longestReason = 140;

/** Asks why what somebody has asked for is denied. */
export function DenyDialog({ approval, onClose }: Props) {
  const t = useT();
  const deny = useChange(DenyDocument);
  const { what } = useWords(approval);
  const form = useForm({
    initialValues: { reason: "" },
    validate: { reason: (value) => (value.trim() === "" ? t("approval.reasonMissing") : null) },
  });
  const submit = useSubmit(form, async ({ reason }) => {
    const { deny: answer } = await deny.mutateAsync({
      input: { id: approval.id, reason: reason.trim() },
    });
    if (answer.userErrors.length === 0) {
      notifyDone(t("approval.denied"));
      onClose();
    }
    return answer.userErrors;
  });
  return (
    <FormDialog
      title={t("approval.denyTitle")}
      opened
      onClose={onClose}
      submitLabel={t("approval.deny")}
      {...submit}
    >
      <Text fw={600}>{what}</Text>
      <TextInput
        label={t("approval.reason")}
        description={t("approval.reasonHint", { name: approval.askedBy.name })}
        maxLength={longestReason}
        required
        data-autofocus
        {...form.getInputProps("reason")}
      />
    </FormDialog>
  );
}
