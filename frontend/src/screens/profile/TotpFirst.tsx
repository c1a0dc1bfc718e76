import { Button, Card, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import { signOut } from "@/api/session";
import { useT } from "@/i18n";
import { BridgeIcon } from "@/ui/icons";
import { TotpSetup } from "./TotpSetup";

/** Stands before the panel for who must set up a second factor first. */
export function TotpFirst({ onDone }: { onDone: () => void }) {
  const t = useT();
  useEffect(() => {
    document.title = `${t("totp.title")} · Ponte`;
  }, [t]);
  return (
    <main className="login-page">
      <Card className="login-card" withBorder padding="xl">
        <Stack>
          <BridgeIcon size={36} />
          <Title order={1} size="h3">
            {t("totp.title")}
          </Title>
          <Text c="dimmed" size="sm">
            {t("totp.first")}
          </Text>
          <TotpSetup onDone={onDone} />
          <Button variant="default" onClick={() => void signOut(false)}>
            {t("viewer.signOut")}
          </Button>
        </Stack>
      </Card>
    </main>
  );
}
