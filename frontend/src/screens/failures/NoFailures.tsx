import { useLoad } from "@/api/hooks";
import { LastResolvedDocument } from "@/gen/documents/failures";
import { useT } from "@/i18n";
import { Empty } from "@/ui/Feedback";
import { AppLink, LinkButton } from "@/ui/links";
import { Moment } from "@/ui/Values";
import { type FailuresSearch, isFiltered } from "./search";

/** What to say when the list is empty: nothing was found, or nothing needs anybody. */
export function NoFailures({ search }: { search: FailuresSearch }) {
  const t = useT();
  if (isFiltered(search)) {
    return (
      <Empty
        title={t("list.nothingFound")}
        hint={t("list.nothingFoundHint")}
        action={
          <LinkButton to="/failures" search={{ group: search.group }} variant="default">
            {t("failures.attention")}
          </LinkButton>
        }
      />
    );
  }
  return <AllQuiet />;
}

function AllQuiet() {
  const t = useT();
  const last = useLoad(LastResolvedDocument, {}).data?.failures.nodes[0]?.failure;
  if (!last) {
    return (
      <Empty
        title={t("failures.empty")}
        hint={t("failures.emptyHint")}
        action={
          <LinkButton to="/integrations" variant="default">
            {t("nav.integrations")}
          </LinkButton>
        }
      />
    );
  }
  return (
    <Empty
      title={t("failures.quiet")}
      hint={
        <>
          {t("failures.lastResolved")}{" "}
          <AppLink to="/failures/$failureId" params={{ failureId: last.id }}>
            {last.subjectLabel || last.cause}
          </AppLink>
          {last.resolvedAt && (
            <>
              , <Moment value={last.resolvedAt} />
            </>
          )}
        </>
      }
      action={
        <LinkButton to="/failures" search={{ state: "ALL" }} variant="default">
          {t("failures.showAll")}
        </LinkButton>
      }
    />
  );
}
