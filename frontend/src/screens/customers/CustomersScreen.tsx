import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useLoad } from "@/api/hooks";
import { pageVariables, type TextSearch } from "@/api/search";
import { useMay } from "@/api/viewer";
import { CustomersDocument } from "@/gen/documents/customers";
import type { CustomerPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters, SearchBox } from "@/ui/Filters";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { TaxId } from "@/ui/TaxId";
import { CustomerDialog } from "./CustomerDialog";

interface Props {
  search: TextSearch;
  onSearch: (search: TextSearch) => void;
}

export function CustomersScreen({ search, onSearch }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const mayEdit = useMay()("OPERATOR");
  const [adding, add] = useDisclosure(false);
  const shown = { search: search.search, orderBy: "NAME_ASC" as const };
  const query = useLoad(
    CustomersDocument,
    { ...pageVariables(search), ...shown },
    { keepPrevious: true },
  );
  const addButton = mayEdit && <Button onClick={add.open}>{t("customers.new")}</Button>;
  const columns: Column<CustomerPartsFragment>[] = [
    {
      key: "name",
      header: t("customer.customer"),
      wraps: true,
      cell: (customer) => (
        <AppLink to="/customers/$customerId" params={{ customerId: customer.id }}>
          {customer.name}
        </AppLink>
      ),
    },
    {
      key: "taxId",
      header: t("customer.taxId"),
      cell: (customer) =>
        customer.maskedTaxId ? <TaxId masked={customer.maskedTaxId} /> : t("customer.abroad"),
    },
    { key: "email", header: t("customer.email"), cell: (customer) => customer.email || "–" },
    {
      key: "city",
      header: t("address.city"),
      cell: ({ address }) => (address ? `${address.city}/${address.state}` : "–"),
    },
  ];
  return (
    <Page
      title={t("customers.title")}
      hint={t("customers.hint")}
      actions={
        <>
          {addButton}
          <ExportMenu list="customers" variables={shown} />
        </>
      }
    >
      <Filters>
        <SearchBox
          label={t("customers.search")}
          value={search.search}
          onChange={(value) => onSearch({ search: value })}
        />
      </Filters>
      <Loaded query={query}>
        {({ customers }) =>
          customers.nodes.length === 0 ? (
            <Empty
              title={t(search.search ? "list.nothingFound" : "customers.empty")}
              hint={t(search.search ? "customers.nothingFoundHint" : "customers.emptyHint")}
              action={!search.search && addButton}
            />
          ) : (
            <>
              <DataTable
                label={t("customers.title")}
                columns={columns}
                rows={customers.nodes}
                rowKey={(customer) => customer.id}
              />
              <Pager
                page={customers.pageInfo}
                onPage={(page) => onSearch({ search: search.search, ...page })}
              />
            </>
          )
        }
      </Loaded>
      {adding && (
        <CustomerDialog
          customer={null}
          onClose={add.close}
          onSaved={({ id }) =>
            navigate({ to: "/customers/$customerId", params: { customerId: id } })
          }
        />
      )}
    </Page>
  );
}
