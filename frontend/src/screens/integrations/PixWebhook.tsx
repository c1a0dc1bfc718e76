import { Alert, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useChange, useLive } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { RegisterPixWebhookDocument } from "@/gen/documents/integrations";
import { OperationChangedDocument } from "@/gen/documents/operations";
import type { GerencianetPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Section } from "@/ui/Section";
import { Moment } from "@/ui/Values";

/** Has the provider tell us of the payments of the Pix key. */
export function PixWebhook({ integration }: { integration: GerencianetPartsFragment }) {
  const t = useT();
  const mayRegister = useMay()("OWNER");
  const register = useChange(RegisterPixWebhookDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const operation = register.data?.registerPixWebhook.operation ?? null;
  const run = async () => {
    try {
      const { registerPixWebhook } = await register.mutateAsync({});
      setProblems(registerPixWebhook.userErrors.map(({ message }) => message));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <Section title={t("pix.webhook")}>
      <Text size="sm">{t("pix.webhookHint")}</Text>
      <Group gap="sm">
        {mayRegister && (
          <Button variant="default" loading={register.isPending} onClick={run}>
            {t("pix.register")}
          </Button>
        )}
        <Text size="sm" c="dimmed">
          {integration.pixRegisteredAt ? (
            <>
              {t("pix.registeredAt")}: <Moment value={integration.pixRegisteredAt} />
            </>
          ) : (
            t("pix.notRegistered")
          )}
        </Text>
      </Group>
      <Problems messages={problems} />
      {operation && (
        <>
          <Follow key={operation.id} id={operation.id} />
          <Alert color="teal" variant="outline" title={t("pix.registering")}>
            <AppLink to="/operations/$operationId" params={{ operationId: operation.id }}>
              {t("pix.seeOperation")}
            </AppLink>
          </Alert>
        </>
      )}
    </Section>
  );
}

/** The settings are loaded again when the registration has ended. */
function Follow({ id }: { id: string }) {
  useLive(OperationChangedDocument, { id });
  return null;
}
