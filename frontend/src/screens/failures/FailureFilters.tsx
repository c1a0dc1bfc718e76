import { Button, Checkbox } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { FailureStatesDocument } from "@/gen/documents/failures";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { Filters, SearchBox } from "@/ui/Filters";
import {
  environments,
  type FailuresSearch,
  failureFilter,
  failureStates,
  groupings,
  integrationKinds,
  needsAttention,
} from "./search";

interface Props {
  search: FailuresSearch;
  onNarrow: (change: Partial<FailuresSearch>) => void;
}

/** The filters of the feed, and how it is put together. */
export function FailureFilters({ search, onNarrow }: Props) {
  const t = useT();
  return (
    <Filters>
      <SearchBox
        label={t("failures.search")}
        value={search.search}
        onChange={(value) => onNarrow({ search: value })}
      />
      <StateChoice search={search} onNarrow={onNarrow} />
      <Choice
        label={t("failures.integration")}
        anyLabel={t("list.all")}
        options={integrationKinds.map((value) => ({ value, label: t(`integration.${value}`) }))}
        value={search.integration}
        onChange={(value) => onNarrow({ integration: value })}
      />
      <Choice
        label={t("gerencianet.environment")}
        anyLabel={t("list.both")}
        options={environments.map((value) => ({ value, label: t(`environment.${value}`) }))}
        value={search.environment}
        onChange={(value) => onNarrow({ environment: value })}
      />
      <Choice
        label={t("failures.group")}
        anyLabel={t("failures.group.none")}
        options={groupings.map((value) => ({ value, label: t(`failures.group.${value}`) }))}
        value={search.group}
        onChange={(value) => onNarrow({ group: value })}
      />
      <Checkbox
        label={t("failures.unreadOnly")}
        checked={search.unread === true}
        onChange={(change) => onNarrow({ unread: change.currentTarget.checked || undefined })}
        pb={8}
      />
      {search.code && (
        <Button variant="default" onClick={() => onNarrow({ code: undefined })}>
          {t("failures.dropCode", { code: search.code })}
        </Button>
      )}
    </Filters>
  );
}

/** Where they stand, each with how many there are. */
function StateChoice({ search, onNarrow }: Props) {
  const t = useT();
  const filter = failureFilter({ ...search, state: "ALL" });
  const counts = useLoad(FailureStatesDocument, { filter }, { keepPrevious: true });
  const groups = counts.data?.failureGroups;
  const label = (text: string, of: readonly string[]) => {
    if (!groups) return text;
    const count = groups
      .filter(({ state }) => state !== null && of.includes(state))
      .reduce((sum, { failures }) => sum + failures, 0);
    return t("failures.stateCount", { state: text, count });
  };
  return (
    <Choice
      label={t("common.status")}
      anyLabel={label(t("failures.attention"), needsAttention)}
      options={[
        ...failureStates.map((value) => ({
          value,
          label: label(t(`failure.state.${value}`), [value]),
        })),
        { value: "ALL" as const, label: label(t("list.all"), failureStates) },
      ]}
      value={search.state}
      onChange={(value) => onNarrow({ state: value })}
    />
  );
}
