import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { IntegrationsDocument } from "@/gen/documents/integrations";
import type { IntegrationsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";

/** Both services, and how each of them stands. */
export function IntegrationsScreen() {
  const t = useT();
  const query = useLoad(IntegrationsDocument, {});
  return (
    <Page title={t("nav.integrations")} hint={t("integrations.hint")}>
      <Loaded query={query}>
        {({ gerencianetIntegration, vhsysIntegration }) => (
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Section
              title={t("integration.GERENCIANET")}
              actions={
                <LinkButton to="/integrations/gerencianet" variant="default" size="xs">
                  {t("integrations.open", { name: t("integration.GERENCIANET") })}
                </LinkButton>
              }
            >
              <Text size="sm" c="dimmed">
                {t("integrations.gerencianetHint")}
              </Text>
              <Gerencianet integration={gerencianetIntegration} />
            </Section>
            <Section
              title={t("integration.VHSYS")}
              actions={
                <LinkButton to="/integrations/vhsys" variant="default" size="xs">
                  {t("integrations.open", { name: t("integration.VHSYS") })}
                </LinkButton>
              }
            >
              <Text size="sm" c="dimmed">
                {t("integrations.vhsysHint")}
              </Text>
              <Vhsys integration={vhsysIntegration} />
            </Section>
          </SimpleGrid>
        )}
      </Loaded>
    </Page>
  );
}

function NotYet() {
  const t = useT();
  return <Text fw={500}>{t("integrations.notYet")}</Text>;
}

function Missing({ problems }: { problems: { message: string }[] }) {
  const t = useT();
  if (problems.length === 0) return null;
  return <Text size="sm">{t("integrations.missing", { count: problems.length })}</Text>;
}

function Gerencianet({
  integration,
}: {
  integration: IntegrationsQuery["gerencianetIntegration"];
}) {
  const t = useT();
  if (!integration) return <NotYet />;
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          [
            t("gerencianet.situation"),
            <Status key="active" of="integration" value={integration.active} />,
          ],
          [t("gerencianet.environment"), t(`environment.${integration.environment}`)],
          [
            t("integration.testedAt"),
            integration.testedAt ? (
              <Moment key="tested" value={integration.testedAt} />
            ) : (
              t("integration.neverTested")
            ),
          ],
          [
            t("gerencianet.lastNotice"),
            integration.lastNoticeAt ? (
              <Moment key="notice" value={integration.lastNoticeAt} />
            ) : (
              t("gerencianet.noNotice")
            ),
          ],
        ]}
      />
      <Missing problems={integration.activationProblems} />
    </Stack>
  );
}

function Vhsys({ integration }: { integration: IntegrationsQuery["vhsysIntegration"] }) {
  const t = useT();
  if (!integration) return <NotYet />;
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          [
            t("gerencianet.situation"),
            <Status key="active" of="integration" value={integration.active} />,
          ],
          [
            t("integration.testedAt"),
            integration.testedAt ? (
              <Moment key="tested" value={integration.testedAt} />
            ) : (
              t("integration.neverTested")
            ),
          ],
        ]}
      />
      <Missing problems={integration.activationProblems} />
    </Stack>
  );
}
