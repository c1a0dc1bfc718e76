import { Button, Group, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useT } from "@/i18n";
import { errorText, Problems } from "./Feedback";
import { Dialog } from "./FormDialog";
import type { Refusal } from "./form";

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** What is done; the refusals keep the dialog open. */
  onConfirm: () => Promise<readonly Refusal[]>;
  confirmLabel: string;
  danger?: boolean;
  children: ReactNode;
}

/** The one dialog that asks before something is done. */
export function ConfirmDialog(props: Props) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<string[]>([]);
  const close = () => {
    setProblems([]);
    props.onClose();
  };
  const confirm = async () => {
    setBusy(true);
    try {
      const refusals = await props.onConfirm();
      if (refusals.length === 0) close();
      else setProblems(refusals.map((refusal) => refusal.message));
    } catch (error) {
      setProblems([errorText(t, error)]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={props.title} opened={props.opened} onClose={close}>
      <Stack gap="md">
        {props.children}
        <Problems messages={problems} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("common.back")}
          </Button>
          <Button color={props.danger ? "red.9" : undefined} loading={busy} onClick={confirm}>
            {props.confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
