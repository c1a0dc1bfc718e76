import { Button, Group, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { AcknowledgeFailuresDocument, RetryFailureDocument } from "@/gen/documents/failures";
import type { FailurePartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";
import { FormDialog } from "@/ui/FormDialog";
import { type Refusal, useSubmit } from "@/ui/form";
import { notifyDone, notifyFailure } from "@/ui/notify";

/** Tries again, marks as seen, or leaves as it is with a reason. */
export function FailureActions({ failure }: { failure: FailurePartsFragment }) {
  const t = useT();
  const may = useMay();
  const retry = useChange(RetryFailureDocument);
  const acknowledge = useChange(AcknowledgeFailuresDocument);
  const [ignoring, ignore] = useDisclosure(false);
  const open = failure.state === "OPEN" || failure.state === "RETRYING";
  if (!open || !may("OPERATOR")) return null;

  const tell = (refusals: readonly Refusal[], done: string) => {
    const [first] = refusals;
    if (first) notifyFailure(`refused-${failure.id}`, t("form.refused"), first.message);
    else notifyDone(done);
  };
  const fail = (error: unknown) =>
    notifyFailure(`refused-${failure.id}`, t("error.title"), errorText(t, error));

  const tryAgain = () =>
    retry
      .mutateAsync({ input: { id: failure.id } })
      .then(({ retryFailure }) => tell(retryFailure.userErrors, t("failure.retry.done")), fail);
  const seen = () =>
    acknowledge
      .mutateAsync({ input: { ids: [failure.id] } })
      .then(
        ({ acknowledgeFailures }) =>
          tell(acknowledgeFailures.userErrors, t("failure.acknowledge.done")),
        fail,
      );

  const about = failure.subjectLabel;
  return (
    <Group gap="xs">
      {failure.operation && (
        <Button
          size="xs"
          loading={retry.isPending}
          onClick={tryAgain}
          aria-label={t("failure.actionAbout", { action: t("failure.retry"), about })}
        >
          {t("failure.retry")}
        </Button>
      )}
      {failure.handledBy === null && (
        <Button
          size="xs"
          variant="default"
          loading={acknowledge.isPending}
          onClick={seen}
          aria-label={t("failure.actionAbout", { action: t("failure.acknowledge"), about })}
        >
          {t("failure.acknowledge")}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        onClick={ignore.open}
        aria-label={t("failure.actionAbout", { action: t("failure.ignore"), about })}
      >
        {t("failure.ignore")}
      </Button>
      <IgnoreDialog failure={failure} opened={ignoring} onClose={ignore.close} />
    </Group>
  );
}

interface IgnoreProps {
  failure: FailurePartsFragment;
  opened: boolean;
  onClose: () => void;
}

function IgnoreDialog({ failure, opened, onClose }: IgnoreProps) {
  const t = useT();
  const acknowledge = useChange(AcknowledgeFailuresDocument);
  const form = useForm({
    initialValues: { ignoreReason: "" },
    validate: { ignoreReason: (value) => (value.trim() === "" ? t("form.required") : null) },
  });
  const submit = useSubmit(form, async ({ ignoreReason }) => {
    const { acknowledgeFailures } = await acknowledge.mutateAsync({
      input: { ids: [failure.id], ignoreReason: ignoreReason.trim() },
    });
    if (acknowledgeFailures.userErrors.length === 0) {
      notifyDone(t("failure.ignore.done"));
      onClose();
    }
    return acknowledgeFailures.userErrors;
  });
  return (
    <FormDialog
      title={t("failure.ignore.title")}
      opened={opened}
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
