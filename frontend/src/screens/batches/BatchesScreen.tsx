import { useLoad } from "@/api/hooks";
import { type PageSearch, pageVariables } from "@/api/search";
import { useMay } from "@/api/viewer";
import { BatchesDocument } from "@/gen/documents/batches";
import type { BatchesQuery, BatchRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { pollMilliseconds } from "./BatchScreen";

interface Props {
  search: PageSearch;
  onSearch: (search: PageSearch) => void;
}

/** Asks again while one of the batches on the page is under way. */
function every({ batches }: BatchesQuery): number | null {
  return batches.nodes.some(({ state }) => state === "RUNNING") ? pollMilliseconds : null;
}

/** The batches, newest first. */
export function BatchesScreen({ search, onSearch }: Props) {
  const t = useT();
  const mayIssue = useMay()("OPERATOR");
  const query = useLoad(BatchesDocument, pageVariables(search), { keepPrevious: true, every });
  const issue = mayIssue && <LinkButton to="/batches/new">{t("batch.issue")}</LinkButton>;
  return (
    <Page title={t("batches.title")} hint={t("batches.hint")} actions={issue}>
      <Loaded query={query}>
        {({ batches }) =>
          batches.nodes.length === 0 ? (
            <Empty title={t("batches.empty")} hint={t("batches.emptyHint")} action={issue} />
          ) : (
            <>
              <BatchTable batches={batches.nodes} />
              <Pager page={batches.pageInfo} onPage={onSearch} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function BatchTable({ batches }: { batches: BatchRowFragment[] }) {
  const t = useT();
  const columns: Column<BatchRowFragment>[] = [
    {
      key: "action",
      header: t("batch.batch"),
      cell: (batch) => (
        <AppLink to="/batches/$batchId" params={{ batchId: batch.id }}>
          {t(`batch.action.${batch.action}`)}
        </AppLink>
      ),
    },
    {
      key: "state",
      header: t("common.status"),
      cell: (batch) => <Status of="batch" value={batch.state} />,
    },
    { key: "total", header: t("batch.total"), numeric: true, cell: (batch) => batch.total },
    { key: "done", header: t("batch.done"), numeric: true, cell: (batch) => batch.done },
    { key: "failed", header: t("batch.failed"), numeric: true, cell: (batch) => batch.failed },
    {
      key: "created",
      header: t("operations.createdAt"),
      cell: (batch) => <Moment value={batch.createdAt} />,
    },
    {
      key: "who",
      header: t("operations.requestedBy"),
      cell: (batch) => batch.requestedBy?.name ?? t("operation.byPonte"),
    },
  ];
  return (
    <DataTable
      label={t("batches.title")}
      columns={columns}
      rows={batches}
      rowKey={(batch) => batch.id}
    />
  );
}
