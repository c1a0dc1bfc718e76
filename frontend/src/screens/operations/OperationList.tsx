import { Badge, Card, Code, Group, Stack, Text } from "@mantine/core";
import type { OperationDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";

/** What was asked of a provider, with every exchange, masked. */
export function OperationList({ operations }: { operations: OperationDetailFragment[] }) {
  const t = useT();
  if (operations.length === 0) return <Text c="dimmed">{t("operations.empty")}</Text>;
  return (
    <Stack gap="sm">
      {operations.map((operation) => (
        <Card key={operation.id} withBorder padding="sm">
          <OperationSummary operation={operation} />
          <Attempts operation={operation} />
        </Card>
      ))}
    </Stack>
  );
}

function OperationSummary({ operation }: { operation: OperationDetailFragment }) {
  const t = useT();
  return (
    <Stack gap={4}>
      <Group gap="sm">
        <Text fw={600}>{t(`operation.kind.${operation.kind}`)}</Text>
        <Status of="operation" value={operation.state} />
      </Group>
      <Text size="sm" c="dimmed">
        <Moment value={operation.createdAt} /> ·{" "}
        {operation.requestedBy?.name ?? t("operation.byPonte")} ·{" "}
        {t("operation.tries", { count: operation.tries })}
        {operation.nextTryAt && (
          <>
            {" "}
            · {t("operation.nextTry")} <Moment value={operation.nextTryAt} />
          </>
        )}
      </Text>
      {operation.lastError !== "" && <Text size="sm">{operation.lastError}</Text>}
    </Stack>
  );
}

type Attempt = Omit<OperationDetailFragment["attempts"][number], "__typename">;

export function Attempts({ operation }: { operation: { attempts: Attempt[] } }) {
  const t = useT();
  if (operation.attempts.length === 0) return null;
  return (
    <Stack component="ol" gap={6} mt="sm" mb={0} pl="lg">
      {operation.attempts.map((attempt) => (
        <li key={attempt.id}>
          <details>
            <summary>
              <Code>{attempt.request}</Code>{" "}
              <Badge
                variant="filled"
                color={attempt.status !== null && attempt.status < 400 ? "teal.9" : "red.9"}
                tt="none"
                component="span"
              >
                {attempt.status ?? t("operation.noAnswer")}
              </Badge>{" "}
              <Text span size="sm" c="dimmed">
                <Moment value={attempt.startedAt} /> ·{" "}
                {t("operation.milliseconds", { count: attempt.durationMilliseconds })}
              </Text>
            </summary>
            <Stack gap="xs" mt="xs">
              {attempt.error !== "" && <Text size="sm">{attempt.error}</Text>}
              <Exchange label={t("operation.sent")} body={attempt.requestBody} />
              <Exchange label={t("operation.received")} body={attempt.responseBody} />
            </Stack>
          </details>
        </li>
      ))}
    </Stack>
  );
}

function Exchange({ label, body }: { label: string; body: string }) {
  if (body === "") return null;
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Code block className="exchange" tabIndex={0} aria-label={label} role="region">
        {body}
      </Code>
    </div>
  );
}
