import { Button } from "@mantine/core";
import { useState } from "react";
import type { CarnetAction, CarnetDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import {
  CancelCarnetDialog,
  CarnetNoteDialog,
  ResendCarnetDialog,
  RetryCarnetDialog,
  SettleCarnetDialog,
} from "./CarnetDialogs";

export interface CarnetDialogProps {
  carnet: CarnetDetailFragment;
  opened: boolean;
  onClose: () => void;
}

const dialogs = {
  RETRY: RetryCarnetDialog,
  RESEND: ResendCarnetDialog,
  ADD_NOTE: CarnetNoteDialog,
  SETTLE: SettleCarnetDialog,
  CANCEL: CancelCarnetDialog,
} satisfies Record<CarnetAction, (props: CarnetDialogProps) => React.ReactNode>;

/** A button for each thing that this viewer may do with the whole carnê, and its dialog. */
export function CarnetActions({ carnet }: { carnet: CarnetDetailFragment }) {
  const t = useT();
  const [opened, setOpened] = useState<CarnetAction | null>(null);
  const order = Object.keys(dialogs) as CarnetAction[];
  return (
    <>
      {order
        .filter((action) => carnet.actions.includes(action))
        .map((action) => (
          <Button
            key={action}
            variant={action === "CANCEL" ? "outline" : "default"}
            color={action === "CANCEL" ? "red" : undefined}
            onClick={() => setOpened(action)}
          >
            {t(`carnet.action.${action}`)}
          </Button>
        ))}
      {order.map((action) => {
        const ActionDialog = dialogs[action];
        return (
          <ActionDialog
            key={action}
            carnet={carnet}
            opened={opened === action}
            onClose={() => setOpened(null)}
          />
        );
      })}
    </>
  );
}
