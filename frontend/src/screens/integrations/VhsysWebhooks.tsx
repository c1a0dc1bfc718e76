import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { RegisterVhsysWebhooksDocument } from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { CopyButton } from "@/ui/CopyButton";
import { errorText, Problems } from "@/ui/Feedback";
import { notifyDone } from "@/ui/notify";
import { Moment } from "@/ui/Values";

/** Has Vhsys call us when customers or receivables change; for those who may see the address. */
export function VhsysWebhooks({ integration }: { integration: VhsysPartsFragment }) {
  const t = useT();
  const register = useChange(RegisterVhsysWebhooksDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const { callbackUrl, webhooksRegisteredAt } = integration;
  if (callbackUrl === null) return null;
  const run = async () => {
    try {
      const { registerVhsysWebhooks } = await register.mutateAsync({});
      setProblems(registerVhsysWebhooks.userErrors.map(({ message }) => message));
      if (registerVhsysWebhooks.integration) notifyDone(t("vhsys.webhooksRegistered"));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" fw={500}>
        {t("vhsys.webhook")}
      </Text>
      <Text size="sm" c="dimmed">
        {t("vhsys.webhookHint")}
      </Text>
      <Group gap="sm">
        <Button variant="default" loading={register.isPending} onClick={run}>
          {t("vhsys.registerWebhooks")}
        </Button>
        <Text size="sm" c="dimmed">
          {webhooksRegisteredAt ? (
            <>
              {t("pix.registeredAt")}: <Moment value={webhooksRegisteredAt} />
            </>
          ) : (
            t("pix.notRegistered")
          )}
        </Text>
      </Group>
      <Problems messages={problems} />
      <Text size="sm" className="digits" style={{ overflowWrap: "anywhere" }}>
        {callbackUrl}
      </Text>
      <CopyButton text={callbackUrl} label={t("charge.copyLink")} />
    </Stack>
  );
}
