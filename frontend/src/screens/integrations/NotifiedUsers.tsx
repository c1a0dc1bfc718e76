import { Checkbox, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { NotifiableUsersDocument } from "@/gen/documents/integrations";
import { useT } from "@/i18n";

interface Props {
  /** Those who were chosen when the page was opened. */
  chosen: { id: string; name: string }[];
  value: string[];
  onChange: (ids: string[]) => void;
  error?: ReactNode;
}

/** Usuários: who hears of the failures of an integration. */
export function NotifiedUsers({ chosen, value, onChange, error }: Props) {
  const t = useT();
  const isOwner = useMay()("OWNER");
  const query = useLoad(NotifiableUsersDocument, {}, { enabled: isOwner });
  if (!isOwner) {
    return (
      <Stack gap={2}>
        <Text size="sm" fw={500}>
          {t("integration.users")}
        </Text>
        <Text size="sm">
          {chosen.map(({ name }) => name).join(", ") || t("integration.nobody")}
        </Text>
      </Stack>
    );
  }
  const users = (query.data?.users.nodes ?? []).filter(
    (user) => user.active || value.includes(user.id),
  );
  return (
    <Checkbox.Group
      label={t("integration.users")}
      description={t("integration.usersHint")}
      value={value}
      onChange={onChange}
      error={error}
    >
      <Group gap="md" mt="xs">
        {users.map((user) => (
          <Checkbox key={user.id} value={user.id} label={user.name} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}
