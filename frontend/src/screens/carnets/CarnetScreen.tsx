import { Anchor, Group, Stack, Text } from "@mantine/core";
import { useLive, useLoad } from "@/api/hooks";
import { CarnetDocument } from "@/gen/documents/carnets";
import { ChargeChangedDocument } from "@/gen/documents/charges";
import type { CarnetDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { CopyButton } from "@/ui/CopyButton";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Moment, Money } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { ChargeTable } from "../charges/ChargeTable";
import { PageButton } from "../charges/PaymentWays";
import { FailureNotice } from "../failures/FailureNotice";
import { OperationList } from "../operations/OperationList";
import { NotFound } from "../shell/NotFound";
import { CarnetActions } from "./CarnetActions";

/** One carnê: its cover, its papers, its parcels, and what may be done with the whole. */
export function CarnetScreen({ carnetId }: { carnetId: string }) {
  const query = useLoad(CarnetDocument, { id: carnetId });
  useLive(ChargeChangedDocument, {});
  return (
    <Loaded query={query}>
      {({ node }) => (node?.__typename === "Carnet" ? <Detail carnet={node} /> : <NotFound />)}
    </Loaded>
  );
}

function Detail({ carnet }: { carnet: CarnetDetailFragment }) {
  const t = useT();
  return (
    <Page
      title={t("carnet.title", { number: carnet.sale.number })}
      back={
        <AppLink to="/sales/$saleId" params={{ saleId: carnet.sale.id }} size="sm">
          {t("sale.numbered", { number: carnet.sale.number })}
        </AppLink>
      }
      actions={<CarnetActions carnet={carnet} />}
    >
      {carnet.failure && <FailureNotice failure={carnet.failure} />}
      <Section title={t("carnet.data")}>
        <CarnetFacts carnet={carnet} />
      </Section>
      <Papers carnet={carnet} />
      <Section title={t("carnet.parcels")}>
        <ChargeTable label={t("carnet.parcels")} charges={carnet.charges} without="sale" />
      </Section>
      <Section title={t("charge.operations")}>
        <OperationList operations={carnet.operations} />
      </Section>
      <ObjectAudit id={carnet.id} />
    </Page>
  );
}

function CarnetFacts({ carnet }: { carnet: CarnetDetailFragment }) {
  const t = useT();
  const paid = carnet.charges.filter(({ status }) => status === "PAID" || status === "SETTLED");
  return (
    <Facts
      facts={[
        [
          t("customer.customer"),
          <AppLink
            key="customer"
            to="/customers/$customerId"
            params={{ customerId: carnet.sale.customer.id }}
          >
            {carnet.sale.customer.name}
          </AppLink>,
        ],
        [t("sale.total"), <Money key="total" cents={carnet.sale.totalCents} />],
        [t("carnet.parcels"), t("carnet.paidOf", { paid: paid.length, count: carnet.parcels })],
        [t("gerencianet.environment"), t(`environment.${carnet.environment}`)],
        [
          t("charge.reference"),
          <span key="reference" className="digits">
            {carnet.reference}
          </span>,
        ],
        carnet.providerId !== null && [t("charge.providerId"), carnet.providerId],
        carnet.providerStatus !== null && [t("charge.providerStatus"), carnet.providerStatus],
        [t("common.createdAt"), <Moment key="created" value={carnet.createdAt} />],
      ]}
    />
  );
}

/** What is printed or sent to the payer. */
function Papers({ carnet }: { carnet: CarnetDetailFragment }) {
  const t = useT();
  const { cover, link, pdf, coverPdf } = carnet;
  if (!cover && !link && !pdf && !coverPdf) return null;
  return (
    <Section
      title={t("carnet.papers")}
      actions={
        <Group gap="sm">
          {link && <PageButton href={link} label={t("carnet.openLink")} />}
          {pdf && <PageButton href={pdf} label={t("carnet.openPdf")} />}
          {cover && <PageButton href={cover} label={t("carnet.openCover")} />}
          {coverPdf && <PageButton href={coverPdf} label={t("carnet.openCoverPdf")} />}
        </Group>
      }
    >
      {link && (
        <Stack gap={4} align="flex-start">
          <Text size="sm" c="dimmed">
            {t("carnet.link")}
          </Text>
          <Anchor
            href={link}
            target="_blank"
            rel="noreferrer"
            className="digits"
            underline="always"
            size="sm"
          >
            {link}
          </Anchor>
          <CopyButton text={link} label={t("charge.copyLink")} />
        </Stack>
      )}
    </Section>
  );
}
