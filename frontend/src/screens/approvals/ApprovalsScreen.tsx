import { Stack, Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { useMay, useShell } from "@/api/viewer";
import { ApprovalsDocument } from "@/gen/documents/approvals";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { Empty, Loaded } from "@/ui/Feedback";
import { Filters } from "@/ui/Filters";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { ApprovalCard } from "./ApprovalCard";
import { type ApprovalsSearch, overStates, statesOf } from "./search";

interface Props {
  search: ApprovalsSearch;
  onSearch: (search: ApprovalsSearch) => void;
}

const pollMilliseconds = 15_000;

/** What a second person was asked for, newest first. */
export function ApprovalsScreen({ search, onSearch }: Props) {
  const t = useT();
  const query = useLoad(
    ApprovalsDocument,
    { ...pageVariables(search), state: statesOf(search.state) },
    { keepPrevious: true, every: () => pollMilliseconds },
  );
  const narrow = (change: Partial<ApprovalsSearch>) =>
    onSearch({ ...search, after: undefined, before: undefined, ...change });
  return (
    <Page title={t("approvals.title")} hint={t("approvals.hint")}>
      <Filters>
        <Choice
          label={t("common.status")}
          anyLabel={t("approval.state.ASKED")}
          options={[
            ...overStates.map((value) => ({ value, label: t(`approvals.state.${value}`) })),
            { value: "ALL" as const, label: t("approvals.all") },
          ]}
          value={search.state}
          onChange={(state) => narrow({ state })}
        />
      </Filters>
      <Loaded query={query}>
        {({ approvals }) =>
          approvals.nodes.length === 0 ? (
            <NothingAsked filtered={search.state !== undefined} />
          ) : (
            <>
              <Text size="sm" c="dimmed" role="status">
                {t("approvals.count", { count: approvals.totalCount })}
              </Text>
              <Stack gap="sm">
                {approvals.nodes.map((approval) => (
                  <ApprovalCard key={approval.id} approval={approval} />
                ))}
              </Stack>
              <Pager page={approvals.pageInfo} onPage={(page) => narrow(page)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Says what would be here, and where the rule is switched on while it is off. */
function NothingAsked({ filtered }: { filtered: boolean }) {
  const t = useT();
  const owner = useMay()("OWNER");
  const { requireApproval } = useShell().accessRules;
  if (!requireApproval) {
    return (
      <Empty
        title={t("approvals.off")}
        hint={t(owner ? "approvals.offHint" : "approvals.offHintOthers")}
        action={
          owner && (
            <LinkButton to="/profile" variant="default">
              {t("approvals.switchOn")}
            </LinkButton>
          )
        }
      />
    );
  }
  return (
    <Empty
      title={t(filtered ? "list.nothingFound" : "approvals.empty")}
      hint={t(filtered ? "list.nothingFoundHint" : "approvals.emptyHint")}
    />
  );
}
