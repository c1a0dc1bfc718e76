import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { MirrorOldSalesDocument } from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { addDays, isDay, today } from "@/i18n/format";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { DayInput } from "@/ui/inputs";
import { AppLink } from "@/ui/links";
import { Section } from "@/ui/Section";
import { ReconcileButton } from "../differences/ReconcileButton";
import { VhsysWebhooks } from "./VhsysWebhooks";

/** How Vhsys is kept in step: compared, told of changes, and given what is missing. */
export function VhsysInStep({ integration }: { integration: VhsysPartsFragment }) {
  const t = useT();
  const mayMirror = useMay()("OWNER");
  const [asking, ask] = useDisclosure(false);
  return (
    <Section title={t("reconcile.title")}>
      <Text size="sm">
        {t("reconcile.hint")}{" "}
        <AppLink to="/differences" underline="always">
          {t("differences.title")}
        </AppLink>
      </Text>
      <ReconcileButton reconciledAt={integration.reconciledAt} />
      <VhsysWebhooks integration={integration} />
      {mayMirror && (
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {t("oldSales.title")}
          </Text>
          <Text size="sm" c="dimmed">
            {t("oldSales.hint")}
          </Text>
          <Group>
            <Button variant="default" onClick={ask.open}>
              {t("oldSales.send")}
            </Button>
          </Group>
          {asking && <OldSalesDialog onClose={ask.close} />}
        </Stack>
      )}
    </Section>
  );
}

const usualDays = 30;

/** Sends the sales of a period; the batch's page then shows how far it is. */
function OldSalesDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const mirror = useChange(MirrorOldSalesDocument);
  const day = (value: string) => (isDay(value) ? null : t("form.day"));
  const form = useForm({
    initialValues: { from: addDays(today(), -usualDays), to: today() },
    validate: {
      from: day,
      to: (value, { from }) => day(value) ?? (value < from ? t("form.period") : null),
    },
  });
  const { from, to } = form.values;
  const submit = useSubmit(form, async (input) => {
    const { mirrorOldSales } = await mirror.mutateAsync({ input });
    if (mirrorOldSales.batch) {
      onClose();
      await navigate({ to: "/batches/$batchId", params: { batchId: mirrorOldSales.batch.id } });
    }
    return mirrorOldSales.userErrors;
  });
  return (
    <FormDialog
      title={t("oldSales.title")}
      opened
      onClose={onClose}
      submitLabel={t("oldSales.submit")}
      {...submit}
    >
      <Text size="sm">{t("oldSales.question")}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <DayInput
          label={t("sales.createdFrom")}
          max={today()}
          required
          data-autofocus
          {...form.getInputProps("from")}
        />
        <DayInput
          label={t("sales.createdTo")}
          max={today()}
          required
          {...form.getInputProps("to")}
        />
      </SimpleGrid>
      <Text size="sm">
        {t("oldSales.previewHint")}{" "}
        <AppLink
          to="/sales"
          search={{ createdFrom: from || undefined, createdTo: to || undefined }}
          underline="always"
        >
          {t("oldSales.see")}
        </AppLink>
      </Text>
    </FormDialog>
  );
}
