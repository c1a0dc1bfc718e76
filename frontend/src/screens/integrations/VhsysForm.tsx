import { Button, Fieldset, Group, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { SaveVhsysDocument } from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { isDay } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { DayInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";
import { SecretInput } from "@/ui/SecretInput";
import { NotifiedUsers } from "./NotifiedUsers";
import {
  foreignRules,
  isSeries,
  refundRules,
  states,
  type VhsysValues,
  vhsysInput,
  vhsysValues,
} from "./vhsys";

/** Tokens, what is sent, the rules of invoices and who is told of failures. */
export function VhsysForm({ integration }: { integration: VhsysPartsFragment | null }) {
  const t = useT();
  const mayEdit = useMay()("OWNER");
  const save = useChange(SaveVhsysDocument);
  const series = (value: string) => (isSeries(value) ? null : t("form.series"));
  // A new key forgets that a token was being replaced.
  const [saves, setSaves] = useState(0);
  const form = useForm<VhsysValues>({
    initialValues: vhsysValues(integration),
    validate: {
      mirrorFrom: (value) => (value === "" || isDay(value) ? null : t("form.day")),
      nfeSeries: series,
      nfseSeries: series,
      nfceSeries: series,
    },
  });
  const known = (name: string) =>
    integration?.credentials.find((credential) => credential.name === name);
  const submit = useSubmit(form, async (values) => {
    const { saveVhsysIntegration } = await save.mutateAsync({ input: vhsysInput(values) });
    if (saveVhsysIntegration.integration) {
      notifyDone(t("integration.saved"));
      form.setValues({ accessToken: "", secretAccessToken: "" });
      setSaves((count) => count + 1);
    }
    return saveVhsysIntegration.userErrors;
  });
  return (
    <form onSubmit={submit.onSubmit} noValidate>
      <Stack gap="md" maw="46rem">
        <SecretInput
          key={`access ${saves}`}
          label="Access-Token"
          description={t("vhsys.tokenHint")}
          credential={known("accessToken")}
          value={form.values.accessToken}
          onChange={(value) => form.setFieldValue("accessToken", value)}
          error={form.errors.accessToken}
          disabled={!mayEdit}
        />
        <SecretInput
          key={`secret ${saves}`}
          label="Secret-Access-Token"
          credential={known("secretAccessToken")}
          value={form.values.secretAccessToken}
          onChange={(value) => form.setFieldValue("secretAccessToken", value)}
          error={form.errors.secretAccessToken}
          disabled={!mayEdit}
        />
        <Switch
          label={t("vhsys.withInterest")}
          description={t("vhsys.withInterestHint")}
          disabled={!mayEdit}
          {...form.getInputProps("withInterest", { type: "checkbox" })}
        />
        <Switch
          label={t("vhsys.sendInstallments")}
          description={t("vhsys.sendInstallmentsHint")}
          disabled={!mayEdit}
          {...form.getInputProps("sendInstallments", { type: "checkbox" })}
        />
        <DayInput
          label={t("vhsys.mirrorFrom")}
          description={t("vhsys.mirrorFromHint")}
          maw="16rem"
          disabled={!mayEdit}
          {...form.getInputProps("mirrorFrom")}
        />
        <InvoiceFields form={form} disabled={!mayEdit} />
        <NotifiedUsers
          chosen={integration?.notifiedUsers ?? []}
          value={form.values.notifiedUserIds}
          onChange={(ids) => form.setFieldValue("notifiedUserIds", ids)}
          error={form.errors.notifiedUserIds}
        />
        <Problems messages={submit.problems} />
        {mayEdit && (
          <Group>
            <Button type="submit" loading={submit.busy}>
              {t("common.save")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

interface FieldsProps {
  form: UseFormReturnType<VhsysValues>;
  disabled: boolean;
}

/** What decides how invoices are issued, and what becomes of them. */
function InvoiceFields({ form, disabled }: FieldsProps) {
  const t = useT();
  return (
    <Fieldset legend={t("invoices.title")}>
      <Stack>
        <Choice
          label={t("vhsys.refundRule")}
          description={t(`vhsys.refundRuleHint.${form.values.refundRule}`)}
          disabled={disabled}
          options={refundRules.map((value) => ({ value, label: t(`vhsys.refundRule.${value}`) }))}
          {...form.getInputProps("refundRule")}
        />
        <Choice
          label={t("vhsys.foreignRule")}
          disabled={disabled}
          options={foreignRules.map((value) => ({ value, label: t(`vhsys.foreignRule.${value}`) }))}
          {...form.getInputProps("foreignRule")}
        />
        <Choice
          label={t("vhsys.companyState")}
          description={t("vhsys.companyStateHint")}
          anyLabel={t("common.choose")}
          maw="16rem"
          disabled={disabled}
          options={states.map((value) => ({ value, label: value }))}
          {...form.getInputProps("companyState")}
          onChange={(state) => form.setFieldValue("companyState", state ?? "")}
        />
        {(["nfe", "nfse", "nfce"] as const).map((document) => (
          <SimpleGrid key={document} cols={{ base: 1, xs: 2 }}>
            <Choice
              label={t(`vhsys.environment.${document}`)}
              disabled={disabled}
              options={[
                { value: "real", label: t("vhsys.real") },
                { value: "test", label: t("vhsys.test") },
              ]}
              value={form.values[`${document}Test`] ? "test" : "real"}
              onChange={(value) => form.setFieldValue(`${document}Test`, value === "test")}
            />
            <TextInput
              label={t(`vhsys.series.${document}`)}
              description={t("vhsys.seriesHint")}
              inputMode="numeric"
              maxLength={3}
              disabled={disabled}
              {...form.getInputProps(`${document}Series`)}
            />
          </SimpleGrid>
        ))}
        <Text size="sm" c="dimmed">
          {t("vhsys.testHint")}
        </Text>
      </Stack>
    </Fieldset>
  );
}
