import { Group, Radio, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useT } from "@/i18n";
import type { InputProps } from "@/ui/form";
import { FinePercentInput, MoneyInput, PercentInput } from "@/ui/inputs";
import type { TermParts, TermsValues } from "./terms";

interface Props {
  values: TermsValues;
  parts: TermParts;
  input: (name: keyof TermsValues) => InputProps;
  /** Leaves out the lines for the payer. */
  withoutMessage?: boolean;
}

/** What is added or taken off when a charge is not paid on its day. */
export function TermsField({ values, parts, input, withoutMessage }: Props) {
  const t = useT();
  return (
    <>
      {parts.interest && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <PercentInput
            label={t("terms.fine")}
            description={t("terms.fineHint")}
            {...input("fineHundredths")}
          />
          <Interest values={values} input={input} />
        </SimpleGrid>
      )}
      {(parts.discount || parts.writeOff) && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {parts.discount && <Discount values={values} input={input} />}
          {parts.discount && (
            <TextInput
              label={t("terms.discountDays")}
              description={t("terms.discountDaysHint")}
              inputMode="numeric"
              {...input("discountDays")}
            />
          )}
          {parts.writeOff && (
            <TextInput
              label={t("terms.daysToWriteOff")}
              description={t("terms.daysToWriteOffHint")}
              inputMode="numeric"
              {...input("daysToWriteOff")}
            />
          )}
        </SimpleGrid>
      )}
      {!withoutMessage && (
        <Textarea
          label={t("terms.message")}
          description={t("terms.messageHint")}
          rows={4}
          {...input("message")}
        />
      )}
    </>
  );
}

type PartProps = Pick<Props, "values" | "input">;

function Interest({ values, input }: PartProps) {
  const t = useT();
  return (
    <Stack gap="xs" justify="flex-end">
      {values.interestBy === "month" ? (
        <PercentInput
          label={t("terms.monthlyInterest")}
          description={t("terms.monthlyInterestHint")}
          {...input("monthlyInterestHundredths")}
        />
      ) : (
        <FinePercentInput
          label={t("terms.dailyInterest")}
          description={t("terms.dailyInterestHint")}
          {...input("dailyInterestThousandths")}
        />
      )}
      <Radio.Group label={t("terms.interestBy")} {...input("interestBy")}>
        <Group gap="md">
          <Radio value="month" label={t("terms.byMonth")} />
          <Radio value="day" label={t("terms.byDay")} />
        </Group>
      </Radio.Group>
    </Stack>
  );
}

function Discount({ values, input }: PartProps) {
  const t = useT();
  return (
    <Stack gap="xs">
      {values.discountIn === "money" ? (
        <MoneyInput
          label={t("terms.discount")}
          description={t("terms.discountHint")}
          {...input("discountCents")}
        />
      ) : (
        <PercentInput
          label={t("terms.discount")}
          description={t("terms.discountPercentHint")}
          {...input("discountHundredths")}
        />
      )}
      <Radio.Group label={t("terms.discountIn")} {...input("discountIn")}>
        <Group gap="md">
          <Radio value="money" label={t("terms.inMoney")} />
          <Radio value="percent" label={t("terms.inPercent")} />
        </Group>
      </Radio.Group>
    </Stack>
  );
}
