import { Card, Group, SimpleGrid, Text } from "@mantine/core";
import { useLive, useLoad } from "@/api/hooks";
import { useMay, useShell } from "@/api/viewer";
import { ChargeChangedDocument } from "@/gen/documents/charges";
import { HomeDocument } from "@/gen/documents/home";
import type { ChargeRowFragment, HomeQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { addDays, today } from "@/i18n/format";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { ChargeTable } from "../charges/ChargeTable";
import type { ChargesSearch } from "../charges/search";
import { FirstSteps } from "./FirstSteps";

const daysAhead = 7;

/** What matters today: charges by what needs attention, and what is left to set up. */
export function HomeScreen() {
  const t = useT();
  const may = useMay();
  const { name } = useShell().viewer.user;
  const from = today();
  const to = addDays(from, daysAhead);
  const query = useLoad(HomeDocument, { dueSoonFrom: from, dueSoonTo: to });
  useLive(ChargeChangedDocument, {});
  return (
    <Page
      title={t("home.title", { name: name.split(" ")[0] ?? name })}
      hint={t("home.hint")}
      actions={may("OPERATOR") && <LinkButton to="/sales/new">{t("sales.new")}</LinkButton>}
    >
      <FirstSteps />
      <Loaded query={query}>
        {(home) => (
          <>
            <Counts
              home={home}
              dueSoon={{ status: "WAITING", dueFrom: from, dueTo: to, order: "DUE_ASC" }}
            />
            <Attention
              title={t("home.failing")}
              charges={home.failing.nodes}
              count={home.failing.totalCount}
            />
            <Attention
              title={t("home.overdue")}
              charges={home.overdue.nodes}
              count={home.overdue.totalCount}
              search={{ status: "OVERDUE", order: "DUE_ASC" }}
            />
            <Attention
              title={t("home.dueSoon", { days: daysAhead })}
              charges={home.dueSoon.nodes}
              count={home.dueSoon.totalCount}
              search={{ status: "WAITING", dueFrom: from, dueTo: to, order: "DUE_ASC" }}
            />
            {home.failing.totalCount + home.overdue.totalCount + home.dueSoon.totalCount === 0 && (
              <Empty title={t("home.quiet")} hint={t("home.quietHint")} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Counts({ home, dueSoon }: { home: HomeQuery; dueSoon: ChargesSearch }) {
  const t = useT();
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
      <Count count={home.openFailures.totalCount}>
        <AppLink to="/failures">{t("home.count.failures")}</AppLink>
      </Count>
      <Count count={home.failing.totalCount}>
        <AppLink to="/charges" search={{ status: "FAILED" }}>
          {t("home.count.failing")}
        </AppLink>
      </Count>
      <Count count={home.overdue.totalCount}>
        <AppLink to="/charges" search={{ status: "OVERDUE" }}>
          {t("home.count.overdue")}
        </AppLink>
      </Count>
      <Count count={home.dueSoon.totalCount}>
        <AppLink to="/charges" search={dueSoon}>
          {t("home.count.dueSoon")}
        </AppLink>
      </Count>
      <Count count={home.inProgress.totalCount}>
        <AppLink to="/operations">{t("home.count.inProgress")}</AppLink>
      </Count>
    </SimpleGrid>
  );
}

/** How many, and the way to them. */
function Count({ count, children }: { count: number; children: React.ReactNode }) {
  return (
    <Card withBorder padding="sm">
      <Text size="xl" fw={700}>
        {count}
      </Text>
      {children}
    </Card>
  );
}

interface AttentionProps {
  title: string;
  charges: ChargeRowFragment[];
  count: number;
  /** The list that shows them all. */
  search?: ChargesSearch;
}

function Attention({ title, charges, count, search }: AttentionProps) {
  const t = useT();
  if (charges.length === 0) return null;
  return (
    <Section
      title={title}
      actions={
        count > charges.length &&
        search && (
          <Group>
            <LinkButton to="/charges" search={search} variant="default" size="xs">
              {t("home.seeAll", { count })}
            </LinkButton>
          </Group>
        )
      }
    >
      <ChargeTable label={title} charges={charges} without="paid" />
    </Section>
  );
}
