import { Group, Radio } from "@mantine/core";
import { useT } from "@/i18n";
import type { InputProps } from "@/ui/form";
import type { IssuedMethod } from "./methods";

interface Props {
  methods: readonly IssuedMethod[];
  input: InputProps;
}

/** How it is paid. */
export function MethodField({ methods, input }: Props) {
  const t = useT();
  return (
    <Radio.Group label={t("sale.method")} required {...input}>
      <Group gap="lg" mt={6}>
        {methods.map((method) => (
          <Radio key={method} value={method} label={t(`method.${method}`)} />
        ))}
      </Group>
    </Radio.Group>
  );
}
