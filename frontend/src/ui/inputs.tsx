import { TextInput, type TextInputProps } from "@mantine/core";
import type { FocusEvent } from "react";
import { parseHundredths, parseThousandths, useFormat } from "@/i18n/format";
import { formatTaxId } from "./checkTaxId";

interface HundredthsProps extends Omit<TextInputProps, "value" | "onChange"> {
  value?: string;
  onChange?: (value: string) => void;
}

// The text stays as it is typed; leaving the input shows how it was understood.
function HundredthsInput({ value = "", onChange, onBlur, ...props }: HundredthsProps) {
  const format = useFormat();
  const tidy = (event: FocusEvent<HTMLInputElement>) => {
    const hundredths = parseHundredths(value);
    if (hundredths !== null) onChange?.(format.typed(hundredths));
    onBlur?.(event);
  };
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      value={value}
      onChange={(event) => onChange?.(event.currentTarget.value)}
      onBlur={tidy}
      {...props}
    />
  );
}

/** An amount in reais; its value is the text, read with parseHundredths. */
export function MoneyInput(props: HundredthsProps) {
  return <HundredthsInput leftSection="R$" leftSectionPointerEvents="none" {...props} />;
}

/** A percentage with two decimals; its value is the text, read with parseHundredths. */
export function PercentInput(props: HundredthsProps) {
  return <HundredthsInput rightSection="%" rightSectionPointerEvents="none" {...props} />;
}

/** A percentage with three decimals, for example of a day; read with parseThousandths. */
export function FinePercentInput({ value = "", onChange, onBlur, ...props }: HundredthsProps) {
  const format = useFormat();
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      rightSection="%"
      rightSectionPointerEvents="none"
      value={value}
      onChange={(event) => onChange?.(event.currentTarget.value)}
      onBlur={(event) => {
        const thousandths = parseThousandths(value);
        if (thousandths !== null) onChange?.(format.thousandths(thousandths));
        onBlur?.(event);
      }}
      {...props}
    />
  );
}

/** A calendar day; its value is YYYY-MM-DD, or empty. */
export function DayInput(props: TextInputProps) {
  return <TextInput type="date" {...props} />;
}

/** CPF or CNPJ; leaving the input puts its mask on. */
export function TaxIdInput({ value = "", onChange, onBlur, ...props }: HundredthsProps) {
  return (
    <TextInput
      autoComplete="off"
      value={value}
      onChange={(event) => onChange?.(event.currentTarget.value)}
      onBlur={(event) => {
        onChange?.(formatTaxId(value));
        onBlur?.(event);
      }}
      {...props}
    />
  );
}
