import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { TestIntegrationDocument } from "@/gen/documents/integrations";
import type { IntegrationKind } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";
import { Moment } from "@/ui/Values";

interface Props {
  kind: IntegrationKind;
  testedAt: string | null;
}

interface Outcome {
  ok: boolean;
  text: string;
}

/** Asks the provider whether the stored credentials work. */
export function ConnectionTest({ kind, testedAt }: Props) {
  const t = useT();
  const mayTest = useMay()("OWNER");
  const test = useChange(TestIntegrationDocument);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const run = async () => {
    setOutcome(null);
    try {
      const { testIntegration } = await test.mutateAsync({ input: { kind } });
      const refusals = testIntegration.userErrors.map(({ message }) => message).join(" ");
      setOutcome({
        ok: testIntegration.ok,
        text: testIntegration.ok
          ? t("integration.testOk", { count: testIntegration.durationMilliseconds })
          : refusals,
      });
    } catch (error) {
      setOutcome({ ok: false, text: errorText(t, error) });
    }
  };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {mayTest && (
          <Button variant="default" loading={test.isPending} onClick={run}>
            {t("integration.test")}
          </Button>
        )}
        <Text size="sm" c="dimmed">
          {testedAt ? (
            <>
              {t("integration.testedAt")}: <Moment value={testedAt} />
            </>
          ) : (
            t("integration.neverTested")
          )}
        </Text>
      </Group>
      <div role="status">
        {outcome && (
          <Alert
            color={outcome.ok ? "teal" : "red"}
            variant="outline"
            title={t(outcome.ok ? "integration.testOkTitle" : "integration.testFailedTitle")}
          >
            {outcome.text}
          </Alert>
        )}
      </div>
    </Stack>
  );
}
