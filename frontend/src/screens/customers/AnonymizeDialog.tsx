import { Button, Group, List, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { AnonymizeCustomerDocument } from "@/gen/documents/customers";
import type { CustomerPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Problems } from "@/ui/Feedback";
import { Dialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";

interface Props {
  customer: CustomerPartsFragment;
  onClose: () => void;
}

/** Asks for the customer's name, typed, before everything personal is erased for good. */
export function AnonymizeDialog({ customer, onClose }: Props) {
  const t = useT();
  const change = useChange(AnonymizeCustomerDocument);
  const form = useForm({
    initialValues: { reason: "", confirmation: "" },
    validate: {
      reason: (value) => (value.trim() === "" ? t("form.required") : null),
      confirmation: (value) =>
        value.trim() === customer.name ? null : t("person.confirmationWrong"),
    },
  });
  const { onSubmit, busy, problems } = useSubmit(form, async ({ reason }) => {
    const { anonymizeCustomer } = await change.mutateAsync({
      input: { id: customer.id, reason: reason.trim() },
    });
    if (anonymizeCustomer.customer) {
      notifyDone(t("person.anonymized"));
      onClose();
    }
    return anonymizeCustomer.userErrors;
  });
  return (
    <Dialog title={t("person.anonymize.title")} opened onClose={onClose} size="lg">
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          <List size="sm">
            <List.Item>{t("person.anonymize.erased")}</List.Item>
            <List.Item>{t("person.anonymize.kept")}</List.Item>
            <List.Item>{t("person.anonymize.elsewhere")}</List.Item>
          </List>
          <Text size="sm" fw={650}>
            {t("person.anonymize.forGood")}
          </Text>
          <TextInput
            label={t("person.reason")}
            description={t("person.reasonHint")}
            required
            maxLength={140}
            data-autofocus
            {...form.getInputProps("reason")}
          />
          <TextInput
            label={t("person.confirmation", { name: customer.name })}
            required
            autoComplete="off"
            {...form.getInputProps("confirmation")}
          />
          <Problems messages={problems} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.back")}
            </Button>
            <Button type="submit" color="red.9" loading={busy}>
              {t("person.anonymize")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
