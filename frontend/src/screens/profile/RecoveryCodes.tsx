import { useT } from "@/i18n";
import { ShownOnce } from "@/ui/ShownOnce";

/** The codes for who has lost the authenticator, shown this once. */
export function RecoveryCodes(props: { codes: readonly string[]; onClose: () => void }) {
  const t = useT();
  return (
    <ShownOnce
      title={t("totp.recovery")}
      hint={t("totp.recoveryHint")}
      text={props.codes.join("\n")}
      copyLabel={t("totp.copyCodes")}
      onClose={props.onClose}
    />
  );
}
