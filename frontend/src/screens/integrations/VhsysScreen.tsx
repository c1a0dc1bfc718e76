import { Tabs } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { VhsysDocument } from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { ObjectAudit } from "../audit/ObjectAudit";
import { MethodsTab } from "./MethodsTab";
import { StatusTab } from "./StatusTab";
import { type VhsysTab, vhsysTabs } from "./search";
import { VhsysDetailTab } from "./VhsysDetailTab";

interface Props {
  tab: VhsysTab;
  onTab: (tab: VhsysTab) => void;
}

/** The integration that mirrors sales into the ERP, with its three tabs. */
export function VhsysScreen({ tab, onTab }: Props) {
  const t = useT();
  const query = useLoad(VhsysDocument, {});
  return (
    <Page
      title={t("integration.VHSYS")}
      hint={t("integrations.vhsysHint")}
      back={
        <AppLink to="/integrations" size="sm">
          {t("nav.integrations")}
        </AppLink>
      }
    >
      <Loaded query={query}>
        {({ vhsysIntegration }) => (
          <Tabs
            value={tab}
            onChange={(value) => onTab(vhsysTabs.find((name) => name === value) ?? "detail")}
            keepMounted={false}
          >
            <Tabs.List>
              {vhsysTabs.map((name) => (
                <Tabs.Tab key={name} value={name}>
                  {t(`vhsys.tab.${name}`)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="detail" pt="md">
              <VhsysDetailTab key={vhsysIntegration?.id ?? "new"} integration={vhsysIntegration} />
              {vhsysIntegration && <ObjectAudit id={vhsysIntegration.id} />}
            </Tabs.Panel>
            <Tabs.Panel value="methods" pt="md">
              <Saved integration={vhsysIntegration} part={MethodsTab} />
            </Tabs.Panel>
            <Tabs.Panel value="status" pt="md">
              <Saved integration={vhsysIntegration} part={StatusTab} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Loaded>
    </Page>
  );
}

interface SavedProps {
  integration: VhsysPartsFragment | null;
  part: (props: { integration: VhsysPartsFragment }) => React.ReactNode;
}

/** The mappings need an integration that was saved before. */
function Saved({ integration, part: Part }: SavedProps) {
  const t = useT();
  if (integration) return <Part integration={integration} />;
  return <Empty title={t("vhsys.saveFirst")} hint={t("vhsys.saveFirstHint")} />;
}
