import { Group, Stack, Text, Timeline } from "@mantine/core";
import { useEffect, useState } from "react";
import { useChange, useLive, useLoad } from "@/api/hooks";
import { useShell } from "@/api/viewer";
import { FailureDetailsDocument, MarkFailuresReadDocument } from "@/gen/documents/failures";
import { OperationChangedDocument } from "@/gen/documents/operations";
import type { FailureDetailsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { useShortcuts } from "@/ui/shortcuts";
import { Moment } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { Attempts } from "../operations/OperationList";
import { FailureActions } from "./FailureActions";
import { IgnoreDialog } from "./IgnoreDialog";
import { ShortcutHelp } from "./ShortcutHelp";
import { SubjectLink } from "./SubjectLink";
import { isOpen, useHandling } from "./useHandling";

type Detailed = Extract<FailureDetailsQuery["node"], { __typename: "Failure" }>;

/** All that is known of one failure. */
export function FailureScreen({ failureId }: { failureId: string }) {
  const query = useLoad(FailureDetailsDocument, { id: failureId });
  return (
    <Loaded query={query}>
      {({ node }) => (node?.__typename === "Failure" ? <Detail failure={node} /> : <NotHeard />)}
    </Loaded>
  );
}

/** It is not there, or it is for others. */
function NotHeard() {
  const t = useT();
  return (
    <Page title={t("failure.notHeard")} back={<ToFeed />}>
      <Empty
        title={t("failure.notHeardHint")}
        action={
          <LinkButton to="/failures" variant="default">
            {t("failures.title")}
          </LinkButton>
        }
      />
    </Page>
  );
}

function ToFeed() {
  const t = useT();
  return (
    <AppLink to="/failures" size="sm">
      {t("failures.title")}
    </AppLink>
  );
}

function Detail({ failure }: { failure: Detailed }) {
  const t = useT();
  const handling = useHandling();
  const [ignoring, setIgnoring] = useState(false);
  const [helping, setHelping] = useState(false);
  useReadOnce(failure.id);
  const able = handling.mayAct && isOpen(failure);
  useShortcuts({
    e: able ? () => void handling.run("acknowledge", [failure]) : undefined,
    r: able ? () => void handling.run("retry", [failure]) : undefined,
    i: able ? () => setIgnoring(true) : undefined,
    "?": () => setHelping(true),
  });
  return (
    <Page
      title={failure.cause}
      mark={<Status of="failure" value={failure.state} />}
      hint={failure.state === "RESOLVED" ? undefined : failure.remedy}
      back={<ToFeed />}
    >
      <FailureActions failure={failure} handling={handling} prominent />
      <About failure={failure} />
      <Section title={t("failure.history")}>
        <History failure={failure} />
      </Section>
      {failure.operation && <Exchanges operation={failure.operation} />}
      <ObjectAudit id={failure.id} />
      {ignoring && (
        <IgnoreDialog
          failures={[failure]}
          onIgnore={(failures, reason) => handling.run("ignore", failures, reason)}
          onClose={() => setIgnoring(false)}
        />
      )}
      <ShortcutHelp opened={helping} onClose={() => setHelping(false)} />
    </Page>
  );
}

/** Whoever has opened a failure has read it. */
function useReadOnce(id: string): void {
  const { unreadFailures } = useShell().viewer;
  const { mutate } = useChange(MarkFailuresReadDocument);
  const unread = unreadFailures > 0;
  useEffect(() => {
    if (unread) mutate({ input: { ids: [id] } });
  }, [unread, mutate, id]);
}

function About({ failure }: { failure: Detailed }) {
  const t = useT();
  const said = [failure.providerCode, failure.providerText].filter(Boolean).join(" · ");
  return (
    <Section title={t("failure.about")}>
      <Facts
        facts={[
          failure.subjectLabel !== "" && [
            t("operations.subject"),
            <SubjectLink key="subject" subject={failure.subject} label={failure.subjectLabel} />,
          ],
          failure.integration && [
            t("failures.integration"),
            t(`integration.${failure.integration}`),
          ],
          failure.environment && [
            t("gerencianet.environment"),
            t(`environment.${failure.environment}`),
          ],
          [t("failure.times"), t("failure.timesCount", { count: failure.count })],
          [t("failure.first"), <Moment key="first" value={failure.firstAt} />],
          [t("failure.last"), <Moment key="last" value={failure.lastAt} />],
          [
            t("failure.code"),
            <span key="code" className="digits">
              {failure.code}
            </span>,
          ],
          failure.field !== null && [
            t("failure.field"),
            <span key="field" className="digits">
              {failure.field}
            </span>,
          ],
          said !== "" && [
            t("failure.providerWords"),
            <span key="said" className="digits">
              {said}
            </span>,
          ],
        ]}
      />
    </Section>
  );
}

function History({ failure: { history } }: { failure: Detailed }) {
  const t = useT();
  return (
    <Timeline bulletSize={14} lineWidth={2}>
      {history.toReversed().map((step) => (
        <Timeline.Item key={`${step.kind} ${step.at}`}>
          <Text fw={500}>{t(`failure.step.${step.kind}`)}</Text>
          {step.reason && <Text size="sm">{t("failure.reason", { reason: step.reason })}</Text>}
          <Text size="sm" c="dimmed">
            <Moment value={step.at} />
            {step.by && <> · {step.by.name}</>}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** Follows an operation for as long as it can still change. */
function Follow({ id }: { id: string }) {
  useLive(OperationChangedDocument, { id });
  return null;
}

/** What was asked of the provider, with every answer, masked. */
function Exchanges({ operation }: { operation: NonNullable<Detailed["operation"]> }) {
  const t = useT();
  return (
    <Section
      title={t("operation.attempts")}
      actions={
        <AppLink to="/operations/$operationId" params={{ operationId: operation.id }} size="sm">
          {t("failure.operation")}
        </AppLink>
      }
    >
      {operation.finishedAt === null && <Follow id={operation.id} />}
      <Stack gap="xs">
        <Group gap="sm">
          <Text fw={600}>{t(`operation.kind.${operation.kind}`)}</Text>
          <Status of="operation" value={operation.state} />
          <Text size="sm" c="dimmed">
            {t("operation.tries", { count: operation.tries })}
          </Text>
        </Group>
        {operation.nextTryAt && (
          <Text size="sm">
            {t("operation.nextTry")} <Moment value={operation.nextTryAt} />
          </Text>
        )}
        {operation.attempts.length === 0 ? (
          <Text size="sm">{t("operation.noAttempts")}</Text>
        ) : (
          <Attempts operation={operation} />
        )}
      </Stack>
    </Section>
  );
}
