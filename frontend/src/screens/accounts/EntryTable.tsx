import { Text } from "@mantine/core";
import type { EntryPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Day, Money } from "@/ui/Values";

interface Props {
  label: string;
  entries: EntryPartsFragment[];
  /** Leaves out what the page already says. */
  without: "charge" | "account";
}

/** Ledger entries in rows. */
export function EntryTable({ label, entries, without }: Props) {
  const t = useT();
  const columns: Column<EntryPartsFragment>[] = [
    { key: "day", header: t("entry.bookedOn"), cell: (entry) => <Day value={entry.bookedOn} /> },
    {
      key: "kind",
      header: t("entry.kind"),
      cell: (entry) => (
        <>
          {t(`entry.kind.${entry.kind}`)}
          {entry.reversal && (
            <Text span size="xs" c="dimmed" ml={6}>
              {t("entry.reversal")}
            </Text>
          )}
        </>
      ),
    },
    { key: "text", header: t("historico.historico"), wraps: true, cell: (entry) => entry.text },
    without === "account"
      ? {
          key: "charge",
          header: t("charge.charge"),
          cell: (entry) => (
            <AppLink to="/charges/$chargeId" params={{ chargeId: entry.charge.id }}>
              {t("charge.numbered", { number: entry.charge.number })}
            </AppLink>
          ),
        }
      : {
          key: "account",
          header: t("account.account"),
          cell: (entry) => entry.account?.name ?? t("entry.noAccount"),
        },
    {
      key: "amount",
      header: t("entry.amount"),
      numeric: true,
      cell: (entry) => <Money cents={entry.amountCents} />,
    },
    {
      key: "balance",
      header: t("account.balance"),
      numeric: true,
      cell: (entry) => (entry.balanceCents === null ? "–" : <Money cents={entry.balanceCents} />),
    },
  ];
  return <DataTable label={label} columns={columns} rows={entries} rowKey={(entry) => entry.id} />;
}
