import { useT } from "@/i18n";
import { AppLink } from "@/ui/links";

/** From a failure that was just told to where it is dealt with. */
export function FailureWay({ code }: { code: string }) {
  const t = useT();
  if (code === "ponte.mirror.differs") {
    return (
      <AppLink to="/differences" size="sm">
        {t("failure.seeDifferences")}
      </AppLink>
    );
  }
  return (
    <AppLink to="/failures" size="sm">
      {t("failure.see")}
    </AppLink>
  );
}
