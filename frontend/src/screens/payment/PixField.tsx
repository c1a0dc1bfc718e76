import { Group, Radio, TextInput } from "@mantine/core";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import type { InputProps } from "@/ui/form";
import { type PixValues, pixUnits } from "./methods";

interface Props {
  values: PixValues;
  input: (name: keyof PixValues) => InputProps;
}

/** Whether a Pix has a due date or is paid at once, and for how long. */
export function PixField({ values, input }: Props) {
  const t = useT();
  return (
    <>
      <Radio.Group label={t("pix.kind")} {...input("pixWhen")}>
        <Group gap="lg" mt={6}>
          <Radio value="due" label={t("pix.due")} />
          <Radio value="now" label={t("pix.now")} />
        </Group>
      </Radio.Group>
      {values.pixWhen === "now" && (
        <Group align="flex-start" gap="sm">
          <TextInput
            label={t("pix.validFor")}
            description={t("pix.validForHint")}
            inputMode="numeric"
            required
            {...input("pixExpiresInSeconds")}
          />
          <Choice
            label={t("pix.unit")}
            description={t("pix.unitHint")}
            options={pixUnits.map((value) => ({ value, label: t(`pix.unit.${value}`) }))}
            {...input("pixUnit")}
          />
        </Group>
      )}
    </>
  );
}
