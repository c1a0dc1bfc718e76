import { Alert, Button, Card, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { AuthError, setUp } from "@/api/session";
import { useT } from "@/i18n";
import { BridgeIcon } from "@/ui/icons";
import { setPageTitle } from "@/ui/title";
import { LanguageSwitch } from "../login/LanguageSwitch";

const shortestPassword = 10;

/** The first page of a new installation: it makes the owner. */
export function SetupScreen({ onDone }: { onDone: () => void }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: "", email: "", password: "", repeated: "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("form.required") : null),
      email: (value) => (value.includes("@") ? null : t("form.email")),
      password: (value) => (value.length < shortestPassword ? t("form.password") : null),
      repeated: (value, values) => (value === values.password ? null : t("form.repeated")),
    },
  });
  useEffect(() => {
    setPageTitle(t("setup.title"));
  }, [t]);

  const submit = form.onSubmit(async ({ name, email, password }) => {
    setBusy(true);
    setProblem(null);
    try {
      await setUp(name.trim(), email.trim(), password);
      onDone();
    } catch (error) {
      setBusy(false);
      if (error instanceof AuthError && error.field !== null && error.field in form.values) {
        form.setFieldError(error.field, error.message);
      } else {
        setProblem(error instanceof AuthError ? error.message : t("error.offline"));
      }
    }
  });
  const toggle = { "aria-label": t("secret.show") };

  return (
    <main className="login-page">
      <Card className="login-card" withBorder padding="xl">
        <form onSubmit={submit} noValidate>
          <Stack>
            <Stack gap={4}>
              <BridgeIcon size={36} />
              <Title order={1} size="h3">
                {t("setup.title")}
              </Title>
              <Text c="dimmed" size="sm">
                {t("setup.hint")}
              </Text>
            </Stack>
            <TextInput
              label={t("user.name")}
              autoComplete="name"
              required
              {...form.getInputProps("name")}
            />
            <TextInput
              label={t("user.email")}
              type="email"
              autoComplete="username"
              required
              {...form.getInputProps("email")}
            />
            <PasswordInput
              label={t("user.password")}
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
              {t("setup.submit")}
            </Button>
            <LanguageSwitch />
          </Stack>
        </form>
      </Card>
    </main>
  );
}
