import { Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { DifferencesDocument } from "@/gen/documents/differences";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters } from "@/ui/Filters";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { DifferenceTable } from "./DifferenceTable";
import { ReconcileButton } from "./ReconcileButton";
import { type DifferencesSearch, differenceStates, statesOf } from "./search";

interface Props {
  search: DifferencesSearch;
  onSearch: (search: DifferencesSearch) => void;
}

const pollMilliseconds = 3_000;

/** Everything in which sales and Vhsys are not the same. */
export function DifferencesScreen({ search, onSearch }: Props) {
  const t = useT();
  const query = useLoad(
    DifferencesDocument,
    { ...pageVariables(search), state: statesOf(search.state) },
    {
      keepPrevious: true,
      every: ({ differences }) =>
        differences.nodes.some(({ state }) => state === "REPAIRING") ? pollMilliseconds : null,
    },
  );
  const narrow = (change: Partial<DifferencesSearch>) =>
    onSearch({ ...search, after: undefined, before: undefined, ...change });
  return (
    <Page title={t("differences.title")} hint={t("differences.hint")}>
      <Filters>
        <Choice
          label={t("common.status")}
          anyLabel={t("differences.toSee")}
          options={[
            ...differenceStates.map((value) => ({ value, label: t(`difference.state.${value}`) })),
            { value: "ALL" as const, label: t("list.all") },
          ]}
          value={search.state}
          onChange={(value) => narrow({ state: value })}
        />
      </Filters>
      <Loaded query={query}>
        {({ differences, vhsysIntegration }) => (
          <>
            {vhsysIntegration?.active ? (
              <ReconcileButton reconciledAt={vhsysIntegration.reconciledAt} />
            ) : null}
            {differences.nodes.length === 0 ? (
              <Empty
                title={t(search.state ? "list.nothingFound" : "differences.empty")}
                hint={t(
                  vhsysIntegration?.active ? "differences.emptyHint" : "differences.inactive",
                )}
                action={
                  !vhsysIntegration?.active && (
                    <LinkButton to="/integrations/vhsys" variant="default">
                      {t("integrations.open", { name: t("integration.VHSYS") })}
                    </LinkButton>
                  )
                }
              />
            ) : (
              <>
                <Text size="sm" c="dimmed" role="status">
                  {t("differences.count", { count: differences.totalCount })}
                </Text>
                <DifferenceTable differences={differences.nodes} />
                <Pager page={differences.pageInfo} onPage={(page) => narrow(page)} />
              </>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
