import { NativeSelect, type NativeSelectProps } from "@mantine/core";

interface Props<Value extends string>
  extends Omit<NativeSelectProps, "data" | "value" | "onChange"> {
  options: readonly { value: Value; label: string }[];
  value?: Value;
  onChange?: (value: Value | undefined) => void;
  /** The text of no choice; without one, a value is always chosen. */
  anyLabel?: string;
}

/** A choice from a short list, by the browser's own control. */
export function Choice<Value extends string>({
  options,
  value,
  onChange,
  anyLabel,
  ...props
}: Props<Value>) {
  const empty = anyLabel === undefined ? [] : [{ value: "", label: anyLabel }];
  return (
    <NativeSelect
      data={[...empty, ...options]}
      value={value ?? ""}
      onChange={(event) => {
        const picked = event.currentTarget.value;
        onChange?.(options.find((option) => option.value === picked)?.value);
      }}
      {...props}
    />
  );
}
