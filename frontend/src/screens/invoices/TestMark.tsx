import { useT } from "@/i18n";

/** Says that an invoice is a test, without value. */
export function TestMark() {
  const t = useT();
  return (
    <span className="status" data-tone="warn">
      {t("invoice.test")}
    </span>
  );
}
