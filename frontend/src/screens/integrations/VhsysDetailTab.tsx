import { Button, Group, Stack, Switch } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { SaveVhsysDocument } from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { SecretInput } from "@/ui/SecretInput";
import { Section } from "@/ui/Section";
import { Activation } from "./Activation";
import { ConnectionTest } from "./ConnectionTest";
import { NotifiedUsers } from "./NotifiedUsers";

/** The tab Detalhe: tokens, interest, instalments and who is told of failures. */
export function VhsysDetailTab({ integration }: { integration: VhsysPartsFragment | null }) {
  const t = useT();
  return (
    <Stack gap="lg">
      {integration && (
        <Section title={t("integration.state")}>
          <Activation
            label={t("vhsys.active")}
            hint={t("vhsys.activeHint")}
            kind="VHSYS"
            active={integration.active}
            problems={integration.activationProblems}
          />
          <ConnectionTest kind="VHSYS" testedAt={integration.testedAt} />
        </Section>
      )}
      <Section title={t("integration.settings")}>
        <VhsysForm integration={integration} />
      </Section>
    </Stack>
  );
}

function VhsysForm({ integration }: { integration: VhsysPartsFragment | null }) {
  const t = useT();
  const mayEdit = useMay()("OWNER");
  const save = useChange(SaveVhsysDocument);
  // A new key forgets that a token was being replaced.
  const [saves, setSaves] = useState(0);
  const form = useForm({
    initialValues: {
      accessToken: "",
      secretAccessToken: "",
      withInterest: integration?.withInterest ?? false,
      sendInstallments: integration?.sendInstallments ?? true,
      notifiedUserIds: (integration?.notifiedUsers ?? []).map(({ id }) => id),
    },
  });
  const known = (name: string) =>
    integration?.credentials.find((credential) => credential.name === name);
  const submit = useSubmit(form, async (values) => {
    const { saveVhsysIntegration } = await save.mutateAsync({
      input: {
        ...values,
        accessToken: values.accessToken.trim() || undefined,
        secretAccessToken: values.secretAccessToken.trim() || undefined,
      },
    });
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
