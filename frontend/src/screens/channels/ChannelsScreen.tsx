import { Button, Card, Code, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { ChannelsDocument } from "@/gen/documents/channels";
import type { ChannelPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { CopyButton } from "@/ui/CopyButton";
import { Empty, Loaded } from "@/ui/Feedback";
import { Dialog } from "@/ui/FormDialog";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { ChannelCard } from "./ChannelCard";
import { ChannelDialog } from "./ChannelDialog";

/** Where and when the viewer is told of failures. */
export function ChannelsScreen() {
  const t = useT();
  const [edited, setEdited] = useState<ChannelPartsFragment | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const query = useLoad(ChannelsDocument, {}, { every: () => 15_000 });
  const add = <Button onClick={() => setEdited("new")}>{t("channels.new")}</Button>;
  return (
    <Page title={t("channels.title")} hint={t("channels.hint")} actions={add}>
      <Panel />
      <Loaded query={query}>
        {({ channels, channelKinds }) => (
          <>
            {channels.length === 0 ? (
              <Empty title={t("channels.empty")} hint={t("channels.emptyHint")} />
            ) : (
              <Stack gap="md">
                {channels.map((channel) => (
                  <ChannelCard
                    key={channel.id}
                    channel={channel}
                    onEdit={() => setEdited(channel)}
                  />
                ))}
              </Stack>
            )}
            {!channelKinds.includes("EMAIL") && (
              <Text size="sm" c="dimmed">
                {t("channels.noMail")}
              </Text>
            )}
            {edited && (
              <ChannelDialog
                channel={edited === "new" ? null : edited}
                kinds={channelKinds}
                onClose={() => setEdited(null)}
                onSecret={setSecret}
              />
            )}
          </>
        )}
      </Loaded>
      {secret && <NewSecret secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}

/** The panel itself, which always tells. */
function Panel() {
  const t = useT();
  return (
    <Card withBorder>
      <Title order={2} size="h5">
        {t("channels.panel")}
      </Title>
      <Text size="sm">
        {t("channels.panelHint")}{" "}
        <AppLink to="/failures" underline="always">
          {t("failures.title")}
        </AppLink>
      </Text>
    </Card>
  );
}

/** The signing secret of a new webhook: it is not shown again. */
function NewSecret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog title={t("channel.newSecret")} opened onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">{t("channel.newSecretHint")}</Text>
        <Code
          block
          className="exchange"
          tabIndex={0}
          role="region"
          aria-label={t("channel.newSecret")}
        >
          {secret}
        </Code>
        <Group justify="space-between">
          <CopyButton text={secret} label={t("channel.copySecret")} />
          <Button onClick={onClose}>{t("channel.secretKept")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
