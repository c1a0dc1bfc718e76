import { PasswordInput, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { CreateUserDocument, UpdateUserDocument } from "@/gen/documents/users";
import type { Role, UserPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { FormDialog } from "@/ui/FormDialog";
import { type Refusal, useSubmit } from "@/ui/form";
import { notifyDone } from "@/ui/notify";

const roles = ["READER", "OPERATOR", "FINANCE", "OWNER"] as const satisfies readonly Role[];
const shortestPassword = 10;

interface Props {
  user: UserPartsFragment | null;
  /** The address at which an invited person chooses a password. */
  onLink: (link: string) => void;
  onClose: () => void;
}

interface Values extends Record<string, unknown> {
  name: string;
  email: string;
  role: Role;
  locale: string;
  password: string;
  active: boolean;
}

export function UserDialog({ user, onLink, onClose }: Props) {
  const t = useT();
  const send = useSave(user, onLink);
  const form = useForm<Values>({
    initialValues: {
      name: user?.name ?? "",
      email: user?.email ?? "",
      role: user?.role ?? "OPERATOR",
      locale: user?.locale ?? "pt-BR",
      password: "",
      active: user?.active ?? true,
    },
    validate: {
      name: (value) => (value.trim() === "" ? t("form.required") : null),
      email: (value) => (value.includes("@") ? null : t("form.email")),
      password: (value) => {
        if (value === "") return null;
        return value.length < shortestPassword ? t("form.password") : null;
      },
    },
  });
  const submit = useSubmit(form, async (values) => {
    const refusals = await send(values);
    if (refusals.length === 0) {
      notifyDone(t("users.saved"));
      onClose();
    }
    return refusals;
  });
  return (
    <FormDialog title={t(user ? "users.edit" : "users.new")} opened onClose={onClose} {...submit}>
      <TextInput label={t("user.name")} required data-autofocus {...form.getInputProps("name")} />
      <TextInput
        label={t("user.email")}
        type="email"
        required
        disabled={user !== null}
        {...form.getInputProps("email")}
      />
      <Choice
        label={t("user.role")}
        description={t(`role.${form.values.role}.hint`)}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        {...form.getInputProps("role")}
      />
      <Choice
        label={t("user.locale")}
        options={[
          { value: "pt-BR", label: "Português (Brasil)" },
          { value: "en", label: "English" },
        ]}
        {...form.getInputProps("locale")}
      />
      <PasswordInput
        label={t(user ? "user.newPassword" : "user.firstPassword")}
        description={t(user ? "user.newPasswordHint" : "user.inviteHint")}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("secret.show") }}
        {...form.getInputProps("password")}
      />
      {user && (
        <Switch
          label={t("user.active")}
          description={t("user.activeHint")}
          {...form.getInputProps("active", { type: "checkbox" })}
        />
      )}
    </FormDialog>
  );
}

function useSave(user: UserPartsFragment | null, onLink: (link: string) => void) {
  const create = useChange(CreateUserDocument);
  const update = useChange(UpdateUserDocument);
  return async (values: Values): Promise<readonly Refusal[]> => {
    const { name, email, role, locale, password, active } = values;
    if (user === null) {
      const { createUser } = await create.mutateAsync({
        input: { name: name.trim(), email: email.trim(), role, locale, password: password || null },
      });
      if (createUser.passwordLink !== null) onLink(createUser.passwordLink);
      return createUser.userErrors;
    }
    const { updateUser } = await update.mutateAsync({
      input: {
        id: user.id,
        name: name.trim(),
        role,
        locale,
        active,
        password: password || null,
      },
    });
    return updateUser.userErrors;
  };
}
