import { Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { absorb, refetchAll } from "@/api/cache";
import { followFeed } from "@/api/feed";
import { lazily } from "@/api/hooks";
import { currentConnection, onConnectionChange, onReturn } from "@/api/live";
import { FailureFeedDocument, FeedEndDocument } from "@/gen/documents/shell";
import type { FailureEventPartsFragment } from "@/gen/schema";
import { type Translate, useT } from "@/i18n";
import { AppLink } from "@/ui/links";
import { notifyFailure, notifyOver } from "@/ui/notify";
import { mendTarget } from "../failures/mend";
import { Crier, type Voice } from "./crier";
import { chime } from "./sound";

/**
 * Tells the news of the viewer's feed as they come, and brings the badge and the
 * lists in step. What was missed while the connection was away is told on return.
 */
export function useFailureToasts(): void {
  const t = useT();
  const cache = useQueryClient();
  const texts = useRef(t);
  useEffect(() => {
    texts.current = t;
  }, [t]);

  useEffect(() => {
    const refetch = lazily(cache);
    const crier = new Crier(voice(() => texts.current));
    const stop = followFeed({
      events: FailureFeedDocument,
      eventOf: ({ failures }) => failures,
      end: FeedEndDocument,
      endOf: ({ failures }) => failures.end,
      tell: (event) => {
        absorb(cache, event);
        refetch.soon();
        crier.hear(event);
      },
      beganAnew: () => {
        tellBeganAnew(texts.current);
        refetch.soon();
      },
    });
    const forget = onConnectionChange(() => {
      if (currentConnection() === "lost") crier.away();
      if (currentConnection() === "connected") crier.back();
    });
    return () => {
      stop();
      forget();
      crier.stop();
      refetch.cancel();
    };
  }, [cache]);

  useEffect(() => onReturn(() => void refetchAll(cache)), [cache]);
}

const noticeId = (kind: string, failureId: string) => `${kind}-${failureId}`;
const manyId = (kind: string) => `failures-${kind}`;

function voice(texts: () => Translate): Voice<FailureEventPartsFragment> {
  return {
    one(event) {
      if (event.kind === "RESOLVED") return tellOver(texts(), event);
      tellFailure(texts(), event);
      chime();
    },
    withdraw: (kind, id) => notifications.hide(noticeId(kind, id)),
    many(kind, count) {
      const t = texts();
      if (kind === "RESOLVED") return notifyOver(manyId(kind), t("feed.overMany", { count }));
      notifyFailure(manyId(kind), t("feed.many", { count }), <ToFeed t={t} />);
      chime();
    },
    missed({ opened, resolved }) {
      const t = texts();
      const tally = t("feed.tally", { opened, resolved });
      if (opened === 0) return notifyOver("missed", t("feed.missed", { tally }));
      notifyFailure("missed", t("feed.missed", { tally }), <ToFeed t={t} />);
      chime();
    },
  };
}

function tellFailure(t: Translate, { failure }: FailureEventPartsFragment): void {
  notifyFailure(
    noticeId("OPENED", failure.id),
    failure.subjectLabel || t("failure.toast"),
    <Stack gap={4} align="flex-start">
      <Text size="sm">{failure.cause}</Text>
      <Group gap="md">
        <AppLink to="/failures/$failureId" params={{ failureId: failure.id }} size="sm">
          {t("failure.seeOne")}
        </AppLink>
        {failure.mendPath && (
          <AppLink {...mendTarget(failure.mendPath)} size="sm">
            {t("failure.mend")}
          </AppLink>
        )}
      </Group>
    </Stack>,
  );
}

function tellOver(t: Translate, { failure }: FailureEventPartsFragment): void {
  const about = failure.subjectLabel || failure.cause;
  notifyOver(
    noticeId("RESOLVED", failure.id),
    <AppLink to="/failures/$failureId" params={{ failureId: failure.id }} size="sm">
      {t("feed.over", { about })}
    </AppLink>,
  );
}

function tellBeganAnew(t: Translate): void {
  notifyFailure(
    "feed-anew",
    t("feed.anew"),
    <Stack gap={4} align="flex-start">
      <Text size="sm">{t("feed.anewHint")}</Text>
      <ToFeed t={t} />
    </Stack>,
  );
}

function ToFeed({ t }: { t: Translate }) {
  return (
    <AppLink to="/failures" size="sm">
      {t("failure.see")}
    </AppLink>
  );
}
