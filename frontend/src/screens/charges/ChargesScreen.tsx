import { Text } from "@mantine/core";
import { useState } from "react";
import { useLive, useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { useMay } from "@/api/viewer";
import { ChargeChangedDocument, ChargesDocument } from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { FilterDay } from "@/ui/FilterDay";
import { Filters, SearchBox } from "@/ui/Filters";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { SelectionBar } from "../batches/SelectionBar";
import { issuedMethods } from "../payment/methods";
import { ChargeTable } from "./ChargeTable";
import { type ChargesSearch, chargeOrders, chargeStatuses } from "./search";

interface Props {
  search: ChargesSearch;
  onSearch: (search: ChargesSearch) => void;
}

const nothing: ReadonlySet<string> = new Set();

/** The list of charges; its filters live in the address. */
export function ChargesScreen({ search, onSearch }: Props) {
  const t = useT();
  const { status, method, search: text, dueFrom, dueTo, environment } = search;
  const shown = {
    filter: {
      status: status ? [status] : null,
      method,
      search: text,
      dueFrom,
      dueTo,
      environment,
    },
    orderBy: search.order ?? ("CREATED_DESC" as const),
  };
  const charges = useLoad(
    ChargesDocument,
    { ...pageVariables(search), ...shown },
    { keepPrevious: true },
  );
  useLive(ChargeChangedDocument, {});
  // What is selected stays from page to page; other filters show other charges.
  const [selected, setSelected] = useState<ReadonlySet<string>>(nothing);
  const mayAct = useMay()("OPERATOR");
  const narrow = (change: Partial<ChargesSearch>) => {
    setSelected(nothing);
    onSearch({ ...search, after: undefined, before: undefined, ...change });
  };
  const filtered = Boolean(status || method || text || dueFrom || dueTo || environment);

  return (
    <Page
      title={t("charges.title")}
      hint={t("charges.hint")}
      actions={
        <>
          {mayAct && (
            <>
              <LinkButton to="/charges/new">{t("charges.new")}</LinkButton>
              <LinkButton to="/batches/new" variant="default">
                {t("batch.issue")}
              </LinkButton>
            </>
          )}
          <ExportMenu list="charges" variables={shown} />
        </>
      }
    >
      <Filters>
        <SearchBox
          label={t("charges.search")}
          value={text}
          onChange={(value) => narrow({ search: value })}
        />
        <Choice
          label={t("common.status")}
          anyLabel={t("list.all")}
          options={chargeStatuses.map((value) => ({ value, label: t(`charge.status.${value}`) }))}
          value={status}
          onChange={(value) => narrow({ status: value })}
        />
        <Choice
          label={t("sale.method")}
          anyLabel={t("list.all")}
          options={issuedMethods.map((value) => ({ value, label: t(`method.${value}`) }))}
          value={method}
          onChange={(value) => narrow({ method: value })}
        />
        <FilterDay
          label={t("charges.dueFrom")}
          value={dueFrom}
          onChange={(value) => narrow({ dueFrom: value })}
        />
        <FilterDay
          label={t("charges.dueTo")}
          value={dueTo}
          onChange={(value) => narrow({ dueTo: value })}
        />
        <Choice
          label={t("gerencianet.environment")}
          anyLabel={t("list.both")}
          options={(["SANDBOX", "PRODUCTION"] as const).map((value) => ({
            value,
            label: t(`environment.${value}`),
          }))}
          value={environment}
          onChange={(value) => narrow({ environment: value })}
        />
        <Choice
          label={t("list.order")}
          options={chargeOrders.map((value) => ({ value, label: t(`charges.order.${value}`) }))}
          value={search.order ?? "CREATED_DESC"}
          onChange={(value) => narrow({ order: value === "CREATED_DESC" ? undefined : value })}
        />
      </Filters>
      <Loaded query={charges}>
        {(data) =>
          data.charges.nodes.length === 0 ? (
            <Empty
              title={t(filtered ? "list.nothingFound" : "charges.empty")}
              hint={t(filtered ? "list.nothingFoundHint" : "charges.emptyHint")}
              action={!filtered && <LinkButton to="/sales/new">{t("sales.new")}</LinkButton>}
            />
          ) : (
            <>
              <Text size="sm" c="dimmed" role="status">
                {t("charges.count", { count: data.charges.totalCount })}
              </Text>
              <ChargeTable
                label={t("charges.title")}
                charges={data.charges.nodes}
                selection={mayAct ? { selected, onChange: setSelected } : undefined}
              />
              <Pager
                page={data.charges.pageInfo}
                onPage={(page) =>
                  onSearch({ ...search, after: undefined, before: undefined, ...page })
                }
              />
              <SelectionBar selected={selected} onClear={() => setSelected(nothing)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
