import { Stack, Switch } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay, useShell } from "@/api/viewer";
import { ActivateIntegrationDocument } from "@/gen/documents/integrations";
import type { IntegrationKind, ProblemPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { notifyDone } from "@/ui/notify";
import { notifyAsked } from "../approvals/notifyAsked";
import { ProblemList } from "./ProblemList";

interface Props {
  label: string;
  hint: string;
  kind: IntegrationKind;
  active: boolean;
  problems: ProblemPartsFragment[];
}

/** Switches an integration on or off, and says what keeps it from being switched on. */
export function Activation({ label, hint, kind, active, problems }: Props) {
  const t = useT();
  const mayChange = useMay()("OWNER");
  const { requireApproval } = useShell().accessRules;
  const activate = useChange(ActivateIntegrationDocument);
  const [refusals, setRefusals] = useState<string[]>([]);
  const change = async (next: boolean) => {
    try {
      const { activateIntegration } = await activate.mutateAsync({ input: { kind, active: next } });
      setRefusals(activateIntegration.userErrors.map(({ message }) => message));
      if (activateIntegration.userErrors.length > 0) return;
      if (requireApproval && next && activateIntegration.integration?.active === false) {
        notifyAsked(t, "approval.askedOwner");
      } else {
        notifyDone(t(next ? "integration.activated" : "integration.deactivated"));
      }
    } catch (error) {
      setRefusals([errorText(t, error)]);
    }
  };
  return (
    <Stack gap="sm">
      <Switch
        label={label}
        description={hint}
        checked={active}
        disabled={!mayChange || activate.isPending}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      {refusals.length > 0 ? (
        <Problems messages={refusals} />
      ) : (
        !active && <ProblemList title={t("integration.missing")} problems={problems} />
      )}
    </Stack>
  );
}
