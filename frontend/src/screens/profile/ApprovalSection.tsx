import { Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { RequireApprovalsDocument } from "@/gen/documents/profile";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Section } from "@/ui/Section";

/** Whether some things need two people: for owners, who decide it. */
export function ApprovalSection({ required }: { required: boolean }) {
  return useMay()("OWNER") ? <Demand required={required} /> : null;
}

function Demand({ required }: { required: boolean }) {
  const t = useT();
  const change = useChange(RequireApprovalsDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const [asked, setAsked] = useState(false);
  const demand = async (next: boolean) => {
    try {
      const { requireApprovals } = await change.mutateAsync({ input: { required: next } });
      setProblems(requireApprovals.userErrors.map(({ message }) => message));
      setAsked(requireApprovals.approval !== null);
      if (requireApprovals.rules?.requireApproval === next) notifyDone(t("totp.ruleSaved"));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <Section title={t("twoPeople.title")}>
      <Text size="sm">{t("twoPeople.hint")}</Text>
      <Switch
        label={t("twoPeople.require")}
        description={t("twoPeople.requireHint")}
        checked={required}
        disabled={change.isPending}
        onChange={(event) => void demand(event.currentTarget.checked)}
      />
      <Problems messages={problems} />
      <div role="status">
        {asked && required && (
          <Text size="sm">
            {t("approval.askedOwner")}{" "}
            <AppLink to="/approvals" underline="always">
              {t("approvals.see")}
            </AppLink>
          </Text>
        )}
      </div>
    </Section>
  );
}
