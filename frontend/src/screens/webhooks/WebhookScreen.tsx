import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useChange, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import {
  TestWebhookDocument,
  UpdateWebhookDocument,
  WebhookDocument,
} from "@/gen/documents/webhooks";
import type { WebhookPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { errorText, Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";
import { NotFound } from "../shell/NotFound";
import { DeliveryLog } from "./DeliveryLog";
import type { WebhookSearch } from "./search";
import { WebhookActions } from "./WebhookActions";

interface Props {
  webhookId: string;
  search: WebhookSearch;
  onSearch: (search: WebhookSearch) => void;
  onBack: () => void;
  onGone: () => void;
}

/** One webhook: whether it works, what was sent, and how to send it once more. */
export function WebhookScreen({ webhookId, ...props }: Props) {
  const query = useLoad(WebhookDocument, { id: webhookId }, { every: () => 15_000 });
  return (
    <Loaded query={query}>
      {({ webhookEndpoint }) =>
        webhookEndpoint ? <Detail webhook={webhookEndpoint} {...props} /> : <NotFound />
      }
    </Loaded>
  );
}

interface DetailProps extends Omit<Props, "webhookId"> {
  webhook: WebhookPartsFragment;
}

function Detail({ webhook, onGone, ...log }: DetailProps) {
  const t = useT();
  const may = useMay();
  return (
    <Page
      title={webhook.name}
      mark={<Status of="active" value={webhook.active} />}
      back={
        <AppLink to="/webhooks" size="sm">
          {t("webhooks.title")}
        </AppLink>
      }
      actions={may("OWNER") && <WebhookActions webhook={webhook} onGone={onGone} />}
    >
      <Trouble webhook={webhook} />
      <Section title={t("webhook.settings")}>
        <Facts
          facts={[
            [
              t("webhook.url"),
              <span className="breaks" key="url">
                {webhook.url}
              </span>,
            ],
            [
              t("webhook.types"),
              webhook.types.length === 0 ? t("webhook.allTypes") : webhook.types.join(", "),
            ],
            [t("webhook.secretAt"), <Moment key="secret" value={webhook.secretAt} />],
            webhook.previousUntil !== null &&
              Date.parse(webhook.previousUntil) > Date.now() && [
                t("webhook.previousUntil"),
                <Moment key="previous" value={webhook.previousUntil} />,
              ],
          ]}
        />
        <Test webhook={webhook} />
      </Section>
      <DeliveryLog webhook={webhook} {...log} />
    </Page>
  );
}

/** Why it was switched off, or that it takes nothing. */
function Trouble({ webhook }: { webhook: WebhookPartsFragment }) {
  const t = useT();
  if (!webhook.active) {
    return (
      <Alert
        color="red"
        variant="outline"
        title={t(webhook.disabledReason ? "webhook.disabled" : "webhook.off")}
      >
        <Stack gap="sm" align="flex-start">
          <Text size="sm">
            {webhook.disabledReason
              ? t(`webhook.disabled.${webhook.disabledReason}`)
              : t("webhook.offHint")}{" "}
            {webhook.disabledAt && <Moment value={webhook.disabledAt} />}
          </Text>
          <SwitchOn webhook={webhook} />
        </Stack>
      </Alert>
    );
  }
  if (webhook.failingSince === null) return null;
  return (
    <Alert color="red" variant="outline" title={t("webhook.failing")}>
      {t("webhook.failingSince")} <Moment value={webhook.failingSince} />.{" "}
      {t("webhook.failingHint")}
    </Alert>
  );
}

function SwitchOn({ webhook }: { webhook: WebhookPartsFragment }) {
  const t = useT();
  const may = useMay();
  const update = useChange(UpdateWebhookDocument);
  if (!may("OWNER")) return null;
  const turn = async () => {
    try {
      const { updateWebhookEndpoint } = await update.mutateAsync({
        input: { id: webhook.id, active: true },
      });
      const [refusal] = updateWebhookEndpoint.userErrors;
      if (refusal) notifyFailure("webhook", t("form.refused"), refusal.message);
      else notifyDone(t("webhook.switchedOn"));
    } catch (error) {
      notifyFailure("webhook", t("error.title"), errorText(t, error));
    }
  };
  return (
    <Button loading={update.isPending} onClick={turn}>
      {t("webhook.switchOn")}
    </Button>
  );
}

function Test({ webhook }: { webhook: WebhookPartsFragment }) {
  const t = useT();
  const test = useChange(TestWebhookDocument);
  const [outcome, setOutcome] = useState<{ ok: boolean; text: string } | null>(null);
  const run = async () => {
    setOutcome(null);
    try {
      const { testWebhookEndpoint } = await test.mutateAsync({ input: { id: webhook.id } });
      setOutcome({
        ok: testWebhookEndpoint.ok,
        text: testWebhookEndpoint.ok
          ? t("webhook.testOk", { count: testWebhookEndpoint.durationMilliseconds })
          : testWebhookEndpoint.userErrors.map(({ message }) => message).join(" "),
      });
    } catch (error) {
      setOutcome({ ok: false, text: errorText(t, error) });
    }
  };
  return (
    <Stack gap="sm" align="flex-start">
      <Group>
        <Button variant="default" loading={test.isPending} onClick={run}>
          {t("channel.test")}
        </Button>
      </Group>
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
