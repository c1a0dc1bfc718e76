import { Stack, Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { InvoicesDocument } from "@/gen/documents/invoices";
import type { InvoiceRowFragment } from "@/gen/schema";
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
import { Moment, Money } from "@/ui/Values";
import { InvoicePapers } from "./InvoicePapers";
import { moves } from "./invoice";
import { type InvoicesSearch, invoiceKinds, invoiceStates } from "./search";
import { TestMark } from "./TestMark";

interface Props {
  search: InvoicesSearch;
  onSearch: (search: InvoicesSearch) => void;
}

const pollMilliseconds = 4_000;

/** The notas fiscais of all sales; its filters live in the address. */
export function InvoicesScreen({ search, onSearch }: Props) {
  const t = useT();
  const { state, kind } = search;
  const shown = { filter: { state: state ? [state] : null, kind } };
  const query = useLoad(
    InvoicesDocument,
    { ...pageVariables(search), ...shown },
    {
      keepPrevious: true,
      every: ({ invoices }) =>
        invoices.nodes.some((invoice) => moves(invoice, Date.now())) ? pollMilliseconds : null,
    },
  );
  const narrow = (change: Partial<InvoicesSearch>) =>
    onSearch({ ...search, after: undefined, before: undefined, ...change });
  const filtered = Boolean(state || kind);
  return (
    <Page
      title={t("invoices.title")}
      hint={t("invoices.hint")}
      actions={<ExportMenu list="invoices" variables={shown} />}
    >
      <Filters>
        <Choice
          label={t("common.status")}
          anyLabel={t("list.all")}
          options={invoiceStates.map((value) => ({ value, label: t(`invoice.state.${value}`) }))}
          value={state}
          onChange={(value) => narrow({ state: value })}
        />
        <Choice
          label={t("invoice.kind")}
          anyLabel={t("list.all")}
          options={invoiceKinds.map((value) => ({ value, label: t(`invoice.kind.${value}`) }))}
          value={kind}
          onChange={(value) => narrow({ kind: value })}
        />
      </Filters>
      <Loaded query={query}>
        {({ invoices }) =>
          invoices.nodes.length === 0 ? (
            <Empty
              title={t(filtered ? "list.nothingFound" : "invoices.empty")}
              hint={t(filtered ? "list.nothingFoundHint" : "invoices.emptyHint")}
            />
          ) : (
            <>
              <Text size="sm" c="dimmed" role="status">
                {t("invoices.count", { count: invoices.totalCount })}
              </Text>
              <InvoiceTable invoices={invoices.nodes} />
              <Pager page={invoices.pageInfo} onPage={(page) => narrow(page)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function InvoiceTable({ invoices }: { invoices: InvoiceRowFragment[] }) {
  const t = useT();
  const nameOf = ({ kind, number }: InvoiceRowFragment) =>
    number
      ? t("invoice.numbered", { kind: t(`invoice.kind.${kind}`), number })
      : t(`invoice.kind.${kind}`);
  const columns: Column<InvoiceRowFragment>[] = [
    {
      key: "invoice",
      header: t("invoice.invoice"),
      cell: (invoice) => (
        <AppLink to="/sales/$saleId" params={{ saleId: invoice.sale.id }}>
          {t("invoice.ofSale", { invoice: nameOf(invoice), number: invoice.sale.number })}
        </AppLink>
      ),
    },
    {
      key: "state",
      header: t("common.status"),
      cell: (invoice) => (
        <Stack gap={4} align="flex-start">
          <Status of="invoice" value={invoice.state} />
          {invoice.test && <TestMark />}
        </Stack>
      ),
    },
    {
      key: "customer",
      header: t("customer.customer"),
      wraps: true,
      cell: ({ sale }) => (
        <AppLink to="/customers/$customerId" params={{ customerId: sale.customer.id }}>
          {sale.customer.name}
        </AppLink>
      ),
    },
    {
      key: "when",
      header: t("invoices.when"),
      cell: ({ issuedAt, dueAt }) =>
        issuedAt ? <Moment value={issuedAt} /> : dueAt ? <Moment value={dueAt} /> : "–",
    },
    {
      key: "total",
      header: t("invoice.total"),
      numeric: true,
      cell: (invoice) => <Money cents={invoice.totalCents} />,
    },
    {
      key: "papers",
      header: t("invoices.papers"),
      cell: (invoice) =>
        invoice.pdf || invoice.xml ? (
          <InvoicePapers pdf={invoice.pdf} xml={invoice.xml} about={nameOf(invoice)} />
        ) : (
          "–"
        ),
    },
    {
      key: "rejection",
      header: t("invoices.rejection"),
      wraps: true,
      cell: ({ state, rejectionCode, rejectionText }) =>
        state === "REJECTED" ? [rejectionCode, rejectionText].filter(Boolean).join(" · ") : "–",
    },
  ];
  return (
    <DataTable
      label={t("invoices.title")}
      columns={columns}
      rows={invoices}
      rowKey={(invoice) => invoice.id}
    />
  );
}
