import {
  Alert,
  Button,
  Card,
  Code,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { AuthError, type AuthStatus, signIn } from "@/api/session";
import { useT } from "@/i18n";
import { BridgeIcon } from "@/ui/icons";
import { setPageTitle } from "@/ui/title";
import { LanguageSwitch } from "./LanguageSwitch";

interface Props {
  status: AuthStatus;
  onSignedIn: () => void;
}

export function LoginScreen({ status, onSignedIn }: Props) {
  const t = useT();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null); // null while none was asked for
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setPageTitle(t("login.title"));
  }, [t]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await signIn(email.trim(), password, code ?? "");
      onSignedIn();
    } catch (error) {
      setBusy(false);
      if (error instanceof AuthError && error.code === "TOTP_REQUIRED" && code === null) {
        setCode("");
        return;
      }
      setProblem(error instanceof AuthError ? error.message : t("error.offline"));
    }
  };

  return (
    <main className="login-page">
      <Card className="login-card" withBorder padding="xl">
        <form onSubmit={submit}>
          <Stack>
            <Stack gap={4}>
              <BridgeIcon size={36} />
              <Title order={1} size="h3">
                {t("login.title")}
              </Title>
              <Text c="dimmed" size="sm">
                {t("login.hint")}
              </Text>
            </Stack>
            {status.demoLogin && (
              <Alert color="ponte" variant="outline" title={t("login.demo")}>
                <Stack gap="xs" align="flex-start">
                  <Text size="sm">
                    <Code>{status.demoLogin.email}</Code> <Code>{status.demoLogin.password}</Code>
                  </Text>
                  <Button
                    size="xs"
                    variant="default"
                    onClick={() => {
                      setEmail(status.demoLogin?.email ?? "");
                      setPassword(status.demoLogin?.password ?? "");
                    }}
                  >
                    {t("login.fillDemo")}
                  </Button>
                </Stack>
              </Alert>
            )}
            <TextInput
              label={t("user.email")}
              type="email"
              autoComplete="username"
              required
              withAsterisk={false}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={t("user.password")}
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              visibilityToggleButtonProps={{ "aria-label": t("secret.show") }}
            />
            {code !== null && (
              <TextInput
                label={t("totp.code")}
                description={t("totp.proofHint")}
                autoComplete="one-time-code"
                autoFocus
                required
                withAsterisk={false}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            )}
            {problem && (
              <Alert color="red" role="alert" variant="outline">
                {problem}
              </Alert>
            )}
            <Button type="submit" loading={busy}>
              {t("login.submit")}
            </Button>
            <LanguageSwitch />
          </Stack>
        </form>
      </Card>
    </main>
  );
}
