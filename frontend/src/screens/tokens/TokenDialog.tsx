import { Fieldset, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { CreateApiTokenDocument } from "@/gen/documents/tokens";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { areas, endOf, type Level, type Levels, type Life, lives, scopesOf } from "./scopes";

interface Values extends Record<string, unknown> {
  name: string;
  life: Life;
  levels: Levels;
  schema: boolean;
  scopes: string;
}

interface Props {
  onMade: (secret: string) => void;
  onClose: () => void;
}

/** Makes a token; its secret goes to onMade, once. */
export function TokenDialog({ onMade, onClose }: Props) {
  const t = useT();
  const create = useChange(CreateApiTokenDocument);
  const form = useForm<Values>({
    initialValues: { name: "", life: "365", levels: {}, schema: false, scopes: "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("form.required") : null),
      scopes: (_, { levels, schema }) =>
        scopesOf(levels, schema).length === 0 ? t("tokens.chooseScopes") : null,
    },
  });
  const submit = useSubmit(form, async ({ name, life, levels, schema }) => {
    const { createApiToken } = await create.mutateAsync({
      input: {
        name: name.trim(),
        scopes: scopesOf(levels, schema),
        expiresAt: endOf(life, Date.now()),
      },
    });
    if (createApiToken.secret !== null) onMade(createApiToken.secret);
    return createApiToken.userErrors;
  });
  return (
    <FormDialog
      title={t("tokens.new")}
      opened
      onClose={onClose}
      submitLabel={t("tokens.create")}
      {...submit}
    >
      <TextInput
        label={t("tokens.name")}
        description={t("tokens.nameHint")}
        required
        data-autofocus
        {...form.getInputProps("name")}
      />
      <Choice
        label={t("tokens.life")}
        options={lives.map((value) => ({ value, label: t(`tokens.life.${value}`) }))}
        {...form.getInputProps("life")}
      />
      <Fieldset legend={t("tokens.scopes")}>
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {t("tokens.scopesHint")}
          </Text>
          {areas.map((area) => (
            <Choice<Level>
              key={area}
              label={t(`area.${area}`)}
              anyLabel={t("tokens.level.NONE")}
              options={(["READ", "WRITE"] as const).map((value) => ({
                value,
                label: t(`tokens.level.${value}`),
              }))}
              value={form.values.levels[area]}
              onChange={(level) => {
                form.clearFieldError("scopes");
                form.setFieldValue("levels", { ...form.values.levels, [area]: level });
              }}
            />
          ))}
          <Switch
            label={t("area.SCHEMA")}
            description={t("area.SCHEMA.hint")}
            {...form.getInputProps("schema", { type: "checkbox" })}
          />
          {form.errors.scopes && (
            <Text size="sm" c="red.9" role="alert">
              {form.errors.scopes}
            </Text>
          )}
        </Stack>
      </Fieldset>
    </FormDialog>
  );
}
