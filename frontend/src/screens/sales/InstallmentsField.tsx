import { Group, Radio, SimpleGrid, Switch, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useT } from "@/i18n";
import { today } from "@/i18n/format";
import { DataTable } from "@/ui/DataTable";
import { DayInput } from "@/ui/inputs";
import { Day, Money } from "@/ui/Values";
import { mostInstallments } from "../payment/methods";
import { monthlyDueDates, parcelCents } from "./preview";
import { installmentCount, repeats, type SaleValues } from "./values";

interface Props {
  form: UseFormReturnType<SaleValues>;
  totalCents: number;
}

interface Row {
  number: number;
  day: string;
  cents: number;
}

/** How many instalments, when each is due, and what each comes to. */
export function InstallmentsField({ form, totalCents }: Props) {
  const t = useT();
  const { paymentMethod, firstDueDate, dueDates } = form.values;
  const isCarnet = paymentMethod === "CARNET";
  const ownDueDates = form.values.ownDueDates && !isCarnet;
  const count = installmentCount(form.values);
  const monthly = monthlyDueDates(firstDueDate, count);
  const amounts = parcelCents(Math.max(totalCents, 0), count, repeats(form.values));
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
    const next = monthlyDueDates(
      firstDueDate,
      installmentCount({ ...form.values, installments: typed }),
    );
    form.setFieldValue(
      "dueDates",
      next.map((day, index) => dueDates[index] ?? day),
    );
  };
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t("sale.installmentCount", { most: mostInstallments[paymentMethod] })}
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
      {isCarnet && (
        <Radio.Group label={t("sale.repeat")} {...form.getInputProps("repeat")}>
          <Group gap="lg" mt={6}>
            <Radio value="split" label={t("sale.repeat.split")} />
            <Radio value="repeat" label={t("sale.repeat.repeat")} />
          </Group>
        </Radio.Group>
      )}
      {rows.length > 0 && !isCarnet && (
        <Switch
          label={t("sale.ownDueDates")}
          checked={ownDueDates}
          onChange={(event) => chooseOwn(event.currentTarget.checked)}
        />
      )}
      {rows.length > 0 && <Preview form={form} rows={rows} ownDueDates={ownDueDates} />}
      <Text size="sm" c="dimmed">
        {t(isCarnet ? "sale.previewCarnetHint" : "sale.previewHint")}
      </Text>
    </>
  );
}

interface PreviewProps {
  form: UseFormReturnType<SaleValues>;
  rows: Row[];
  ownDueDates: boolean;
}

function Preview({ form, rows, ownDueDates }: PreviewProps) {
  const t = useT();
  return (
    <DataTable
      label={t("sale.preview")}
      rows={rows}
      rowKey={(row) => String(row.number)}
      columns={[
        {
          key: "number",
          header: t("charge.installment"),
          cell: (row) =>
            t("charge.installmentOf", { installment: row.number, installments: rows.length }),
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
  );
}
