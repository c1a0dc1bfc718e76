import { Kbd, Stack, Switch, Table, Text } from "@mantine/core";
import { type MessageId, useT } from "@/i18n";
import { Dialog } from "@/ui/FormDialog";
import { setPreference, usePreference } from "@/ui/preferences";

const keys: { keys: string[]; text: MessageId }[] = [
  { keys: ["j", "k"], text: "shortcuts.move" },
  { keys: ["Enter"], text: "shortcuts.open" },
  { keys: ["x"], text: "shortcuts.select" },
  { keys: ["r"], text: "shortcuts.retry" },
  { keys: ["e"], text: "shortcuts.acknowledge" },
  { keys: ["i"], text: "shortcuts.ignore" },
  { keys: ["u"], text: "shortcuts.read" },
  { keys: ["?"], text: "shortcuts.help" },
];

/** The keys of the failure feed, and the switch that turns them off. */
export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useT();
  const on = usePreference("shortcuts");
  return (
    <Dialog title={t("shortcuts.title")} opened={opened} onClose={onClose}>
      <Stack gap="md">
        <Table>
          <Table.Tbody>
            {keys.map(({ keys: names, text }) => (
              <Table.Tr key={text}>
                <Table.Th scope="row" w="6rem">
                  {names.map((name) => (
                    <Kbd key={name} mr={4}>
                      {name}
                    </Kbd>
                  ))}
                </Table.Th>
                <Table.Td>{t(text)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed">
          {t("shortcuts.hint")}
        </Text>
        <Switch
          label={t("shortcuts.on")}
          checked={on}
          onChange={(change) => setPreference("shortcuts", change.currentTarget.checked)}
        />
      </Stack>
    </Dialog>
  );
}
