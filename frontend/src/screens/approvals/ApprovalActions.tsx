import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useShell } from "@/api/viewer";
import { ApproveDocument, DenyDocument } from "@/gen/documents/approvals";
import type { ApprovalPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { notifyDone } from "@/ui/notify";
import { DenyDialog } from "./DenyDialog";
import { useWords } from "./words";

interface Props {
  approval: ApprovalPartsFragment;
  /** What is asked, in words. */
  what: string;
}

/** Approves a request, denies it, or takes one's own back. */
export function ApprovalActions({ approval, what }: Props) {
  const t = useT();
  const { user } = useShell().viewer;
  const [asking, setAsking] = useState<"approve" | "deny" | "withdraw" | null>(null);
  if (!approval.mayApprove && !approval.mayDeny) return null;
  const named = (action: string) => t("failure.actionAbout", { action, about: what });
  const close = () => setAsking(null);
  const own = approval.askedBy.id === user.id;
  return (
    <Group gap="sm">
      {approval.mayApprove && (
        <Button
          size="xs"
          onClick={() => setAsking("approve")}
          aria-label={named(t("approval.approve"))}
        >
          {t("approval.approve")}
        </Button>
      )}
      {approval.mayDeny && !own && (
        <Button
          size="xs"
          variant="default"
          onClick={() => setAsking("deny")}
          aria-label={named(t("approval.deny"))}
        >
          {t("approval.deny")}
        </Button>
      )}
      {approval.mayDeny && own && (
        <Button
          size="xs"
          variant="default"
          onClick={() => setAsking("withdraw")}
          aria-label={named(t("approval.withdraw"))}
        >
          {t("approval.withdraw")}
        </Button>
      )}
      <ApproveDialog approval={approval} opened={asking === "approve"} onClose={close} />
      <WithdrawDialog approval={approval} opened={asking === "withdraw"} onClose={close} />
      {asking === "deny" && <DenyDialog approval={approval} onClose={close} />}
    </Group>
  );
}

interface DialogProps {
  approval: ApprovalPartsFragment;
  opened: boolean;
  onClose: () => void;
}

/** Says what will happen, and that it can't be undone. */
function ApproveDialog({ approval, opened, onClose }: DialogProps) {
  const t = useT();
  const approve = useChange(ApproveDocument);
  const { what, follows } = useWords(approval);
  const confirm = async () => {
    const { approve: answer } = await approve.mutateAsync({ input: { id: approval.id } });
    if (answer.userErrors.length === 0) notifyDone(t(`approval.done.${approval.kind}`));
    return answer.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("approval.approveTitle")}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("approval.approve")}
      danger
    >
      <Text fw={600}>{what}</Text>
      {approval.note && <Text size="sm">{t("approval.note", { note: approval.note })}</Text>}
      <Text>{follows}</Text>
    </ConfirmDialog>
  );
}

function WithdrawDialog({ approval, opened, onClose }: DialogProps) {
  const t = useT();
  const deny = useChange(DenyDocument);
  const { what } = useWords(approval);
  const confirm = async () => {
    const { deny: answer } = await deny.mutateAsync({ input: { id: approval.id } });
    if (answer.userErrors.length === 0) notifyDone(t("approval.withdrawn"));
    return answer.userErrors;
  };
  return (
    <ConfirmDialog
      title={t("approval.withdrawTitle")}
      opened={opened}
      onClose={onClose}
      onConfirm={confirm}
      confirmLabel={t("approval.withdraw")}
    >
      <Text fw={600}>{what}</Text>
      <Text>{t("approval.withdrawHint")}</Text>
    </ConfirmDialog>
  );
}
