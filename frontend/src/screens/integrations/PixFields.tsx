import { Fieldset, Stack, Text, TextInput } from "@mantine/core";
import { useT } from "@/i18n";
import { CertificateField } from "./CertificateField";
import type { PartProps } from "./GerencianetForm";

/** What Pix and cards need beside the credentials, for the environment that is chosen there. */
export function PixFields({ form, integration, disabled }: PartProps) {
  const t = useT();
  const environment = form.values.credentialsEnvironment;
  const inUse = integration?.environment === environment;
  const stored = integration?.credentials.find(
    ({ name, environment: of }) => name === "pixCertificate" && of === environment,
  );
  return (
    <>
      <Fieldset legend={t("pix.legend", { environment: t(`environment.${environment}`) })}>
        <Stack gap="sm">
          <TextInput
            label={t("pix.key")}
            description={t(inUse ? "pix.keyHint" : "pix.otherEnvironment")}
            autoComplete="off"
            disabled={disabled}
            {...form.getInputProps("pixKey")}
          />
          <CertificateField
            key={environment}
            certificate={inUse ? integration.pixCertificate : null}
            credential={stored}
            file={form.getInputProps("pixCertificate")}
            password={form.getInputProps("pixCertificatePassword")}
            disabled={disabled}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend={t("card.legend", { environment: t(`environment.${environment}`) })}>
        <Stack gap="sm">
          <TextInput
            label={t("card.payeeCode")}
            description={t(inUse ? "card.payeeCodeHint" : "pix.otherEnvironment")}
            autoComplete="off"
            disabled={disabled}
            {...form.getInputProps("payeeCode")}
          />
          <Text size="sm" c="dimmed">
            {t("card.payeeCodeUse")}
          </Text>
        </Stack>
      </Fieldset>
    </>
  );
}
