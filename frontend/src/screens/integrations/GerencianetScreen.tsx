import { useLoad } from "@/api/hooks";
import { GerencianetDocument } from "@/gen/documents/integrations";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Moment } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { Activation } from "./Activation";
import { ConnectionTest } from "./ConnectionTest";
import { GerencianetForm } from "./GerencianetForm";
import { PixWebhook } from "./PixWebhook";

/** The integration that issues and collects charges. */
export function GerencianetScreen() {
  const t = useT();
  const query = useLoad(GerencianetDocument, {});
  return (
    <Page
      title={t("integration.GERENCIANET")}
      hint={t("integrations.gerencianetHint")}
      back={
        <AppLink to="/integrations" size="sm">
          {t("nav.integrations")}
        </AppLink>
      }
    >
      <Loaded query={query}>
        {(data) => {
          const integration = data.gerencianetIntegration;
          return (
            <>
              {integration && (
                <Section title={t("integration.state")}>
                  <Activation
                    label={t("gerencianet.situationIs", {
                      state: t(integration.active ? "integration.on" : "integration.off"),
                    })}
                    hint={t("gerencianet.situationHint")}
                    kind="GERENCIANET"
                    active={integration.active}
                    problems={integration.activationProblems}
                  />
                  <ConnectionTest kind="GERENCIANET" testedAt={integration.testedAt} />
                  <Facts
                    facts={[
                      [
                        t("gerencianet.lastNotice"),
                        integration.lastNoticeAt ? (
                          <Moment key="notice" value={integration.lastNoticeAt} />
                        ) : (
                          t("gerencianet.noNotice")
                        ),
                      ],
                      [
                        t("gerencianet.lastSweep"),
                        integration.lastSweepAt ? (
                          <Moment key="sweep" value={integration.lastSweepAt} />
                        ) : (
                          t("gerencianet.noSweep")
                        ),
                      ],
                    ]}
                  />
                </Section>
              )}
              {integration?.pixCertificate && <PixWebhook integration={integration} />}
              <Section title={t("integration.settings")}>
                {/* What another person changed the environment to is not saved over. */}
                <GerencianetForm
                  key={`${integration?.id ?? "new"} ${integration?.environment}`}
                  data={data}
                />
              </Section>
              {integration && <ObjectAudit id={integration.id} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
