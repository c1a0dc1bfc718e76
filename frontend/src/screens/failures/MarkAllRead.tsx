import { Button } from "@mantine/core";
import { useChange, useLoad } from "@/api/hooks";
import { useShell } from "@/api/viewer";
import { FailuresEndDocument, MarkFailuresReadDocument } from "@/gen/documents/failures";
import { useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";
import { notifyFailure } from "@/ui/notify";

/** Marks all that the feed has told so far as read. */
export function MarkAllRead() {
  const t = useT();
  const { unreadFailures } = useShell().viewer;
  const end = useLoad(FailuresEndDocument, {}, { enabled: unreadFailures > 0 });
  const markRead = useChange(MarkFailuresReadDocument);
  const upTo = end.data?.failures.end;
  if (unreadFailures === 0 || upTo === undefined) return null;
  const mark = () =>
    markRead
      .mutateAsync({ input: { upTo } })
      .catch((error) => notifyFailure("mark-read", t("error.title"), errorText(t, error)));
  return (
    <Button variant="default" loading={markRead.isPending} onClick={mark}>
      {t("failures.markRead", { count: unreadFailures })}
    </Button>
  );
}
