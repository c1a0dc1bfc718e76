import { Button, Group, Text } from "@mantine/core";
import { useChange, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { BatchDocument, ResumeBatchDocument, StopBatchDocument } from "@/gen/documents/batches";
import type { BatchQuery, BatchRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { errorText, Loaded } from "@/ui/Feedback";
import type { Refusal } from "@/ui/form";
import { AppLink } from "@/ui/links";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Day, Moment } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { NotFound } from "../shell/NotFound";
import { BatchItems } from "./BatchItems";
import type { BatchSearch } from "./search";

export const pollMilliseconds = 1_000;

/** What was begun before a stop still ends. */
function every({ node }: BatchQuery): number | null {
  const moves = node?.__typename === "Batch" && (node.state === "RUNNING" || node.running > 0);
  return moves ? pollMilliseconds : null;
}

interface Props {
  batchId: string;
  search: BatchSearch;
  onSearch: (search: BatchSearch) => void;
  onBack: () => void;
}

/** One batch: how far it is, what failed and why. */
export function BatchScreen({ batchId, ...items }: Props) {
  const query = useLoad(BatchDocument, { id: batchId }, { every });
  return (
    <Loaded query={query}>
      {({ node }) =>
        node?.__typename === "Batch" ? <Detail batch={node} {...items} /> : <NotFound />
      }
    </Loaded>
  );
}

interface DetailProps extends Omit<Props, "batchId"> {
  batch: BatchRowFragment;
}

function Detail({ batch, ...items }: DetailProps) {
  const t = useT();
  return (
    <Page
      title={t(`batch.action.${batch.action}`)}
      mark={<Status of="batch" value={batch.state} />}
      back={
        <AppLink to="/batches" size="sm">
          {t("batches.title")}
        </AppLink>
      }
      actions={<StopOrResume batch={batch} />}
    >
      <Section title={t("batch.progress")}>
        <Progress batch={batch} />
        <Facts
          facts={[
            [t(batch.action === "MIRROR" ? "sales.title" : "batch.total"), batch.total],
            [t("batch.done"), batch.done],
            [t("batch.failed"), batch.failed],
            batch.running > 0 && [t("batch.running"), batch.running],
            batch.dueDate !== null && [
              t("charge.newDueDate"),
              <Day key="due" value={batch.dueDate} />,
            ],
            [t("operations.requestedBy"), batch.requestedBy?.name ?? t("operation.byPonte")],
            [t("operations.createdAt"), <Moment key="created" value={batch.createdAt} />],
            batch.finishedAt !== null && [
              t("operation.finishedAt"),
              <Moment key="finished" value={batch.finishedAt} />,
            ],
          ]}
        />
      </Section>
      <BatchItems batch={batch} {...items} />
      <ObjectAudit id={batch.id} />
    </Page>
  );
}

function Progress({ batch }: { batch: BatchRowFragment }) {
  const t = useT();
  const ended = batch.done + batch.failed;
  return (
    <>
      <Text role="status">{t("batch.endedOf", { ended, total: batch.total })}</Text>
      <progress
        className="batch-progress"
        aria-label={t("batch.progress")}
        max={batch.total}
        value={ended}
      />
    </>
  );
}

function StopOrResume({ batch }: { batch: BatchRowFragment }) {
  const t = useT();
  const may = useMay();
  const stop = useChange(StopBatchDocument);
  const resume = useChange(ResumeBatchDocument);
  if (!may("OPERATOR") || batch.state === "DONE") return null;
  const tell = (send: () => Promise<readonly Refusal[]>, done: string) =>
    send().then(
      ([refusal]) => {
        if (refusal) notifyFailure("batch", t("form.refused"), refusal.message);
        else notifyDone(done);
      },
      (error) => notifyFailure("batch", t("error.title"), errorText(t, error)),
    );
  const input = { id: batch.id };
  return (
    <Group>
      {batch.state === "RUNNING" ? (
        <Button
          variant="default"
          loading={stop.isPending}
          onClick={() =>
            tell(
              async () => (await stop.mutateAsync({ input })).stopBatch.userErrors,
              t("batch.stopped"),
            )
          }
        >
          {t("batch.stop")}
        </Button>
      ) : (
        <Button
          loading={resume.isPending}
          onClick={() =>
            tell(
              async () => (await resume.mutateAsync({ input })).resumeBatch.userErrors,
              t("batch.resumed"),
            )
          }
        >
          {t("batch.resume")}
        </Button>
      )}
    </Group>
  );
}
