import { Button, Checkbox, Stack } from "@mantine/core";
import { useChange, useLoad } from "@/api/hooks";
import { pageSize } from "@/api/search";
import { useShell } from "@/api/viewer";
import { FailuresDocument, MarkFailuresReadDocument } from "@/gen/documents/failures";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { Empty, errorText, Loaded } from "@/ui/Feedback";
import { Filters } from "@/ui/Filters";
import { LinkButton } from "@/ui/links";
import { notifyFailure } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { FailureCard } from "./FailureCard";
import { type FailuresSearch, failureStates, integrationKinds } from "./search";

interface Props {
  search: FailuresSearch;
  onSearch: (search: FailuresSearch) => void;
  onBack: () => void;
}

/** The viewer's failure feed: what went wrong, why, and what to do. */
export function FailuresScreen({ search, onSearch, onBack }: Props) {
  const t = useT();
  const { unreadFailures } = useShell().viewer;
  const markRead = useChange(MarkFailuresReadDocument);
  const { state, integration, unread } = search;
  const failures = useLoad(
    FailuresDocument,
    {
      first: pageSize,
      after: search.after ?? null,
      filter: { state: state ? [state] : null, integration, unread },
    },
    { keepPrevious: true },
  );
  const narrow = (change: Partial<FailuresSearch>) =>
    onSearch({ ...search, after: undefined, ...change });
  const newest = failures.data?.failures.nodes[0]?.cursor;
  const filtered = Boolean(state || integration || unread);
  const allRead = (upTo: string) =>
    markRead
      .mutateAsync({ input: { upTo } })
      .catch((error) => notifyFailure("mark-read", t("error.title"), errorText(t, error)));

  return (
    <Page
      title={t("failures.title")}
      hint={t("failures.hint")}
      actions={
        unreadFailures > 0 &&
        newest &&
        !search.after && (
          <Button variant="default" loading={markRead.isPending} onClick={() => allRead(newest)}>
            {t("failures.markRead", { count: unreadFailures })}
          </Button>
        )
      }
    >
      <Filters>
        <Choice
          label={t("common.status")}
          anyLabel={t("list.all")}
          options={failureStates.map((value) => ({ value, label: t(`failure.state.${value}`) }))}
          value={state}
          onChange={(value) => narrow({ state: value })}
        />
        <Choice
          label={t("failures.integration")}
          anyLabel={t("list.all")}
          options={integrationKinds.map((value) => ({ value, label: t(`integration.${value}`) }))}
          value={integration}
          onChange={(value) => narrow({ integration: value })}
        />
        <Checkbox
          label={t("failures.unreadOnly")}
          checked={unread === true}
          onChange={(event) => narrow({ unread: event.currentTarget.checked || undefined })}
          pb={8}
        />
      </Filters>
      <Loaded query={failures}>
        {({ failures: { nodes, pageInfo } }) =>
          nodes.length === 0 ? (
            <Empty
              title={t(filtered ? "list.nothingFound" : "failures.empty")}
              hint={t(filtered ? "list.nothingFoundHint" : "failures.emptyHint")}
              action={
                !filtered && (
                  <LinkButton to="/integrations" variant="default">
                    {t("nav.integrations")}
                  </LinkButton>
                )
              }
            />
          ) : (
            <>
              <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
                {nodes.map((event) => (
                  <li key={event.cursor}>
                    <FailureCard event={event} />
                  </li>
                ))}
              </Stack>
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
    </Page>
  );
}
