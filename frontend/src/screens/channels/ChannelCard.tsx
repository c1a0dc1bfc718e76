import { Alert, Button, Card, Group, Stack, Switch, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import {
  DeleteChannelDocument,
  SaveChannelDocument,
  TestChannelDocument,
} from "@/gen/documents/channels";
import type { ChannelPartsFragment } from "@/gen/schema";
import { type Translate, useT } from "@/i18n";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { errorText } from "@/ui/Feedback";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { MessageLog } from "./MessageLog";
import { switched } from "./values";

interface Props {
  channel: ChannelPartsFragment;
  onEdit: () => void;
}

/** One channel: what it tells, whether it works, and what went out last. */
export function ChannelCard({ channel, onEdit }: Props) {
  const t = useT();
  const [deleting, setDeleting] = useState(false);
  return (
    <Card withBorder component="article" aria-label={channel.name}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h5">
              {channel.name}
            </Title>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {t(`channel.kind.${channel.kind}`)} · {channel.target}
            </Text>
          </div>
          <OnOff channel={channel} />
        </Group>
        <Text size="sm">{summary(t, channel)}</Text>
        {channel.failedTries > 0 && (
          <Alert color="red" variant="outline" title={t("channel.failing")}>
            {t("channel.failingHint")}
          </Alert>
        )}
        <Test channel={channel} />
        <MessageLog messages={channel.messages} />
        <Group gap="sm">
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("common.editNamed", { name: channel.name })}
            onClick={onEdit}
          >
            {t("common.edit")}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("channel.deleteNamed", { name: channel.name })}
            onClick={() => setDeleting(true)}
          >
            {t("channel.delete")}
          </Button>
        </Group>
      </Stack>
      <DeleteDialog channel={channel} opened={deleting} onClose={() => setDeleting(false)} />
    </Card>
  );
}

/** What a channel tells and when, in a sentence. */
function summary(t: Translate, channel: ChannelPartsFragment): string {
  const list = (texts: string[], all: string) => (texts.length === 0 ? all : texts.join(", "));
  const parts = [
    list(
      channel.sources.map((value) => t(`channel.source.${value}`)),
      t("channel.allSources"),
    ),
    list(
      channel.topics.map((value) => t(`channel.topic.${value}`)),
      t("channel.allTopics"),
    ),
    channel.pace === "DAILY"
      ? t("channel.dailyAt", { hour: `${String(channel.digestHour).padStart(2, "0")}:00` })
      : t(`channel.pace.${channel.pace}`),
  ];
  if (channel.quietFrom && channel.quietTo) {
    parts.push(t("channel.quietBetween", { from: channel.quietFrom, to: channel.quietTo }));
  }
  return parts.join(" · ");
}

function OnOff({ channel }: { channel: ChannelPartsFragment }) {
  const t = useT();
  const save = useChange(SaveChannelDocument);
  const turn = async (active: boolean) => {
    try {
      const { saveChannel } = await save.mutateAsync({ input: switched(channel, active) });
      const [refusal] = saveChannel.userErrors;
      if (refusal) notifyFailure("channel", t("form.refused"), refusal.message);
      else notifyDone(t(active ? "channel.switchedOn" : "channel.switchedOff"));
    } catch (error) {
      notifyFailure("channel", t("error.title"), errorText(t, error));
    }
  };
  return (
    <Switch
      label={t("channel.active")}
      aria-label={t("channel.activeNamed", { name: channel.name })}
      checked={channel.active}
      // Not disabled meanwhile: it would lose the focus.
      onChange={(event) => {
        if (!save.isPending) void turn(event.currentTarget.checked);
      }}
    />
  );
}

function Test({ channel }: { channel: ChannelPartsFragment }) {
  const t = useT();
  const test = useChange(TestChannelDocument);
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null);
  const run = async () => {
    setOutcome(null);
    try {
      const { testChannel } = await test.mutateAsync({ input: { id: channel.id } });
      const refusals = testChannel.userErrors.map(({ message }) => message).join(" ");
      setOutcome({
        ok: testChannel.ok,
        text: testChannel.ok
          ? t("channel.testOk", { count: testChannel.durationMilliseconds })
          : refusals,
      });
    } catch (error) {
      setOutcome({ ok: false, text: errorText(t, error) });
    }
  };
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        variant="default"
        loading={test.isPending}
        aria-label={t("channel.testNamed", { name: channel.name })}
        onClick={run}
      >
        {t("channel.test")}
      </Button>
      <div role="status">
        {outcome && (
          <Alert
            color={outcome.ok ? "teal" : "red"}
            variant="outline"
            title={t(outcome.ok ? "channel.testOkTitle" : "channel.testFailedTitle")}
          >
            {outcome.text}
          </Alert>
        )}
      </div>
    </Stack>
  );
}

function DeleteDialog({
  channel,
  opened,
  onClose,
}: {
  channel: ChannelPartsFragment;
  opened: boolean;
  onClose: () => void;
}) {
  const t = useT();
  const remove = useChange(DeleteChannelDocument);
  return (
    <ConfirmDialog
      title={t("channel.deleteAsk", { name: channel.name })}
      opened={opened}
      onClose={onClose}
      danger
      confirmLabel={t("channel.delete")}
      onConfirm={async () => {
        const { deleteChannel } = await remove.mutateAsync({ input: { id: channel.id } });
        if (deleteChannel.userErrors.length === 0) notifyDone(t("channel.deleted"));
        return deleteChannel.userErrors;
      }}
    >
      <Text size="sm">{t("channel.deleteHint")}</Text>
    </ConfirmDialog>
  );
}
