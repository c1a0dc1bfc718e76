import { Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
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
            <Counts home={home} />
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

function Counts({ home }: { home: HomeQuery }) {
  const t = useT();
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
      <Count label={t("home.count.failures")} count={home.openFailures.totalCount}>
        <AppLink to="/failures" search={{ state: "OPEN" }} size="sm">
          {t("home.see", { what: t("home.count.failures") })}
        </AppLink>
      </Count>
      <Count label={t("home.count.failing")} count={home.failing.totalCount}>
        <AppLink to="/charges" search={{ status: "FAILED" }} size="sm">
          {t("home.see", { what: t("home.count.failing") })}
        </AppLink>
      </Count>
      <Count label={t("home.count.overdue")} count={home.overdue.totalCount}>
        <AppLink to="/charges" search={{ status: "OVERDUE" }} size="sm">
          {t("home.see", { what: t("home.count.overdue") })}
        </AppLink>
      </Count>
      <Count label={t("home.count.dueSoon")} count={home.dueSoon.totalCount}>
        <AppLink to="/charges" search={{ status: "WAITING", order: "DUE_ASC" }} size="sm">
          {t("home.see", { what: t("home.count.dueSoon") })}
        </AppLink>
      </Count>
      <Count label={t("home.count.inProgress")} count={home.inProgress.totalCount}>
        <AppLink to="/operations" size="sm">
          {t("home.see", { what: t("nav.operations") })}
        </AppLink>
      </Count>
    </SimpleGrid>
  );
}

interface CountProps {
  label: string;
  count: number;
  children: React.ReactNode;
}

function Count({ label, count, children }: CountProps) {
  return (
    <Card withBorder padding="sm">
      <Stack gap={2}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Text size="xl" fw={700}>
          {count}
        </Text>
        {children}
      </Stack>
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
      <ChargeTable label={title} charges={charges} />
    </Section>
  );
}
