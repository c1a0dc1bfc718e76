import { Checkbox, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange, useLoad } from "@/api/hooks";
import {
  CreateWebhookDocument,
  UpdateWebhookDocument,
  WebhookTypesDocument,
} from "@/gen/documents/webhooks";
import type { WebhookPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";

interface Values extends Record<string, unknown> {
  name: string;
  url: string;
  types: string[];
  active: boolean;
}

interface Props {
  /** Null for a new one. */
  webhook: WebhookPartsFragment | null;
  onClose: () => void;
  /** The secret is null when none was made. */
  onSaved: (id: string, secret: string | null) => void;
}

/** Where an app is told, and of what. */
export function WebhookDialog({ webhook, onClose, onSaved }: Props) {
  const t = useT();
  const create = useChange(CreateWebhookDocument);
  const update = useChange(UpdateWebhookDocument);
  const form = useForm<Values>({
    initialValues: {
      name: webhook?.name ?? "",
      url: webhook?.url ?? "",
      types: webhook?.types ?? [],
      active: webhook?.active ?? true,
    },
  });
  const submit = useSubmit(form, async (values) => {
    const { endpoint, secret, userErrors } = webhook
      ? {
          secret: null,
          ...(await update.mutateAsync({ input: { id: webhook.id, ...values } }))
            .updateWebhookEndpoint,
        }
      : (await create.mutateAsync({ input: values })).createWebhookEndpoint;
    if (endpoint) {
      notifyDone(t("webhooks.saved"));
      onSaved(endpoint.id, secret);
    }
    return userErrors;
  });
  return (
    <FormDialog
      title={t(webhook ? "webhooks.edit" : "webhooks.new")}
      opened
      onClose={onClose}
      {...submit}
    >
      <TextInput
        label={t("common.name")}
        description={t("webhook.nameHint")}
        required
        data-autofocus
        {...form.getInputProps("name")}
      />
      <TextInput
        label={t("webhook.url")}
        description={t("webhook.urlHint")}
        placeholder="https://"
        type="url"
        autoComplete="off"
        required
        {...form.getInputProps("url")}
      />
      <Types value={form.values.types} onChange={(types) => form.setFieldValue("types", types)} />
      <Switch
        label={t("channel.active")}
        description={t("webhook.activeHint")}
        {...form.getInputProps("active", { type: "checkbox" })}
      />
    </FormDialog>
  );
}

function Types(props: { value: string[]; onChange: (types: string[]) => void }) {
  const t = useT();
  const query = useLoad(WebhookTypesDocument, {});
  return (
    <Checkbox.Group
      label={t("webhook.types")}
      description={t("webhook.typesHint")}
      value={props.value}
      onChange={props.onChange}
    >
      <Stack gap="xs" mt="xs">
        {query.data?.webhookEventTypes.map(({ name, description }) => (
          <Checkbox key={name} value={name} label={name} description={description} />
        ))}
        {query.error !== null && <Text size="sm">{t("webhook.typesFailed")}</Text>}
      </Stack>
    </Checkbox.Group>
  );
}
