import { Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { absorb, refetchAll } from "@/api/cache";
import { FeedPosition } from "@/api/feed";
import { listen, onReturn } from "@/api/live";
import { request } from "@/api/request";
import { FailureFeedDocument, FeedPositionDocument } from "@/gen/documents/shell";
import type { FailureEventPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { notifyFailure } from "@/ui/notify";
import { FailureWay } from "../failures/FailureWay";

/**
 * Tells every new failure of the viewer's feed as it comes, and brings the badge
 * and the lists in step. The position is taken before the stream begins, so that
 * nothing falls between; what was missed while away is told on return.
 */
export function useFailureToasts(): void {
  const t = useT();
  const cache = useQueryClient();

  useEffect(() => {
    let stop = () => {};
    let stopped = false;
    const tell = (event: FailureEventPartsFragment) => {
      absorb(cache, event);
      void refetchAll(cache);
      if (event.kind !== "OPENED") return;
      notifyFailure(
        event.failure.id,
        event.failure.subjectLabel || t("failure.toast"),
        <Stack gap={4} align="flex-start">
          <Text size="sm">{event.failure.cause}</Text>
          <FailureWay code={event.failure.code} />
        </Stack>,
      );
    };
    const begin = (position: string | null) => {
      if (stopped) return;
      const feed = new FeedPosition(position, tell);
      stop = listen(
        FailureFeedDocument,
        () => feed.variables(),
        (result) => feed.receive(result.failures),
      );
    };
    request(FeedPositionDocument, {}).then(
      (result) => begin(result.failures.nodes[0]?.cursor ?? null),
      () => begin(null),
    );
    return () => {
      stopped = true;
      stop();
    };
  }, [cache, t]);

  useEffect(() => onReturn(() => void refetchAll(cache)), [cache]);
}
