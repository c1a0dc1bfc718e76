import type { MessageId, Translate } from "@/i18n";
import { AppLink } from "@/ui/links";
import { notifyWaiting } from "@/ui/notify";

/** Tells that another person is asked first, with the way to what waits. */
export function notifyAsked(t: Translate, words: MessageId = "approval.asked"): void {
  notifyWaiting(
    "approval-asked",
    <>
      {t(words)}{" "}
      <AppLink to="/approvals" size="sm" underline="always">
        {t("approvals.see")}
      </AppLink>
    </>,
  );
}
