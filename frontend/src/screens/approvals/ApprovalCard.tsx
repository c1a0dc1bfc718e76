import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { useShell } from "@/api/viewer";
import type { ApprovalPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { AppLink } from "@/ui/links";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { ApprovalActions } from "./ApprovalActions";
import { ChargesAtStake } from "./ChargesAtStake";
import { standingOf, useWords } from "./words";

/** One request: what is asked, who asked, and how it was decided. */
export function ApprovalCard({ approval }: { approval: ApprovalPartsFragment }) {
  const t = useT();
  const { what } = useWords(approval);
  const heading = `what-${approval.id}`;
  return (
    <Card component="article" withBorder padding="md" aria-labelledby={heading}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" gap="xs">
          <Title order={2} size="h5" id={heading} flex="1 1 16rem" miw={0}>
            {what}
          </Title>
          <Status of="approval" value={standingOf(approval)} />
        </Group>
        <Text size="sm" c="dimmed">
          {t("approval.askedBy", { name: approval.askedBy.name })}{" "}
          <Moment value={approval.createdAt} />
        </Text>
        {approval.note && <Text size="sm">{t("approval.note", { note: approval.note })}</Text>}
        <AtStake approval={approval} />
        {approval.state === "ASKED" ? (
          <Waiting approval={approval} />
        ) : (
          <Decision approval={approval} />
        )}
        <ApprovalActions approval={approval} what={what} />
      </Stack>
    </Card>
  );
}

/** The ways to what it is about. */
function AtStake({ approval }: { approval: ApprovalPartsFragment }) {
  const t = useT();
  switch (approval.kind) {
    case "PRODUCTION":
    case "ACTIVATION":
      return (
        <AppLink to="/integrations/gerencianet" size="sm">
          {t("integrations.open", { name: t("integration.GERENCIANET") })}
        </AppLink>
      );
    case "RULES":
      return null;
    default:
      return <ChargesAtStake approval={approval} />;
  }
}

/** Until when somebody may decide, and who when the viewer may not. */
function Waiting({ approval }: { approval: ApprovalPartsFragment }) {
  const t = useT();
  const { user } = useShell().viewer;
  const own = approval.askedBy.id === user.id;
  return (
    <Text size="sm">
      {t("approval.until")} <Moment value={approval.expiresAt} />
      {". "}
      {own ? t("approval.own") : !approval.mayApprove && t(`approval.decider.${approval.kind}`)}
    </Text>
  );
}

/** How it was decided, by whom and why, and what was begun. */
function Decision({ approval }: { approval: ApprovalPartsFragment }) {
  const t = useT();
  const { decidedBy, decidedAt, reason, refund, batch, expiresAt } = approval;
  const standing = standingOf(approval);
  if (standing === "ASKED") return null;
  return (
    <>
      <Text size="sm">
        {t(`approval.decided.${standing}`, { name: decidedBy?.name ?? "" })}{" "}
        <Moment value={decidedAt ?? expiresAt} />
        {reason && `. ${t("approval.reasonWas", { reason })}`}
      </Text>
      {refund && (
        <Text size="sm" component="div">
          {t("approval.refund")} <Status of="refund" value={refund.state} />
        </Text>
      )}
      {batch && (
        <Text size="sm" component="div">
          <AppLink to="/batches/$batchId" params={{ batchId: batch.id }} underline="always" inherit>
            {t("approval.batch")}
          </AppLink>{" "}
          <Status of="batch" value={batch.state} />
        </Text>
      )}
    </>
  );
}
