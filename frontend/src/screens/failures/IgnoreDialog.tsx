import { Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useT } from "@/i18n";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import type { Handled } from "./useHandling";

interface Props {
  failures: readonly Handled[];
  onIgnore: (failures: readonly Handled[], reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks why failures are left as they are. */
export function IgnoreDialog({ failures, onIgnore, onClose }: Props) {
  const t = useT();
  const form = useForm({
    initialValues: { ignoreReason: "" },
    validate: { ignoreReason: (value) => (value.trim() === "" ? t("form.required") : null) },
  });
  const submit = useSubmit(form, async ({ ignoreReason }) => {
    onClose();
    await onIgnore(failures, ignoreReason.trim());
    return [];
  });
  return (
    <FormDialog
      title={t("failure.ignore.title", { count: failures.length })}
      opened
      onClose={onClose}
      submitLabel={t("failure.ignore")}
      {...submit}
    >
      <Textarea
        label={t("failure.ignore.reason")}
        description={t("failure.ignore.hint")}
        required
        autosize={false}
        rows={3}
        data-autofocus
        {...form.getInputProps("ignoreReason")}
      />
    </FormDialog>
  );
}
