import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { OperationsDocument } from "@/gen/documents/operations";
import type { OperationRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { type Column, DataTable } from "@/ui/DataTable";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters } from "@/ui/Filters";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { OperationSubject } from "./OperationSubject";
import { type OperationsSearch, operationKinds, operationStates } from "./search";

interface Props {
  search: OperationsSearch;
  onSearch: (search: OperationsSearch) => void;
}

/** Everything that was asked of the providers. */
export function OperationsScreen({ search, onSearch }: Props) {
  const t = useT();
  const { state, kind, integration } = search;
  const shown = {
    filter: { state: state ? [state] : null, kind: kind ? [kind] : null, integration },
  };
  const operations = useLoad(
    OperationsDocument,
    { ...pageVariables(search), ...shown },
    { keepPrevious: true },
  );
  const narrow = (change: Partial<OperationsSearch>) =>
    onSearch({ ...search, after: undefined, before: undefined, ...change });

  return (
    <Page
      title={t("operations.title")}
      hint={t("operations.hint")}
      actions={<ExportMenu list="operations" variables={shown} />}
    >
      <Filters>
        <Choice
          label={t("common.status")}
          anyLabel={t("list.all")}
          options={operationStates.map((value) => ({
            value,
            label: t(`operation.state.${value}`),
          }))}
          value={state}
          onChange={(value) => narrow({ state: value })}
        />
        <Choice
          label={t("operations.kind")}
          anyLabel={t("list.all")}
          options={operationKinds.map((value) => ({ value, label: t(`operation.kind.${value}`) }))}
          value={kind}
          onChange={(value) => narrow({ kind: value })}
        />
        <Choice
          label={t("failures.integration")}
          anyLabel={t("list.all")}
          options={(["GERENCIANET", "VHSYS"] as const).map((value) => ({
            value,
            label: t(`integration.${value}`),
          }))}
          value={integration}
          onChange={(value) => narrow({ integration: value })}
        />
      </Filters>
      <Loaded query={operations}>
        {(data) =>
          data.operations.nodes.length === 0 ? (
            <Empty title={t("operations.empty")} hint={t("operations.emptyHint")} />
          ) : (
            <>
              <OperationTable operations={data.operations.nodes} />
              <Pager page={data.operations.pageInfo} onPage={(page) => narrow(page)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function OperationTable({ operations }: { operations: OperationRowFragment[] }) {
  const t = useT();
  const columns: Column<OperationRowFragment>[] = [
    {
      key: "kind",
      header: t("operations.operation"),
      cell: (operation) => (
        <AppLink to="/operations/$operationId" params={{ operationId: operation.id }}>
          {t(`operation.kind.${operation.kind}`)}
        </AppLink>
      ),
    },
    {
      key: "state",
      header: t("common.status"),
      cell: (operation) => <Status of="operation" value={operation.state} />,
    },
    {
      key: "subject",
      header: t("operations.subject"),
      cell: (operation) => <OperationSubject operation={operation} />,
    },
    {
      key: "integration",
      header: t("failures.integration"),
      cell: (operation) => t(`integration.${operation.integration}`),
    },
    {
      key: "tries",
      header: t("operations.tries"),
      numeric: true,
      cell: (operation) => operation.tries,
    },
    {
      key: "created",
      header: t("operations.createdAt"),
      cell: (operation) => <Moment value={operation.createdAt} />,
    },
    {
      key: "who",
      header: t("operations.requestedBy"),
      cell: (operation) => operation.requestedBy?.name ?? t("operation.byPonte"),
    },
    {
      key: "error",
      header: t("operations.lastError"),
      wraps: true,
      cell: (operation) => operation.lastError || "–",
    },
  ];
  return (
    <DataTable
      label={t("operations.title")}
      columns={columns}
      rows={operations}
      rowKey={(operation) => operation.id}
    />
  );
}
