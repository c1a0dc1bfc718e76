import { Button } from "@mantine/core";
import { useState } from "react";
import type { ChargeAction, ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { AddNoteDialog, ChangeAmountDialog } from "./ChangeForms";
import { CancelChargeDialog, RetryChargeDialog, SettleChargeDialog } from "./ChargeConfirms";
import { ChangeDueDateDialog, ResendChargeDialog } from "./ChargeForms";
import { RefundDialog } from "./RefundDialog";
import { ReplaceChargeDialog } from "./ReplaceChargeDialog";
import { RetryCardDialog } from "./RetryCardDialog";

export interface ChargeDialogProps {
  charge: ChargeDetailFragment;
  opened: boolean;
  onClose: () => void;
}

const dialogs = {
  RETRY: RetryChargeDialog,
  RETRY_CARD: RetryCardDialog,
  REPLACE: ReplaceChargeDialog,
  CHANGE_DUE_DATE: ChangeDueDateDialog,
  CHANGE_AMOUNT: ChangeAmountDialog,
  RESEND: ResendChargeDialog,
  ADD_NOTE: AddNoteDialog,
  REFUND: RefundDialog,
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
