import { Button } from "@mantine/core";
import { useState } from "react";
import type { ChargeAction, ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { CancelChargeDialog, RetryChargeDialog, SettleChargeDialog } from "./ChargeConfirms";
import { ChangeDueDateDialog, ReplaceChargeDialog, ResendChargeDialog } from "./ChargeForms";

export interface ChargeDialogProps {
  charge: ChargeDetailFragment;
  opened: boolean;
  onClose: () => void;
}

const dialogs = {
  RETRY: RetryChargeDialog,
  REPLACE: ReplaceChargeDialog,
  CHANGE_DUE_DATE: ChangeDueDateDialog,
  RESEND: ResendChargeDialog,
  SETTLE: SettleChargeDialog,
  CANCEL: CancelChargeDialog,
} satisfies Record<ChargeAction, (props: ChargeDialogProps) => React.ReactNode>;

/** A button for each thing that this viewer may do now, and its dialog. */
export function ChargeActions({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  const [opened, setOpened] = useState<ChargeAction | null>(null);
  const order = Object.keys(dialogs) as ChargeAction[];
  return (
    <>
      {order
        .filter((action) => charge.actions.includes(action))
        .map((action) => (
          <Button
            key={action}
            variant={action === "CANCEL" ? "outline" : "default"}
            color={action === "CANCEL" ? "red" : undefined}
            onClick={() => setOpened(action)}
          >
            {t(`charge.action.${action}`)}
          </Button>
        ))}
      {order.map((action) => {
        const ActionDialog = dialogs[action];
        return (
          <ActionDialog
            key={action}
            charge={charge}
            opened={opened === action}
            onClose={() => setOpened(null)}
          />
        );
      })}
    </>
  );
}
