import { Button, Card, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useChange, useLoad } from "@/api/hooks";
import { pageSize } from "@/api/search";
import {
  ReplayWebhookDocument,
  ResendWebhookDocument,
  WebhookDeliveriesDocument,
} from "@/gen/documents/webhooks";
import type { WebhookDeliveryPartsFragment, WebhookPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { errorText, Loaded } from "@/ui/Feedback";
import { DayInput } from "@/ui/inputs";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { Pager } from "@/ui/Pager";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { Attempts } from "../operations/OperationList";
import { deliveryStates, type WebhookSearch } from "./search";

interface Props {
  webhook: WebhookPartsFragment;
  search: WebhookSearch;
  onSearch: (search: WebhookSearch) => void;
  onBack: () => void;
}

/** What was sent to an app, newest first, each with its requests and answers. */
export function DeliveryLog({ webhook, search, onSearch, onBack }: Props) {
  const t = useT();
  const query = useLoad(
    WebhookDeliveriesDocument,
    {
      id: webhook.id,
      first: pageSize,
      after: search.after ?? null,
      state: search.state ?? null,
    },
    { keepPrevious: true, every: () => 5_000 },
  );
  return (
    <Section title={t("webhook.deliveries")} actions={<Replay webhook={webhook} />}>
      <Group>
        <Choice
          label={t("webhook.show")}
          anyLabel={t("webhook.showAll")}
          options={deliveryStates.map((value) => ({ value, label: t(`message.state.${value}`) }))}
          value={search.state}
          onChange={(state) => onSearch({ state })}
        />
      </Group>
      <Loaded query={query}>
        {({ webhookEndpoint }) => {
          if (!webhookEndpoint || webhookEndpoint.deliveries.nodes.length === 0) {
            return <Text c="dimmed">{t("webhook.nothingSent")}</Text>;
          }
          const { nodes, pageInfo } = webhookEndpoint.deliveries;
          return (
            <>
              <Stack gap="sm">
                {nodes.map((delivery) => (
                  <Delivery key={delivery.id} delivery={delivery} off={!webhook.active} />
                ))}
              </Stack>
              <Pager
                page={{ ...pageInfo, hasPreviousPage: search.after !== undefined }}
                onPage={({ after }) =>
                  after === undefined ? onBack() : onSearch({ ...search, after })
                }
              />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Delivery({ delivery, off }: { delivery: WebhookDeliveryPartsFragment; off: boolean }) {
  const t = useT();
  return (
    <Card
      withBorder
      padding="sm"
      component="article"
      aria-label={`${delivery.type} ${delivery.id}`}
    >
      <Group justify="space-between" align="flex-start">
        <Text size="sm" component="div" style={{ overflowWrap: "anywhere", flex: 1 }}>
          <Status of="message" value={delivery.state} /> <strong>{delivery.type}</strong> ·{" "}
          <Moment value={delivery.createdAt} /> · {delivery.subjectId}
          {delivery.nextTryAt && delivery.state === "WAITING" && (
            <>
              {" "}
              · {t("operation.nextTry")} <Moment value={delivery.nextTryAt} />
            </>
          )}
        </Text>
        <Resend delivery={delivery} off={off} />
      </Group>
      {delivery.state !== "SENT" && delivery.outcome && <Text size="sm">{delivery.outcome}</Text>}
      {delivery.tries === 0 && (
        <details>
          <summary>{t("webhook.body")}</summary>
          <Code
            block
            className="exchange"
            tabIndex={0}
            role="region"
            aria-label={t("webhook.body")}
          >
            {delivery.body}
          </Code>
        </details>
      )}
      <Attempts operation={delivery} />
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        webhook-id: {delivery.id}
      </Text>
    </Card>
  );
}

function Resend({ delivery, off }: { delivery: WebhookDeliveryPartsFragment; off: boolean }) {
  const t = useT();
  const resend = useChange(ResendWebhookDocument);
  if (delivery.state === "SENDING" || (off && delivery.type !== "endpoint.test")) return null;
  const run = async () => {
    try {
      const { resendWebhookDelivery } = await resend.mutateAsync({ input: { id: delivery.id } });
      const [refusal] = resendWebhookDelivery.userErrors;
      if (refusal) notifyFailure("webhook", t("form.refused"), refusal.message);
      else notifyDone(t("webhook.resent"));
    } catch (error) {
      notifyFailure("webhook", t("error.title"), errorText(t, error));
    }
  };
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={resend.isPending}
      aria-label={t("webhook.resendNamed", { name: delivery.type, id: delivery.id })}
      onClick={run}
    >
      {t("webhook.resend")}
    </Button>
  );
}

/** Sends everything since a day once more. */
function Replay({ webhook }: { webhook: WebhookPartsFragment }) {
  const t = useT();
  const [opened, setOpened] = useState(false);
  const [day, setDay] = useState("");
  const replay = useChange(ReplayWebhookDocument);
  if (!webhook.active) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t("webhook.replay")}
      </Button>
      <ConfirmDialog
        title={t("webhook.replay")}
        opened={opened}
        onClose={() => setOpened(false)}
        confirmLabel={t("webhook.replaySend")}
        onConfirm={async () => {
          if (day === "") return [{ field: ["since"], message: t("webhook.replayDay") }];
          const { replayWebhookEvents } = await replay.mutateAsync({
            input: { id: webhook.id, since: `${day}T00:00:00-03:00` },
          });
          if (replayWebhookEvents.userErrors.length === 0) {
            notifyDone(t("webhook.replayed", { count: replayWebhookEvents.count }));
          }
          return replayWebhookEvents.userErrors;
        }}
      >
        <Text size="sm">{t("webhook.replayHint")}</Text>
        <DayInput
          label={t("webhook.since")}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
      </ConfirmDialog>
    </>
  );
}
