import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { ConfirmTotpDocument, StartTotpDocument } from "@/gen/documents/profile";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { QrCode } from "@/ui/QrCode";
import { RecoveryCodes } from "./RecoveryCodes";

/** Sets up the second factor: a QR code, a code as proof, and the recovery codes. */
export function TotpSetup({ onDone }: { onDone: () => void }) {
  const t = useT();
  const start = useChange(StartTotpDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begun = start.data?.startTotp;
  const begin = async () => {
    try {
      const { startTotp } = await start.mutateAsync({});
      setProblems(startTotp.userErrors.map(({ message }) => message));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  if (codes) return <RecoveryCodes codes={codes} onClose={onDone} />;
  if (!begun?.uri || !begun.secret) {
    return (
      <Stack gap="sm" align="flex-start">
        <Button loading={start.isPending} onClick={begin}>
          {t("totp.start")}
        </Button>
        <Problems messages={problems} />
      </Stack>
    );
  }
  return <Confirm uri={begun.uri} secret={begun.secret} onCodes={setCodes} />;
}

interface ConfirmProps {
  uri: string;
  secret: string;
  onCodes: (codes: readonly string[]) => void;
}

function Confirm({ uri, secret, onCodes }: ConfirmProps) {
  const t = useT();
  const confirm = useChange(ConfirmTotpDocument);
  const form = useForm({
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() === "" ? t("form.required") : null) },
  });
  const { onSubmit, busy, problems } = useSubmit(form, async ({ code }) => {
    const { confirmTotp } = await confirm.mutateAsync({ input: { code } });
    if (confirmTotp.recoveryCodes) onCodes(confirmTotp.recoveryCodes);
    return confirmTotp.userErrors;
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Text size="sm">{t("totp.scan")}</Text>
        <QrCode text={uri} label={t("totp.qr")} />
        <Text size="sm">
          {t("totp.byHand")} <Code className="breaks">{secret}</Code>
        </Text>
        <TextInput
          label={t("totp.code")}
          description={t("totp.codeHint")}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          maw={280}
          {...form.getInputProps("code")}
        />
        <Problems messages={problems} />
        <Group>
          <Button type="submit" loading={busy}>
            {t("totp.confirm")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
