import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useT } from "@/i18n";
import { CheckIcon, CopyIcon } from "./icons";

/** Copies a text; the label says what it copies, and then that it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useT();
  const clipboard = useClipboard({ timeout: 2500 });
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={clipboard.copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      onClick={() => clipboard.copy(text)}
    >
      <span aria-live="polite">{clipboard.copied ? t("common.copied") : label}</span>
    </Button>
  );
}
