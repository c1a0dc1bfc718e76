import { useLoad } from "@/api/hooks";
import { pageVariables } from "@/api/search";
import { useMay } from "@/api/viewer";
import { AuditEntriesDocument, AuditPeopleDocument } from "@/gen/documents/audit";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { FilterDay } from "@/ui/FilterDay";
import { Filters, SearchBox } from "@/ui/Filters";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { AuditTable } from "./AuditTable";
import { type AuditSearch, auditChanges, auditFilter, auditKinds } from "./search";

interface Props {
  search: AuditSearch;
  onSearch: (search: AuditSearch) => void;
}

/** Who changed what, newest first. */
export function AuditScreen({ search, onSearch }: Props) {
  const t = useT();
  const mayAskPeople = useMay()("OWNER");
  const people = useLoad(AuditPeopleDocument, {}, { enabled: mayAskPeople });
  const query = useLoad(
    AuditEntriesDocument,
    { ...pageVariables(search), filter: auditFilter(search) },
    { keepPrevious: true },
  );
  const narrow = (change: Partial<AuditSearch>) =>
    onSearch({ ...search, after: undefined, before: undefined, ...change });
  return (
    <Page
      title={t("audit.title")}
      hint={t("audit.hint")}
      actions={<ExportMenu list="audit" variables={{ filter: auditFilter(search) }} />}
    >
      <Filters>
        {people.data && (
          <Choice
            label={t("audit.who")}
            anyLabel={t("list.all")}
            options={people.data.users.nodes.map(({ id, name }) => ({ value: id, label: name }))}
            value={search.user}
            onChange={(user) => narrow({ user })}
          />
        )}
        <Choice
          label={t("audit.kind")}
          anyLabel={t("list.all")}
          options={auditKinds.map((value) => ({ value, label: t(`audit.kind.${value}`) }))}
          value={search.kind}
          onChange={(kind) => narrow({ kind })}
        />
        <Choice
          label={t("audit.change")}
          anyLabel={t("list.all")}
          options={auditChanges.map((value) => ({ value, label: t(`audit.change.${value}`) }))}
          value={search.change}
          onChange={(change) => narrow({ change })}
        />
        <SearchBox
          label={t("audit.objectId")}
          value={search.object}
          onChange={(object) => narrow({ object })}
        />
        <FilterDay
          label={t("audit.from")}
          value={search.from}
          onChange={(from) => narrow({ from })}
        />
        <FilterDay label={t("audit.to")} value={search.to} onChange={(to) => narrow({ to })} />
      </Filters>
      <Loaded query={query}>
        {({ auditEntries }) =>
          auditEntries.nodes.length === 0 ? (
            <Empty title={t("audit.none")} hint={t("audit.noneHint")} />
          ) : (
            <>
              <AuditTable entries={auditEntries.nodes} />
              <Pager page={auditEntries.pageInfo} onPage={(page) => narrow(page)} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
