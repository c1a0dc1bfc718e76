import { Checkbox } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { useMay } from "@/api/viewer";
import { ProductsDocument } from "@/gen/documents/products";
import type { ProductPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters, SearchBox } from "@/ui/Filters";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { Status } from "@/ui/Status";
import { Money } from "@/ui/Values";
import type { ProductsSearch } from "./search";

interface Props {
  search: ProductsSearch;
  onSearch: (search: ProductsSearch) => void;
}

export function ProductsScreen({ search, onSearch }: Props) {
  const t = useT();
  const mayEdit = useMay()("OPERATOR");
  const shown = { search: search.search, active: search.inactive ? undefined : true };
  const query = useLoad(
    ProductsDocument,
    { ...pageVariables(search), ...shown },
    { keepPrevious: true },
  );
  const addButton = mayEdit && <LinkButton to="/products/new">{t("products.new")}</LinkButton>;
  const columns: Column<ProductPartsFragment>[] = [
    {
      key: "name",
      header: t("product.product"),
      wraps: true,
      cell: (product) => (
        <AppLink to="/products/$productId" params={{ productId: product.id }}>
          {product.name}
        </AppLink>
      ),
    },
    { key: "code", header: t("common.code"), cell: (product) => product.code },
    {
      key: "status",
      header: t("common.status"),
      cell: (product) => <Status of="active" value={product.active} />,
    },
    {
      key: "document",
      header: t("invoicing.document"),
      cell: (product) => t(`invoicing.document.${product.invoicing.document}`),
    },
    {
      key: "remote",
      header: t("invoicing.remoteProduct"),
      cell: (product) => product.invoicing.remoteProductName ?? "–",
    },
    {
      key: "price",
      header: t("product.price"),
      numeric: true,
      cell: (product) => <Money cents={product.priceCents} />,
    },
  ];
  return (
    <Page
      title={t("products.title")}
      hint={t("products.hint")}
      actions={
        <>
          {addButton}
          <ExportMenu list="products" variables={shown} />
        </>
      }
    >
      <Filters>
        <SearchBox
          label={t("products.search")}
          value={search.search}
          onChange={(value) => onSearch({ search: value, inactive: search.inactive })}
        />
        <Checkbox
          label={t("products.inactive")}
          checked={search.inactive === true}
          onChange={(event) =>
            onSearch({ search: search.search, inactive: event.currentTarget.checked || undefined })
          }
          pb={8}
        />
      </Filters>
      <Loaded query={query}>
        {({ products }) =>
          products.nodes.length === 0 ? (
            <Empty
              title={t(search.search ? "list.nothingFound" : "products.empty")}
              hint={t(search.search ? "list.nothingFoundHint" : "products.emptyHint")}
              action={!search.search && addButton}
            />
          ) : (
            <>
              <DataTable
                label={t("products.title")}
                columns={columns}
                rows={products.nodes}
                rowKey={(product) => product.id}
              />
              <Pager
                page={products.pageInfo}
                onPage={(page) =>
                  onSearch({ search: search.search, inactive: search.inactive, ...page })
                }
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
