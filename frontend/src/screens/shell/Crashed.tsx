import { Button, Stack, Text, Title } from "@mantine/core";
import { useT } from "@/i18n";

/** What is shown when a page itself broke; never a stack. */
export function Crashed() {
  const t = useT();
  return (
    <Stack component="main" align="center" p="xl">
      <Title order={1} size="h2">
        {t("crashed.title")}
      </Title>
      <Text>{t("crashed.hint")}</Text>
      <Button onClick={() => location.reload()}>{t("crashed.reload")}</Button>
    </Stack>
  );
}
