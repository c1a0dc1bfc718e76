import { Stack } from "@mantine/core";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Section } from "@/ui/Section";
import { Activation } from "./Activation";
import { ConnectionTest } from "./ConnectionTest";
import { VhsysForm } from "./VhsysForm";
import { VhsysInStep } from "./VhsysInStep";
import { VhsysPreview } from "./VhsysPreview";

/** The tab Detalhe: its state, its settings, and how it is kept in step. */
export function VhsysDetailTab({ integration }: { integration: VhsysPartsFragment | null }) {
  const t = useT();
  return (
    <Stack gap="lg">
      {integration && (
        <Section title={t("integration.state")}>
          <Activation
            label={t("vhsys.active")}
            hint={t("vhsys.activeHint")}
            kind="VHSYS"
            active={integration.active}
            problems={integration.activationProblems}
          />
          <ConnectionTest kind="VHSYS" testedAt={integration.testedAt} />
        </Section>
      )}
      <Section title={t("integration.settings")}>
        <VhsysForm integration={integration} />
      </Section>
      <VhsysPreview />
      {integration && <VhsysInStep integration={integration} />}
    </Stack>
  );
}
