import { DayInput } from "./inputs";

interface Props {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A day that narrows a list. */
export function FilterDay({ label, value, onChange }: Props) {
  return (
    <DayInput
      label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
