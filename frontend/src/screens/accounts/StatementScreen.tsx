import { SimpleGrid, Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { pageSize } from "@/api/search";
import { AccountStatementDocument } from "@/gen/documents/accounts";
import type { AccountStatementQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { bankLabel } from "@/ui/bank";
import { ExportMenu } from "@/ui/ExportMenu";
import { Empty, Loaded } from "@/ui/Feedback";
import { FilterDay } from "@/ui/FilterDay";
import { Filters } from "@/ui/Filters";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Pager } from "@/ui/Pager";
import { Section } from "@/ui/Section";
import { Money } from "@/ui/Values";
import { NotFound } from "../shell/NotFound";
import { EntryTable } from "./EntryTable";
import { type Period, type StatementSearch, statementPeriod, withFrom, withTo } from "./search";

interface Props {
  accountId: string;
  search: StatementSearch;
  onSearch: (search: StatementSearch) => void;
  onBack: () => void;
}

/** The extrato of an account: what came in, what went out, and the balance after each entry. */
export function StatementScreen({ accountId, search, onSearch, onBack }: Props) {
  const period = statementPeriod(search);
  const query = useLoad(
    AccountStatementDocument,
    { accountId, period, first: pageSize, after: search.after ?? null },
    { keepPrevious: true },
  );
  return (
    <Loaded query={query}>
      {({ accountStatement }) =>
        accountStatement ? (
          <Statement
            statement={accountStatement}
            period={period}
            search={search}
            onSearch={onSearch}
            onBack={onBack}
          />
        ) : (
          <NotFound />
        )
      }
    </Loaded>
  );
}

interface StatementProps extends Omit<Props, "accountId"> {
  statement: NonNullable<AccountStatementQuery["accountStatement"]>;
  period: Period;
}

function Statement({ statement, period, search, onSearch, onBack }: StatementProps) {
  const t = useT();
  const { account, entries } = statement;
  return (
    <Page
      title={t("statement.title", { account: account.name })}
      hint={bankLabel(account.bank)}
      back={
        <AppLink to="/accounts" size="sm">
          {t("accounts.title")}
        </AppLink>
      }
      actions={<ExportMenu list="statement" variables={{ accountId: account.id, period }} />}
    >
      <Filters>
        <FilterDay
          label={t("statement.from")}
          value={period.from}
          onChange={(from) => onSearch(from === undefined ? {} : withFrom(period, from))}
        />
        <FilterDay
          label={t("statement.to")}
          value={period.to}
          onChange={(to) => onSearch(to === undefined ? {} : withTo(period, to))}
        />
      </Filters>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Total label={t("statement.opening")} cents={statement.openingCents} />
        <Total label={t("statement.in")} cents={statement.inCents} />
        <Total label={t("statement.out")} cents={statement.outCents} />
        <Total label={t("statement.closing")} cents={statement.closingCents} />
      </SimpleGrid>
      <Section title={t("statement.entries")}>
        {entries.nodes.length === 0 ? (
          <Empty title={t("statement.empty")} hint={t("statement.emptyHint")} />
        ) : (
          <>
            <EntryTable label={t("statement.entries")} entries={entries.nodes} without="account" />
            <Pager
              page={{ ...entries.pageInfo, hasPreviousPage: search.after !== undefined }}
              onPage={(page) =>
                page.after === undefined ? onBack() : onSearch({ ...search, after: page.after })
              }
            />
          </>
        )}
      </Section>
    </Page>
  );
}

function Total({ label, cents }: { label: string; cents: number }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="lg" fw={600}>
        <Money cents={cents} />
      </Text>
    </div>
  );
}
