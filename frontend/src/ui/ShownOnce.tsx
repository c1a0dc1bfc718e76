import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useT } from "@/i18n";
import { CopyButton } from "./CopyButton";
import { Dialog } from "./FormDialog";

interface Props {
  title: string;
  /** What to do with it. */
  hint: string;
  text: string;
  copyLabel: string;
  onClose: () => void;
}

/** A secret that is shown this once. */
export function ShownOnce({ title, hint, text, copyLabel, onClose }: Props) {
  const t = useT();
  return (
    <Dialog title={title} opened onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">{hint}</Text>
        <Code block className="breaks">
          {text}
        </Code>
        <Group justify="space-between">
          <CopyButton text={text} label={copyLabel} />
          <Button onClick={onClose}>{t("shownOnce.kept")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
