import { Button, Fieldset, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay, useShell } from "@/api/viewer";
import { SaveGerencianetDocument } from "@/gen/documents/integrations";
import type {
  Environment,
  GerencianetPartsFragment,
  GerencianetQuery,
  HistoricoKind,
} from "@/gen/schema";
import { useT } from "@/i18n";
import { parseHundredths, useFormat } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { MoneyInput } from "@/ui/inputs";
import { AppLink } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { SecretInput } from "@/ui/SecretInput";
import { notifyAsked } from "../approvals/notifyAsked";
import { NotifiedUsers } from "./NotifiedUsers";
import { PixFields } from "./PixFields";
import { ProblemList } from "./ProblemList";

const environments = ["SANDBOX", "PRODUCTION"] as const satisfies readonly Environment[];

export interface Values extends Record<string, unknown> {
  environment: Environment;
  credentialsEnvironment: Environment;
  clientId: string;
  clientSecret: string;
  pixKey: string;
  pixCertificate: string;
  pixCertificatePassword: string;
  payeeCode: string;
  convenioId: string;
  feeCents: string;
  receiptHistoricoId: string;
  entryHistoricoId: string;
  feeHistoricoId: string;
  notifiedUserIds: string[];
}

const blankCredentials = {
  clientId: "",
  clientSecret: "",
  pixCertificate: "",
  pixCertificatePassword: "",
};

/** What is no secret; it is known of the environment in use only. */
function readable(integration: GerencianetPartsFragment | null, environment: Environment) {
  const known = integration?.environment === environment ? integration : null;
  return { pixKey: known?.pixKey ?? "", payeeCode: known?.payeeCode ?? "" };
}

function valuesOf(
  integration: GerencianetPartsFragment | null,
  typed: (cents: number) => string,
): Values {
  const environment = integration?.environment ?? "SANDBOX";
  return {
    environment,
    credentialsEnvironment: environment,
    ...blankCredentials,
    ...readable(integration, environment),
    convenioId: integration?.convenio?.id ?? "",
    feeCents: typed(integration?.feeCents ?? 0),
    receiptHistoricoId: integration?.receiptHistorico?.id ?? "",
    entryHistoricoId: integration?.entryHistorico?.id ?? "",
    feeHistoricoId: integration?.feeHistorico?.id ?? "",
    notifiedUserIds: (integration?.notifiedUsers ?? []).map(({ id }) => id),
  };
}

/** The settings, field by field as the manual names them. */
export function GerencianetForm({ data }: { data: GerencianetQuery }) {
  const t = useT();
  const format = useFormat();
  const mayEdit = useMay()("OWNER");
  const { requireApproval } = useShell().accessRules;
  const save = useChange(SaveGerencianetDocument);
  const integration = data.gerencianetIntegration;
  // A new key forgets that a credential was being replaced.
  const [saves, setSaves] = useState(0);
  const form = useForm<Values>({
    initialValues: valuesOf(integration, format.typed),
    validate: { feeCents: (value) => (parseHundredths(value) === null ? t("form.amount") : null) },
  });
  const submit = useSubmit(form, async (values) => {
    const { saveGerencianetIntegration } = await save.mutateAsync({
      input: {
        environment: values.environment,
        credentialsEnvironment: values.credentialsEnvironment,
        clientId: values.clientId.trim() || undefined,
        clientSecret: values.clientSecret.trim() || undefined,
        pixKey: values.pixKey.trim() || undefined,
        pixCertificate: values.pixCertificate || undefined,
        pixCertificatePassword: values.pixCertificate
          ? values.pixCertificatePassword || undefined
          : undefined,
        payeeCode: values.payeeCode.trim() || undefined,
        convenioId: values.convenioId || undefined,
        feeCents: parseHundredths(values.feeCents) ?? 0,
        receiptHistoricoId: values.receiptHistoricoId || undefined,
        entryHistoricoId: values.entryHistoricoId || undefined,
        feeHistoricoId: values.feeHistoricoId || undefined,
        notifiedUserIds: values.notifiedUserIds,
      },
    });
    const saved = saveGerencianetIntegration.integration;
    if (saved) {
      notifyDone(t("integration.saved"));
      if (requireApproval && saved.environment !== values.environment) {
        notifyAsked(t, "approval.askedOwner");
        form.setFieldValue("environment", saved.environment);
      }
      form.setValues(blankCredentials);
      setSaves((count) => count + 1);
    }
    return saveGerencianetIntegration.userErrors;
  });

  return (
    <form onSubmit={submit.onSubmit} noValidate>
      <Stack gap="md" maw="46rem">
        <EnvironmentField form={form} integration={integration} disabled={!mayEdit} />
        <Credentials key={saves} form={form} integration={integration} disabled={!mayEdit} />
        <PixFields key={`pix ${saves}`} form={form} integration={integration} disabled={!mayEdit} />
        <Choice
          label={t("gerencianet.convenio")}
          description={t("gerencianet.convenioHint")}
          anyLabel={t("common.choose")}
          disabled={!mayEdit}
          options={data.convenios.map(({ id, code, name, account }) => ({
            value: id,
            label: `${code} · ${name} (${account.name})`,
          }))}
          {...form.getInputProps("convenioId")}
          onChange={(id) => form.setFieldValue("convenioId", id ?? "")}
        />
        {data.convenios.length === 0 && (
          <Text size="sm">
            {t("gerencianet.noConvenio")}{" "}
            <AppLink to="/convenios" underline="always">
              {t("convenios.title")}
            </AppLink>
          </Text>
        )}
        <MoneyInput
          label={t("gerencianet.fee")}
          description={t("gerencianet.feeHint")}
          disabled={!mayEdit}
          {...form.getInputProps("feeCents")}
        />
        <Historicos form={form} data={data} disabled={!mayEdit} />
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

export interface PartProps {
  form: UseFormReturnType<Values>;
  integration: GerencianetPartsFragment | null;
  disabled: boolean;
}

function EnvironmentField({ form, integration, disabled }: PartProps) {
  const t = useT();
  return (
    <>
      <Choice
        label={t("gerencianet.environment")}
        description={t("gerencianet.environmentHint")}
        disabled={disabled}
        options={environments.map((value) => ({ value, label: t(`environment.${value}`) }))}
        {...form.getInputProps("environment")}
        onChange={(value) => form.setFieldValue("environment", value ?? "SANDBOX")}
      />
      {integration?.environment !== "PRODUCTION" && (
        <ProblemList
          title={t("gerencianet.productionMissing")}
          problems={integration?.productionProblems ?? []}
        />
      )}
    </>
  );
}

function Credentials({ form, integration, disabled }: PartProps) {
  const t = useT();
  const { credentialsEnvironment: environment } = form.values;
  const known = (name: string) =>
    integration?.credentials.find(
      (credential) => credential.name === name && credential.environment === environment,
    );
  return (
    <Fieldset legend={t("gerencianet.credentials")}>
      <Stack gap="sm">
        <Choice
          label={t("gerencianet.credentialsOf")}
          options={environments.map((value) => ({ value, label: t(`environment.${value}`) }))}
          value={environment}
          onChange={(value) =>
            form.setValues({
              credentialsEnvironment: value ?? "SANDBOX",
              ...blankCredentials,
              ...readable(integration, value ?? "SANDBOX"),
            })
          }
        />
        <SecretInput
          key={`clientId ${environment}`}
          label="Client Id"
          description={t("gerencianet.credentialsHint")}
          credential={known("clientId")}
          value={form.values.clientId}
          onChange={(value) => form.setFieldValue("clientId", value)}
          error={form.errors.clientId}
          disabled={disabled}
        />
        <SecretInput
          key={`clientSecret ${environment}`}
          label="Client Secret"
          credential={known("clientSecret")}
          value={form.values.clientSecret}
          onChange={(value) => form.setFieldValue("clientSecret", value)}
          error={form.errors.clientSecret}
          disabled={disabled}
        />
      </Stack>
    </Fieldset>
  );
}

const historicoFields = [
  ["receiptHistoricoId", "RECEIPT"],
  ["entryHistoricoId", "ENTRY"],
  ["feeHistoricoId", "FEE"],
] as const satisfies readonly [string, HistoricoKind][];

function Historicos({
  form,
  data,
  disabled,
}: {
  form: UseFormReturnType<Values>;
  data: GerencianetQuery;
  disabled: boolean;
}) {
  const t = useT();
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {historicoFields.map(([field, kind]) => (
        <Choice
          key={field}
          label={t(`gerencianet.historico.${kind}`)}
          anyLabel={t("common.choose")}
          disabled={disabled}
          options={data.historicos
            .filter((historico) => historico.kind === kind)
            .map(({ id, code, text }) => ({ value: id, label: `${code} · ${text}` }))}
          {...form.getInputProps(field)}
          onChange={(id) => form.setFieldValue(field, id ?? "")}
        />
      ))}
    </SimpleGrid>
  );
}
