import { Badge, Card, Group, Stack, Text, Title } from "@mantine/core";
import type { FailureEventPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { FailureActions } from "./FailureActions";
import { ProviderWords } from "./FailureNotice";
import { SubjectLink } from "./SubjectLink";

/** One event of the feed. */
export function FailureCard({ event }: { event: FailureEventPartsFragment }) {
  const t = useT();
  const { failure } = event;
  const over = event.kind === "RESOLVED";
  return (
    <Card withBorder className={event.read ? undefined : "unread-mark"}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Group gap="sm">
            <Title order={2} size="h5">
              <SubjectLink subject={failure.subject} label={failure.subjectLabel} />
            </Title>
            <Status of="failure" value={failure.state} />
            {!event.read && (
              <Badge color="blue.8" variant="filled" tt="none">
                {t("failure.unread")}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            <Moment value={event.at} />
          </Text>
        </Group>
        <Text fw={500}>{over ? t("failure.over", { cause: failure.cause }) : failure.cause}</Text>
        {!over && failure.state !== "RESOLVED" && <Text>{failure.remedy}</Text>}
        <ProviderWords failure={failure} />
        <Text size="sm" c="dimmed">
          <Origin event={event} />
        </Text>
        {failure.reason && <Text size="sm">{t("failure.reason", { reason: failure.reason })}</Text>}
        {!over && <FailureActions failure={failure} />}
      </Stack>
    </Card>
  );
}

function Origin({ event: { failure } }: { event: FailureEventPartsFragment }) {
  const t = useT();
  const parts = [
    failure.integration && t(`integration.${failure.integration}`),
    failure.environment && t(`environment.${failure.environment}`),
    t("failure.count", { count: failure.count }),
    failure.handledBy && t("failure.handledBy", { name: failure.handledBy.name }),
    failure.code,
  ];
  return <>{parts.filter(Boolean).join(" · ")}</>;
}
