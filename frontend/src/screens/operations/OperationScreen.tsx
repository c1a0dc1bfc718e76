import { Button } from "@mantine/core";
import { useChange, useLive, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import {
  OperationChangedDocument,
  OperationDetailsDocument,
  RetryOperationDocument,
} from "@/gen/documents/operations";
import type { OperationDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { errorText, Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { NotFound } from "../shell/NotFound";
import { Attempts } from "./OperationList";
import { OperationSubject } from "./OperationSubject";

export function OperationScreen({ operationId }: { operationId: string }) {
  const query = useLoad(OperationDetailsDocument, { id: operationId });
  return (
    <Loaded query={query}>
      {({ node }) =>
        node?.__typename === "Operation" ? <Detail operation={node} /> : <NotFound />
      }
    </Loaded>
  );
}

/** Follows an operation for as long as it can still change. */
function Follow({ id }: { id: string }) {
  useLive(OperationChangedDocument, { id });
  return null;
}

function Detail({ operation }: { operation: OperationDetailFragment }) {
  const t = useT();
  return (
    <Page
      title={t(`operation.kind.${operation.kind}`)}
      mark={<Status of="operation" value={operation.state} />}
      back={
        <AppLink to="/operations" size="sm">
          {t("operations.title")}
        </AppLink>
      }
      actions={<Retry operation={operation} />}
    >
      {operation.finishedAt === null && <Follow id={operation.id} />}
      <Section title={t("operation.data")}>
        <Facts
          facts={[
            [t("operations.subject"), <OperationSubject key="subject" operation={operation} />],
            [t("failures.integration"), t(`integration.${operation.integration}`)],
            [t("operations.requestedBy"), operation.requestedBy?.name ?? t("operation.byPonte")],
            [t("operations.createdAt"), <Moment key="created" value={operation.createdAt} />],
            operation.finishedAt !== null && [
              t("operation.finishedAt"),
              <Moment key="finished" value={operation.finishedAt} />,
            ],
            operation.nextTryAt !== null && [
              t("operation.nextTry"),
              <Moment key="next" value={operation.nextTryAt} />,
            ],
            [t("operations.tries"), operation.tries],
            [t("operations.lastError"), operation.lastError],
          ]}
        />
      </Section>
      <Section title={t("operation.attempts")}>
        {operation.attempts.length === 0 ? (
          t("operation.noAttempts")
        ) : (
          <Attempts operation={operation} />
        )}
      </Section>
      <ObjectAudit id={operation.id} />
    </Page>
  );
}

const retryable = ["FAILED", "QUEUED", "UNKNOWN"];

function Retry({ operation }: { operation: OperationDetailFragment }) {
  const t = useT();
  const may = useMay();
  const retry = useChange(RetryOperationDocument);
  if (!may("OPERATOR") || !retryable.includes(operation.state)) return null;
  const tryAgain = async () => {
    try {
      const { retryOperation } = await retry.mutateAsync({ input: { id: operation.id } });
      const [refusal] = retryOperation.userErrors;
      if (refusal) notifyFailure("retry", t("form.refused"), refusal.message);
      else notifyDone(t("charge.retry.done"));
    } catch (error) {
      notifyFailure("retry", t("error.title"), errorText(t, error));
    }
  };
  return (
    <Button loading={retry.isPending} onClick={tryAgain}>
      {t("charge.action.RETRY")}
    </Button>
  );
}
