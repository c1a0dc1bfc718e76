import { Badge, Card, Checkbox, Group, Stack, Text, Title } from "@mantine/core";
import type { FailureEventPartsFragment, FailurePartsFragment } from "@/gen/schema";
import { type MessageId, useT } from "@/i18n";
import { AppLink } from "@/ui/links";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { useDesk, useOnDesk } from "./desk";
import { FailureActions } from "./FailureActions";
import { ProviderWords } from "./FailureNotice";
import { SubjectLink } from "./SubjectLink";

/** One failure of the feed: a row that the keyboard goes through. */
export function FailureCard({ event }: { event: FailureEventPartsFragment }) {
  const t = useT();
  const { handling, selected, pick } = useDesk();
  const { failure } = event;
  useOnDesk(failure);
  return (
    <Card
      component="article"
      withBorder
      padding="sm"
      className="failure-row"
      data-unread={!event.read || undefined}
      data-selected={selected.has(failure.id) || undefined}
      data-row={failure.id}
      tabIndex={-1}
      aria-labelledby={`cause-${failure.id}`}
    >
      <Group align="flex-start" gap="sm" wrap="nowrap">
        {handling.mayAct && (
          <Checkbox
            mt={3}
            aria-label={t("failures.select", { about: failure.subjectLabel })}
            checked={selected.has(failure.id)}
            onChange={(change) => pick([failure], change.currentTarget.checked)}
          />
        )}
        <Stack gap={6} flex={1} miw={0}>
          <Headline event={event} />
          {failure.state !== "RESOLVED" && <Text size="sm">{failure.remedy}</Text>}
          <ProviderWords failure={failure} />
          <Text size="sm" c="dimmed">
            <Origin failure={failure} />
          </Text>
          {failure.reason && (
            <Text size="sm">{t("failure.reason", { reason: failure.reason })}</Text>
          )}
          <FailureActions failure={failure} handling={handling} />
        </Stack>
      </Group>
    </Card>
  );
}

function Headline({ event: { failure, read } }: { event: FailureEventPartsFragment }) {
  const t = useT();
  return (
    <Group justify="space-between" align="flex-start" gap="xs">
      <Stack gap={2} flex="1 1 16rem" miw={0}>
        <Title order={2} size="h5" id={`cause-${failure.id}`}>
          <AppLink to="/failures/$failureId" params={{ failureId: failure.id }} inherit c="inherit">
            {failure.cause}
          </AppLink>
        </Title>
        <Text size="sm" fw={500}>
          <SubjectLink subject={failure.subject} label={failure.subjectLabel} />
        </Text>
      </Stack>
      <Group gap="xs">
        {!read && (
          <Badge color="blue.8" variant="filled" tt="none">
            {t("failure.unread")}
          </Badge>
        )}
        <Status of="failure" value={failure.state} />
      </Group>
    </Group>
  );
}

function Origin({ failure }: { failure: FailurePartsFragment }) {
  const t = useT();
  const parts = [
    failure.integration && t(`integration.${failure.integration}`),
    failure.environment && t(`environment.${failure.environment}`),
    failure.count > 1 && t("failure.count", { count: failure.count }),
    failure.handledBy && t(handledText(failure), { name: failure.handledBy.name }),
    failure.code,
  ];
  return (
    <>
      {failure.resolvedAt !== null && <>{t("failure.resolvedAt")} </>}
      {failure.resolvedAt === null && failure.count > 1 && <>{t("failure.lastAt")} </>}
      <Moment value={failure.resolvedAt ?? failure.lastAt} /> · {parts.filter(Boolean).join(" · ")}
    </>
  );
}

function handledText({ state }: FailurePartsFragment): MessageId {
  return state === "IGNORED" ? "failure.ignoredBy" : "failure.handledBy";
}
