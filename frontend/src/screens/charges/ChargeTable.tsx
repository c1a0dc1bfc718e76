import { Text } from "@mantine/core";
import type { ChargeRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable, type Selection } from "@/ui/DataTable";
import { AppLink } from "@/ui/links";
import { Status } from "@/ui/Status";
import { Day, Money } from "@/ui/Values";

interface Props {
  label: string;
  charges: ChargeRowFragment[];
  /** Leaves out what the page already says. */
  without?: "sale" | "paid";
  selection?: Pick<Selection<ChargeRowFragment>, "selected" | "onChange">;
}

/** Charges in rows, wherever they are listed. */
export function ChargeTable({ label, charges, without, selection }: Props) {
  const t = useT();
  const columns: Column<ChargeRowFragment>[] = [
    {
      key: "number",
      header: t("charge.charge"),
      cell: (charge) => (
        <AppLink to="/charges/$chargeId" params={{ chargeId: charge.id }}>
          {t("charge.numbered", { number: charge.number })}
        </AppLink>
      ),
    },
    {
      key: "status",
      header: t("common.status"),
      cell: (charge) => <ChargeStanding charge={charge} />,
    },
    {
      key: "method",
      header: t("charge.method"),
      cell: (charge) => {
        const method = t(`method.short.${charge.method}`);
        const { installment, sale } = charge;
        const { installments } = sale;
        if (installments === 1 || charge.method === "CARD") return method;
        return t("charge.methodOf", { method, installment, installments });
      },
    },
    { key: "due", header: t("charge.dueDate"), cell: (charge) => <Day value={charge.dueDate} /> },
    {
      key: "amount",
      header: t("charge.amount"),
      numeric: true,
      cell: (charge) => <Money cents={charge.amountCents} />,
    },
    {
      key: "paid",
      header: t("charge.paid"),
      numeric: true,
      cell: (charge) => (charge.paidCents === null ? "–" : <Money cents={charge.paidCents} />),
    },
  ];
  if (without !== "sale") {
    columns.splice(
      2,
      0,
      {
        key: "customer",
        header: t("customer.customer"),
        wraps: true,
        cell: (charge) => charge.customer.name,
      },
      {
        key: "sale",
        header: t("sale.sale"),
        cell: (charge) => (
          <AppLink to="/sales/$saleId" params={{ saleId: charge.sale.id }}>
            {t("sale.numbered", { number: charge.sale.number })}
          </AppLink>
        ),
      },
    );
  }
  const shown = without === "paid" ? columns.filter(({ key }) => key !== "paid") : columns;
  return (
    <DataTable
      label={label}
      columns={shown}
      rows={charges}
      rowKey={(charge) => charge.id}
      selection={
        selection && {
          ...selection,
          allLabel: t("selection.all"),
          rowLabel: ({ number }) => t("selection.row", { number }),
        }
      }
    />
  );
}

function ChargeStanding({ charge }: { charge: ChargeRowFragment }) {
  const t = useT();
  return (
    <>
      <Status of="charge" value={charge.status} />
      {charge.replaced && (
        <Text span size="xs" c="dimmed" ml={6}>
          {t("charge.replaced")}
        </Text>
      )}
    </>
  );
}
