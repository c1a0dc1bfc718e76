import { Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { useMay } from "@/api/viewer";
import { SalesDocument } from "@/gen/documents/sales";
import type { SaleRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { type Column, DataTable } from "@/ui/DataTable";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { FilterDay } from "@/ui/FilterDay";
import { Filters, SearchBox } from "@/ui/Filters";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { Status } from "@/ui/Status";
import { Moment, Money } from "@/ui/Values";
import { type SalesSearch, saleOrders, saleStatuses } from "./search";

interface Props {
  search: SalesSearch;
  onSearch: (search: SalesSearch) => void;
}

/** The list of sales; its filters live in the address. */
export function SalesScreen({ search, onSearch }: Props) {
  const t = useT();
  const may = useMay();
  const { status, search: text, createdFrom, createdTo } = search;
  const shown = {
    filter: { status: status ? [status] : null, search: text, createdFrom, createdTo },
    orderBy: search.order ?? ("CREATED_DESC" as const),
  };
  const query = useLoad(
    SalesDocument,
    { ...pageVariables(search), ...shown },
    { keepPrevious: true },
  );
  const narrow = (change: Partial<SalesSearch>) =>
    onSearch({ ...search, after: undefined, before: undefined, ...change });
  const filtered = Boolean(status || text || createdFrom || createdTo);
  const addButton = may("OPERATOR") && <LinkButton to="/sales/new">{t("sales.new")}</LinkButton>;
  const recordButton = may("FINANCE") && (
    <LinkButton to="/sales/record" variant="default">
      {t("sales.record")}
    </LinkButton>
  );

  return (
    <Page
      title={t("sales.title")}
      hint={t("sales.hint")}
      actions={
        <>
          {recordButton}
          {addButton}
          <ExportMenu list="sales" variables={shown} />
        </>
      }
    >
      <Filters>
        <SearchBox
          label={t("sales.search")}
          value={text}
          onChange={(value) => narrow({ search: value })}
        />
        <Choice
          label={t("common.status")}
          anyLabel={t("list.all")}
          options={saleStatuses.map((value) => ({ value, label: t(`sale.status.${value}`) }))}
          value={status}
          onChange={(value) => narrow({ status: value })}
        />
        <FilterDay
          label={t("sales.createdFrom")}
          value={createdFrom}
          onChange={(value) => narrow({ createdFrom: value })}
        />
        <FilterDay
          label={t("sales.createdTo")}
          value={createdTo}
          onChange={(value) => narrow({ createdTo: value })}
        />
        <Choice
          label={t("list.order")}
          options={saleOrders.map((value) => ({ value, label: t(`sales.order.${value}`) }))}
          value={search.order ?? "CREATED_DESC"}
          onChange={(value) => narrow({ order: value === "CREATED_DESC" ? undefined : value })}
        />
      </Filters>
      <Loaded query={query}>
        {({ sales }) =>
          sales.nodes.length === 0 ? (
            <Empty
              title={t(filtered ? "list.nothingFound" : "sales.empty")}
              hint={t(filtered ? "list.nothingFoundHint" : "sales.emptyHint")}
              action={!filtered && addButton}
            />
          ) : (
            <>
              <Text size="sm" c="dimmed" role="status">
                {t("sales.count", { count: sales.totalCount })}
              </Text>
              <SaleTable sales={sales.nodes} />
              <Pager page={sales.pageInfo} onPage={(page) => narrow(page)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function SaleTable({ sales }: { sales: SaleRowFragment[] }) {
  const t = useT();
  const columns: Column<SaleRowFragment>[] = [
    {
      key: "number",
      header: t("sale.sale"),
      cell: (sale) => (
        <AppLink to="/sales/$saleId" params={{ saleId: sale.id }}>
          {t("sale.numbered", { number: sale.number })}
        </AppLink>
      ),
    },
    {
      key: "status",
      header: t("common.status"),
      cell: (sale) => <Status of="sale" value={sale.status} />,
    },
    {
      key: "customer",
      header: t("customer.customer"),
      wraps: true,
      cell: (sale) => (
        <AppLink to="/customers/$customerId" params={{ customerId: sale.customer.id }}>
          {sale.customer.name}
        </AppLink>
      ),
    },
    {
      key: "created",
      header: t("common.createdAt"),
      cell: (sale) => <Moment value={sale.createdAt} />,
    },
    {
      key: "installments",
      header: t("sale.installments"),
      numeric: true,
      cell: (sale) => sale.installments,
    },
    {
      key: "total",
      header: t("sale.total"),
      numeric: true,
      cell: (sale) => <Money cents={sale.totalCents} />,
    },
  ];
  return (
    <DataTable label={t("sales.title")} columns={columns} rows={sales} rowKey={(sale) => sale.id} />
  );
}
