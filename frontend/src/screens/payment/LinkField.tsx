import type { LinkMethods } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import type { InputProps } from "@/ui/form";

const linkMethods = ["ALL", "BOLETO", "CARD"] as const satisfies readonly LinkMethods[];

/** How the payer of a link may pay. */
export function LinkField({ input }: { input: InputProps }) {
  const t = useT();
  return (
    <Choice
      label={t("link.accepts")}
      options={linkMethods.map((value) => ({ value, label: t(`link.accepts.${value}`) }))}
      {...input}
    />
  );
}
