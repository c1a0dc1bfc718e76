import { Button, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { pageSize } from "@/api/search";
import { FailureGroupsDocument, FailuresDocument } from "@/gen/documents/failures";
import type { FailurePartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Loaded } from "@/ui/Feedback";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { moveRow, useRowPlace, useShortcuts } from "@/ui/shortcuts";
import { DeskProvider, useDesk } from "./desk";
import { FailureBar, FailureResult } from "./FailureBar";
import { FailureFilters } from "./FailureFilters";
import { FailureGroups } from "./FailureGroups";
import { FailureList } from "./FailureList";
import { IgnoreDialog } from "./IgnoreDialog";
import { MarkAllRead } from "./MarkAllRead";
import { NoFailures } from "./NoFailures";
import { ShortcutHelp } from "./ShortcutHelp";
import { type FailuresSearch, failureFilter, type groupings } from "./search";
import type { Action } from "./useHandling";

interface Props {
  search: FailuresSearch;
  onSearch: (search: FailuresSearch) => void;
  onBack: () => void;
}

/** The viewer's failure feed: what went wrong, why, and what to do. */
export function FailuresScreen(props: Props) {
  return (
    <DeskProvider>
      <Feed {...props} />
    </DeskProvider>
  );
}

function Feed({ search, onSearch, onBack }: Props) {
  const t = useT();
  const { selected, clear, handling } = useDesk();
  const [ignoring, setIgnoring] = useState<readonly FailurePartsFragment[] | null>(null);
  const [helping, setHelping] = useState(false);
  // What is selected stays from page to page; other filters show other failures.
  const narrow = (change: Partial<FailuresSearch>) => {
    clear();
    onSearch({ ...search, after: undefined, open: undefined, ...change });
  };
  const act = (action: Action, failures: readonly FailurePartsFragment[]) => {
    if (action === "ignore") return setIgnoring(failures);
    clear();
    void handling.run(action, failures);
  };
  useFeedKeys(act, () => setHelping(true));

  return (
    <Page
      title={t("failures.title")}
      hint={t("failures.hint")}
      actions={
        <>
          <MarkAllRead />
          <Button variant="default" onClick={() => setHelping(true)} visibleFrom="sm">
            {t("shortcuts.title")}
          </Button>
        </>
      }
    >
      <div>
        <FailureFilters search={search} onNarrow={narrow} />
        <FailureResult />
      </div>
      {search.group ? (
        <Grouped by={search.group} search={search} onSearch={onSearch} />
      ) : (
        <Listed search={search} onSearch={onSearch} onBack={onBack} />
      )}
      <FailureBar onAction={(action) => act(action, [...selected.values()])} />
      {ignoring && (
        <IgnoreDialog
          failures={ignoring}
          onIgnore={(failures, reason) => {
            clear();
            return handling.run("ignore", failures, reason);
          }}
          onClose={() => setIgnoring(null)}
        />
      )}
      <ShortcutHelp opened={helping} onClose={() => setHelping(false)} />
    </Page>
  );
}

/** The keys of the feed: they act on what is selected, or else on the row with the focus. */
function useFeedKeys(
  act: (action: Action, failures: readonly FailurePartsFragment[]) => void,
  help: () => void,
) {
  const navigate = useNavigate();
  const { handling, selected, pick, current } = useDesk();
  useRowPlace();
  const targets = () => {
    const row = current();
    if (selected.size > 0) return [...selected.values()];
    return row === null ? [] : [row];
  };
  const on = (action: Action) => () => {
    const failures = targets();
    if (failures.length > 0) act(action, failures);
  };
  const working = handling.mayAct
    ? {
        e: on("acknowledge"),
        r: on("retry"),
        i: on("ignore"),
        x: () => {
          const row = current();
          if (row) pick([row], !selected.has(row.id));
        },
      }
    : {};
  useShortcuts({
    ...working,
    j: () => moveRow(1),
    k: () => moveRow(-1),
    u: on("read"),
    "?": help,
    Enter: () => {
      const failureId = current()?.id;
      if (failureId) void navigate({ to: "/failures/$failureId", params: { failureId } });
    },
  });
}

function Listed({ search, onSearch, onBack }: Props) {
  const failures = useLoad(
    FailuresDocument,
    { first: pageSize, after: search.after ?? null, filter: failureFilter(search) },
    { keepPrevious: true },
  );
  return (
    <Loaded query={failures}>
      {({ failures: { nodes, pageInfo } }) =>
        nodes.length === 0 ? (
          <NoFailures search={search} />
        ) : (
          <>
            <FailureList events={nodes} />
            <Pager
              page={{ ...pageInfo, hasPreviousPage: search.after !== undefined }}
              onPage={(page) =>
                page.after === undefined ? onBack() : onSearch({ ...search, after: page.after })
              }
            />
          </>
        )
      }
    </Loaded>
  );
}

interface GroupedProps extends Omit<Props, "onBack"> {
  by: (typeof groupings)[number];
}

function Grouped({ by, search, onSearch }: GroupedProps) {
  const t = useT();
  const groups = useLoad(
    FailureGroupsDocument,
    { by, filter: failureFilter(search) },
    { keepPrevious: true },
  );
  return (
    <Loaded query={groups}>
      {({ failureGroups }) =>
        failureGroups.length === 0 ? (
          <NoFailures search={search} />
        ) : (
          <>
            <Text size="sm" c="dimmed" role="status">
              {t("failures.groups", { count: failureGroups.length })}
            </Text>
            <FailureGroups groups={failureGroups} search={search} onSearch={onSearch} />
          </>
        )
      }
    </Loaded>
  );
}
