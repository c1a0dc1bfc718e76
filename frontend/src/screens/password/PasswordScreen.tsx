import { Alert, Button, Card, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { AuthError, choosePassword } from "@/api/session";
import { useT } from "@/i18n";
import { BridgeIcon } from "@/ui/icons";
import { LanguageSwitch } from "../login/LanguageSwitch";

const shortestPassword = 10;

interface Props {
  /** What the address of the invitation holds after its #. */
  secret: string;
  onDone: () => void;
}

/** Where somebody who was invited, or has forgotten the password, chooses one. */
export function PasswordScreen({ secret, onDone }: Props) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initialValues: { password: "", repeated: "" },
    validate: {
      password: (value) => (value.length < shortestPassword ? t("form.password") : null),
      repeated: (value, values) => (value === values.password ? null : t("form.repeated")),
    },
  });
  useEffect(() => {
    document.title = `${t("password.title")} · Ponte`;
  }, [t]);
  const submit = form.onSubmit(async ({ password }) => {
    setBusy(true);
    setProblem(null);
    try {
      await choosePassword(secret, password);
      onDone();
    } catch (error) {
      setBusy(false);
      setProblem(error instanceof AuthError ? error.message : t("error.offline"));
    }
  });
  const toggle = { "aria-label": t("secret.show") };
  return (
    <main className="login-page">
      <Card className="login-card" withBorder padding="xl">
        <form onSubmit={submit} noValidate>
          <Stack>
            <BridgeIcon size={36} />
            <Title order={1} size="h3">
              {t("password.title")}
            </Title>
            <Text c="dimmed" size="sm">
              {t("password.hint")}
            </Text>
            <PasswordInput
              label={t("user.newPassword")}
              description={t("user.passwordHint")}
              autoComplete="new-password"
              required
              visibilityToggleButtonProps={toggle}
              {...form.getInputProps("password")}
            />
            <PasswordInput
              label={t("setup.repeat")}
              autoComplete="new-password"
              required
              visibilityToggleButtonProps={toggle}
              {...form.getInputProps("repeated")}
            />
            {problem && (
              <Alert color="red" role="alert" variant="outline">
                {problem}
              </Alert>
            )}
            <Button type="submit" loading={busy}>
              {t("password.submit")}
            </Button>
            <LanguageSwitch />
          </Stack>
        </form>
      </Card>
    </main>
  );
}
