import { SimpleGrid, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useT } from "@/i18n";
import { MoneyInput, PercentInput } from "@/ui/inputs";
import type { SaleValues } from "./values";

/** What is added or taken off when a boleto is not paid on its day. */
export function TermsField({ form }: { form: UseFormReturnType<SaleValues> }) {
  const t = useT();
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <PercentInput
          label={t("terms.fine")}
          description={t("terms.fineHint")}
          {...form.getInputProps("terms.fineHundredths")}
        />
        <PercentInput
          label={t("terms.monthlyInterest")}
          description={t("terms.monthlyInterestHint")}
          {...form.getInputProps("terms.monthlyInterestHundredths")}
        />
        <MoneyInput
          label={t("terms.discount")}
          description={t("terms.discountHint")}
          {...form.getInputProps("terms.discountCents")}
        />
        <TextInput
          label={t("terms.discountDays")}
          description={t("terms.discountDaysHint")}
          inputMode="numeric"
          {...form.getInputProps("terms.discountDays")}
        />
        <TextInput
          label={t("terms.daysToWriteOff")}
          description={t("terms.daysToWriteOffHint")}
          inputMode="numeric"
          {...form.getInputProps("terms.daysToWriteOff")}
        />
      </SimpleGrid>
      <Textarea
        label={t("terms.message")}
        description={t("terms.messageHint")}
        rows={4}
        {...form.getInputProps("terms.message")}
      />
    </>
  );
}
