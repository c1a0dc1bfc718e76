import { Button, Group, Modal, Stack } from "@mantine/core";
import type { FormEventHandler, ReactNode } from "react";
import { useT } from "@/i18n";
import { Problems } from "./Feedback";

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  onSubmit: FormEventHandler<HTMLFormElement>;
  busy: boolean;
  problems: string[];
  submitLabel?: string;
  size?: string;
  children: ReactNode;
}

/** The one form dialog of the panel. */
export function FormDialog(props: Props) {
  const t = useT();
  return (
    <Dialog title={props.title} opened={props.opened} onClose={props.onClose} size={props.size}>
      <form onSubmit={props.onSubmit} noValidate>
        <Stack gap="md">
          {props.children}
          <Problems messages={props.problems} />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={props.busy}>
              {props.submitLabel ?? t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface DialogProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: string;
  children: ReactNode;
}

/** A dialog that traps the focus, closes with Escape and gives the focus back. */
export function Dialog({ title, opened, onClose, size = "md", children }: DialogProps) {
  const t = useT();
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} centered>
      <Modal.Overlay backgroundOpacity={0.5} />
      <Modal.Content>
        {/* As a header element it would be a second banner. */}
        <Modal.Header component="div">
          <Modal.Title fw={650}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("common.close")} />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
