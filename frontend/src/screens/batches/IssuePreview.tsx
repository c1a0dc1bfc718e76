import { List, Text } from "@mantine/core";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { type Column, DataTable } from "@/ui/DataTable";
import { Section } from "@/ui/Section";
import { Day, Money } from "@/ui/Values";
import type { CheckedRow } from "./customers";

interface Props {
  rows: CheckedRow[];
  /** What the server refused, by the place of the row. */
  refused: Map<number, string[]>;
}

/** How each line was understood, and what is wrong with it. */
export function IssuePreview({ rows, refused }: Props) {
  const t = useT();
  const format = useFormat();
  const problemsOf = (row: CheckedRow) => [
    ...row.problems.map((problem) => t(`issue.problem.${problem}`)),
    ...(refused.get(rows.indexOf(row)) ?? []),
  ];
  const wrong = rows.filter((row) => problemsOf(row).length > 0).length;
  const total = rows.reduce((sum, row) => sum + (row.amountCents ?? 0), 0);
  const columns: Column<CheckedRow>[] = [
    { key: "line", header: t("issue.line"), cell: (row) => row.line },
    {
      key: "problem",
      header: t("issue.problems"),
      wraps: true,
      cell: (row) => <RowProblems problems={problemsOf(row)} />,
    },
    {
      key: "customer",
      header: t("customer.customer"),
      wraps: true,
      cell: (row) => row.found?.name ?? row.customer,
    },
    {
      key: "amount",
      header: t("charge.amount"),
      numeric: true,
      cell: (row) => (row.amountCents === null ? "–" : <Money cents={row.amountCents} />),
    },
    {
      key: "due",
      header: t("charge.dueDate"),
      cell: (row) => (row.dueDate === null ? "–" : <Day value={row.dueDate} />),
    },
    {
      key: "description",
      header: t("sale.description"),
      wraps: true,
      cell: (row) => row.description || "–",
    },
  ];
  return (
    <Section title={t("issue.preview")}>
      <Text role="status">
        {t("issue.summary", { count: rows.length, total: format.money(total), wrong })}
      </Text>
      <DataTable
        label={t("issue.preview")}
        columns={columns}
        rows={rows}
        rowKey={(row) => String(row.line)}
      />
    </Section>
  );
}

function RowProblems({ problems }: { problems: string[] }) {
  const t = useT();
  if (problems.length === 0) return t("issue.fine");
  return (
    <List size="sm" c="var(--mantine-color-error)">
      {problems.map((problem) => (
        <List.Item key={problem}>{problem}</List.Item>
      ))}
    </List>
  );
}
