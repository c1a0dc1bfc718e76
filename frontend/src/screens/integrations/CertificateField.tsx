import { Alert, Button, Group, Input, PasswordInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { CredentialPartsFragment, GerencianetPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { Facts } from "@/ui/Facts";
import type { InputProps } from "@/ui/form";
import { Moment } from "@/ui/Values";
import { base64, certificateAge } from "./certificate";

type Certificate = NonNullable<GerencianetPartsFragment["pixCertificate"]>;

interface Props {
  /** What is known of it, in the environment in use. */
  certificate: Certificate | null;
  /** Whether one is stored, in whatever environment. */
  credential: CredentialPartsFragment | undefined;
  /** The file as Base64; empty keeps what is stored. */
  file: InputProps;
  password: InputProps;
  disabled: boolean;
}

/** The Pix certificate, which can be replaced but never read back. */
export function CertificateField({ certificate, credential, file, password, disabled }: Props) {
  const t = useT();
  const [replacing, setReplacing] = useState(false);
  const stored = certificate !== null || credential?.set === true;
  const keep = () => {
    file.onChange("");
    password.onChange("");
    setReplacing(false);
  };
  if (stored && !replacing) {
    return (
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          {t("pix.certificate")}
        </Text>
        {certificate ? <Known certificate={certificate} /> : <Stored credential={credential} />}
        {!disabled && (
          <Group>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => setReplacing(true)}
              aria-label={t("secret.replaceNamed", { name: t("pix.certificate") })}
            >
              {t("secret.replace")}
            </Button>
          </Group>
        )}
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      <FileInput file={file} disabled={disabled} />
      <PasswordInput
        label={t("pix.certificatePassword")}
        description={t("pix.certificatePasswordHint")}
        autoComplete="off"
        data-1p-ignore
        disabled={disabled}
        visibilityToggleButtonProps={{ "aria-label": t("secret.show") }}
        {...password}
      />
      {stored && (
        <Group>
          <Button size="compact-sm" variant="default" onClick={keep}>
            {t("secret.keep")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const fileId = "pix-certificate";

function FileInput({ file, disabled }: { file: InputProps; disabled: boolean }) {
  const t = useT();
  return (
    <Input.Wrapper
      id={fileId}
      label={t("pix.certificate")}
      description={t("pix.certificateHint")}
      error={file.error}
    >
      <input
        id={fileId}
        data-path="pixCertificate"
        className="file-input"
        type="file"
        accept=".p12,.pfx,.pem"
        disabled={disabled}
        aria-invalid={file.error ? true : undefined}
        aria-describedby={file.error ? `${fileId}-error` : `${fileId}-description`}
        onChange={async (event) => {
          const chosen = event.currentTarget.files?.[0];
          file.onChange(chosen ? await base64(chosen) : "");
        }}
      />
    </Input.Wrapper>
  );
}

function Known({ certificate }: { certificate: Certificate }) {
  const t = useT();
  const age = certificateAge(certificate.expiresAt, Date.now());
  return (
    <>
      <Facts
        facts={[
          [t("pix.subject"), certificate.subject],
          [t("gerencianet.environment"), t(`environment.${certificate.environment}`)],
          [t("pix.expires"), <Moment key="expires" value={certificate.expiresAt} />],
          [t("pix.sent"), <Sent key="sent" at={certificate.setAt} by={certificate.setBy?.name} />],
        ]}
      />
      {age !== "good" && (
        <Alert
          color={age === "over" ? "red" : "orange"}
          variant="outline"
          title={t(`pix.certificate.${age}`)}
        >
          {t("pix.renew")}
        </Alert>
      )}
    </>
  );
}

function Sent({ at, by }: { at: string; by: string | undefined }) {
  const t = useT();
  const format = useFormat();
  return t("pix.sentBy", { when: format.moment(at), who: by ?? t("secret.somebody") });
}

function Stored({ credential }: { credential: CredentialPartsFragment | undefined }) {
  const t = useT();
  const format = useFormat();
  const when = credential?.setAt ? format.moment(credential.setAt) : "";
  const who = credential?.setBy?.name ?? t("secret.somebody");
  return <Text size="sm">{t("secret.set", { when, who })}</Text>;
}
