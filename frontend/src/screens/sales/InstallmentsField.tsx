import { SimpleGrid, Switch, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import { DataTable } from "@/ui/DataTable";
import { DayInput } from "@/ui/inputs";
import { Day, Money } from "@/ui/Values";
import { monthlyDueDates, mostInstallments, splitCents } from "./preview";
import { installmentCount, type SaleValues } from "./values";

interface Props {
  form: UseFormReturnType<SaleValues>;
  totalCents: number;
}

/** How many instalments, when each is due, and what each comes to. */
export function InstallmentsField({ form, totalCents }: Props) {
  const t = useT();
  const { installments, firstDueDate, ownDueDates, dueDates } = form.values;
  const count = installmentCount(installments);
  const monthly = monthlyDueDates(firstDueDate, count);
  const amounts = splitCents(Math.max(totalCents, 0), count);
  const rows = monthly.map((day, index) => ({
    number: index + 1,
    day: ownDueDates ? (dueDates[index] ?? day) : day,
    cents: amounts[index] ?? 0,
  }));
  const chooseOwn = (own: boolean) => {
    form.setFieldValue("ownDueDates", own);
    form.setFieldValue("dueDates", own ? monthly : []);
  };
  const resize = (typed: string) => {
    form.setFieldValue("installments", typed);
    if (!ownDueDates) return;
    const next = monthlyDueDates(firstDueDate, installmentCount(typed));
    form.setFieldValue(
      "dueDates",
      next.map((day, index) => dueDates[index] ?? day),
    );
  };
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t("sale.installmentCount", { most: mostInstallments })}
          inputMode="numeric"
          required
          {...form.getInputProps("installments")}
          onChange={(event) => resize(event.currentTarget.value)}
        />
        <DayInput
          label={t("sale.firstDueDate")}
          min={today()}
          required
          {...form.getInputProps("firstDueDate")}
        />
      </SimpleGrid>
      {rows.length > 0 && (
        <>
          <Switch
            label={t("sale.ownDueDates")}
            checked={ownDueDates}
            onChange={(event) => chooseOwn(event.currentTarget.checked)}
          />
          <DataTable
            label={t("sale.preview")}
            rows={rows}
            rowKey={(row) => String(row.number)}
            columns={[
              {
                key: "number",
                header: t("charge.installment"),
                cell: (row) =>
                  t("charge.installmentOf", { installment: row.number, installments: count }),
              },
              {
                key: "due",
                header: t("charge.dueDate"),
                cell: (row) =>
                  ownDueDates ? (
                    <DayInput
                      aria-label={t("sale.dueDateOf", { number: row.number })}
                      min={today()}
                      {...form.getInputProps(`dueDates.${row.number - 1}`)}
                    />
                  ) : (
                    <Day value={row.day} />
                  ),
              },
              {
                key: "amount",
                header: t("charge.amount"),
                numeric: true,
                cell: (row) => <Money cents={row.cents} />,
              },
            ]}
          />
        </>
      )}
      <Text size="sm" c="dimmed">
        {t("sale.previewHint")}
      </Text>
    </>
  );
}
