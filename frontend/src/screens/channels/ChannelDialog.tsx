import { Checkbox, Fieldset, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { useShell } from "@/api/viewer";
import { SaveChannelDocument } from "@/gen/documents/channels";
import type { ChannelKind, ChannelPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";
import { SecretInput } from "@/ui/SecretInput";
import {
  hasSecret,
  inputOf,
  isReadable,
  paces,
  sources,
  topics,
  type Values,
  valuesOf,
} from "./values";

interface Props {
  /** Null for a new one. */
  channel: ChannelPartsFragment | null;
  kinds: ChannelKind[];
  onClose: () => void;
  /** A webhook's signing secret, which is shown once. */
  onSecret: (secret: string) => void;
}

/** Where failures go, which ones, and when. */
export function ChannelDialog({ channel, kinds, onClose, onSecret }: Props) {
  const t = useT();
  const save = useChange(SaveChannelDocument);
  const form = useForm<Values>({ initialValues: valuesOf(channel, kinds[0] ?? "WEBHOOK") });
  const submit = useSubmit(form, async (values) => {
    const { saveChannel } = await save.mutateAsync({ input: inputOf(channel?.id, values) });
    if (saveChannel.channel) {
      notifyDone(t("channels.saved"));
      onClose();
      if (saveChannel.newSecret) onSecret(saveChannel.newSecret);
    }
    return saveChannel.userErrors;
  });
  return (
    <FormDialog
      title={t(channel ? "channels.edit" : "channels.new")}
      opened
      onClose={onClose}
      {...submit}
    >
      <Where form={form} channel={channel} kinds={kinds} />
      <Which form={form} />
      <When form={form} />
      <Switch
        label={t("channel.active")}
        description={t("channel.activeHint")}
        {...form.getInputProps("active", { type: "checkbox" })}
      />
    </FormDialog>
  );
}

interface PartProps {
  form: UseFormReturnType<Values>;
}

function Where({ form, channel, kinds }: PartProps & Pick<Props, "channel" | "kinds">) {
  const t = useT();
  const { kind } = form.values;
  const { user } = useShell().viewer;
  const known = channel ? { set: true, setAt: channel.sealedAt, hint: "", setBy: user } : undefined;
  return (
    <>
      <Choice
        label={t("channel.kind")}
        disabled={channel !== null}
        data-autofocus
        options={(channel ? [channel.kind] : kinds).map((value) => ({
          value,
          label: t(`channel.kind.${value}`),
        }))}
        {...form.getInputProps("kind")}
        onChange={(value) => form.setFieldValue("kind", value ?? kind)}
      />
      {isReadable(kind) ? (
        <TextInput
          label={t(`channel.address.${kind}`)}
          description={t(`channel.addressHint.${kind}`)}
          type={kind === "EMAIL" ? "email" : "text"}
          autoComplete={kind === "EMAIL" ? "email" : "off"}
          required
          {...form.getInputProps("address")}
        />
      ) : (
        <SecretInput
          key={`address ${kind}`}
          label={t(`channel.address.${kind}`)}
          description={t(`channel.addressHint.${kind}`)}
          credential={known}
          value={form.values.address}
          onChange={(value) => form.setFieldValue("address", value)}
          error={form.errors.address}
        />
      )}
      {hasSecret(kind) && (
        <SecretInput
          key={`secret ${kind}`}
          label={t(`channel.secret.${kind}`)}
          description={t(`channel.secretHint.${kind}`)}
          credential={known}
          value={form.values.secret}
          onChange={(value) => form.setFieldValue("secret", value)}
          error={form.errors.secret}
        />
      )}
      <TextInput
        label={t("common.name")}
        description={t("channel.nameHint")}
        placeholder={t(`channel.kind.${kind}`)}
        {...form.getInputProps("name")}
      />
    </>
  );
}

function Which({ form }: PartProps) {
  const t = useT();
  return (
    <Fieldset legend={t("channel.which")}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t("channel.whichHint")}
        </Text>
        <Checkbox.Group label={t("channel.sources")} {...form.getInputProps("sources")}>
          <Stack gap="xs" mt="xs">
            {sources.map((value) => (
              <Checkbox key={value} value={value} label={t(`channel.source.${value}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Checkbox.Group label={t("channel.topics")} {...form.getInputProps("topics")}>
          <Stack gap="xs" mt="xs">
            {topics.map((value) => (
              <Checkbox key={value} value={value} label={t(`channel.topic.${value}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
      </Stack>
    </Fieldset>
  );
}

const hours = Array.from({ length: 24 }, (_, hour) => String(hour));

function When({ form }: PartProps) {
  const t = useT();
  const { pace, quiet } = form.values;
  return (
    <Fieldset legend={t("channel.when")}>
      <Stack gap="md">
        <Choice
          label={t("channel.pace")}
          options={paces.map((value) => ({ value, label: t(`channel.pace.${value}`) }))}
          {...form.getInputProps("pace")}
          onChange={(value) => form.setFieldValue("pace", value ?? "NOW")}
        />
        {pace === "DAILY" && (
          <Choice
            label={t("channel.digestHour")}
            options={hours.map((value) => ({ value, label: `${value.padStart(2, "0")}:00` }))}
            {...form.getInputProps("digestHour")}
            onChange={(value) => form.setFieldValue("digestHour", value ?? "8")}
          />
        )}
        <Switch
          label={t("channel.quiet")}
          description={t("channel.quietHint")}
          {...form.getInputProps("quiet", { type: "checkbox" })}
        />
        {quiet && (
          <Group grow>
            <TextInput
              type="time"
              label={t("channel.quietFrom")}
              {...form.getInputProps("quietFrom")}
            />
            <TextInput
              type="time"
              label={t("channel.quietTo")}
              {...form.getInputProps("quietTo")}
            />
          </Group>
        )}
        {(quiet || pace !== "NOW") && (
          <Switch
            label={t("channel.urgent")}
            description={t("channel.urgentHint")}
            {...form.getInputProps("urgentAtOnce", { type: "checkbox" })}
          />
        )}
      </Stack>
    </Fieldset>
  );
}
