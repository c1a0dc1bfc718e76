import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { request } from "@/api/request";
import { pageSize } from "@/api/search";
import { BatchItemsDocument } from "@/gen/documents/batches";
import type {
  BatchItemRowFragment,
  BatchItemState,
  BatchItemsQueryVariables,
  BatchRowFragment,
} from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { csv, saveFile } from "@/ui/csv";
import { type Column, DataTable } from "@/ui/DataTable";
import { errorText, Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { notifyFailure } from "@/ui/notify";
import { Pager } from "@/ui/Pager";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Money } from "@/ui/Values";
import { pollMilliseconds } from "./BatchScreen";
import { type BatchSearch, type ItemFilter, itemFilters } from "./search";

interface Props {
  batch: BatchRowFragment;
  search: BatchSearch;
  onSearch: (search: BatchSearch) => void;
  onBack: () => void;
}

function stateOf(show: ItemFilter): BatchItemState | null {
  return show === "ALL" ? null : show;
}

/** The items of a batch; first of all what failed, and why. */
export function BatchItems({ batch, search, onSearch, onBack }: Props) {
  const t = useT();
  const show = search.show ?? "FAILED";
  const moves = batch.state === "RUNNING" || batch.running > 0;
  const query = useLoad(
    BatchItemsDocument,
    { id: batch.id, first: pageSize, after: search.after ?? null, state: stateOf(show) },
    { keepPrevious: true, every: () => (moves ? pollMilliseconds : null) },
  );
  return (
    <Section
      title={t(batch.action === "MIRROR" ? "batch.sales" : "batch.items")}
      actions={batch.failed > 0 && <DownloadFailures batch={batch} />}
    >
      <Group>
        <Choice
          label={t("batch.show")}
          options={itemFilters.map((value) => ({ value, label: t(`batch.show.${value}`) }))}
          value={show}
          onChange={(value) => onSearch({ show: value === "FAILED" ? undefined : value })}
        />
      </Group>
      <Loaded query={query}>
        {({ node }) => {
          if (node?.__typename !== "Batch") return null;
          const { nodes, pageInfo } = node.items;
          if (nodes.length === 0) {
            return (
              <Text c="dimmed">{t(show === "FAILED" ? "batch.noFailure" : "batch.none")}</Text>
            );
          }
          return (
            <>
              <ItemTable items={nodes} />
              <Pager
                page={{ ...pageInfo, hasPreviousPage: search.after !== undefined }}
                onPage={({ after }) =>
                  after === undefined ? onBack() : onSearch({ ...search, after })
                }
              />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function amountOf({ charge, sale }: BatchItemRowFragment): number | null {
  return sale?.totalCents ?? charge?.amountCents ?? null;
}

function ItemTable({ items }: { items: BatchItemRowFragment[] }) {
  const t = useT();
  const mirrors = items.some(({ sale }) => sale !== null);
  const columns: Column<BatchItemRowFragment>[] = [
    {
      key: "charge",
      header: t(mirrors ? "sale.sale" : "charge.charge"),
      cell: ({ charge, sale, position }) =>
        sale ? (
          <AppLink to="/sales/$saleId" params={{ saleId: sale.id }}>
            {t("sale.numbered", { number: sale.number })}
          </AppLink>
        ) : charge ? (
          <AppLink to="/charges/$chargeId" params={{ chargeId: charge.id }}>
            {t("charge.numbered", { number: charge.number })}
          </AppLink>
        ) : (
          t("batch.line", { position })
        ),
    },
    {
      key: "state",
      header: t("common.status"),
      cell: (item) => <Status of="batchItem" value={item.state} />,
    },
    {
      key: "customer",
      header: t("customer.customer"),
      wraps: true,
      cell: ({ charge, sale }) => (sale ?? charge)?.customer.name ?? "–",
    },
    {
      key: "amount",
      header: t("charge.amount"),
      numeric: true,
      cell: (item) => {
        const cents = amountOf(item);
        return cents === null ? "–" : <Money cents={cents} />;
      },
    },
    {
      key: "problem",
      header: t("batch.reason"),
      wraps: true,
      cell: ({ problem }) => problem?.message ?? "–",
    },
    {
      key: "operation",
      header: t("operations.operation"),
      cell: ({ operation }) =>
        operation ? (
          <AppLink to="/operations/$operationId" params={{ operationId: operation.id }}>
            {t(`operation.state.${operation.state}`)}
          </AppLink>
        ) : (
          "–"
        ),
    },
  ];
  return (
    <DataTable
      label={t(mirrors ? "batch.sales" : "batch.items")}
      columns={columns}
      rows={items}
      rowKey={(item) => item.id}
    />
  );
}

const mostPerPage = 100;

/** Every failed item of a batch, page by page. */
async function allFailures(id: string): Promise<BatchItemRowFragment[]> {
  const items: BatchItemRowFragment[] = [];
  let after: string | null = null;
  do {
    const variables: BatchItemsQueryVariables = { id, first: mostPerPage, after, state: "FAILED" };
    const { node } = await request(BatchItemsDocument, variables);
    if (node?.__typename !== "Batch") break;
    items.push(...node.items.nodes);
    after = node.items.pageInfo.hasNextPage ? node.items.pageInfo.endCursor : null;
  } while (after !== null);
  return items;
}

/** Gives what failed as a table for a spreadsheet. */
function DownloadFailures({ batch }: { batch: BatchRowFragment }) {
  const t = useT();
  const format = useFormat();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      const rows = (await allFailures(batch.id)).map((item) => {
        const { position, charge, sale, problem } = item;
        const about = sale ?? charge;
        const cents = amountOf(item);
        return [
          String(position),
          about ? String(about.number) : "",
          about?.customer.name ?? "",
          cents === null ? "" : format.typed(cents),
          problem?.message ?? "",
        ];
      });
      const header = [
        t("batch.position"),
        t(batch.action === "MIRROR" ? "sale.sale" : "charge.charge"),
        t("customer.customer"),
        t("charge.amount"),
        t("batch.reason"),
      ];
      saveFile(`${t("batch.failuresFile")}.csv`, csv([header, ...rows]));
    } catch (error) {
      notifyFailure("batch", t("error.title"), errorText(t, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button variant="default" size="xs" loading={busy} onClick={download}>
      {t("batch.download")}
    </Button>
  );
}
