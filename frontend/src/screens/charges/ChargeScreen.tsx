import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { useLive, useLoad } from "@/api/hooks";
import { ChargeChangedDocument, ChargeDocument } from "@/gen/documents/charges";
import type { ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { BarCode } from "@/ui/BarCode";
import { CopyButton } from "@/ui/CopyButton";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { formatTypeableLine } from "@/ui/itf";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { QrCode } from "@/ui/QrCode";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { TaxId } from "@/ui/TaxId";
import { Day, Moment, Money } from "@/ui/Values";
import { EntryTable } from "../accounts/EntryTable";
import { FailureNotice } from "../failures/FailureNotice";
import { OperationList } from "../operations/OperationList";
import { NotFound } from "../shell/NotFound";
import { ChargeActions } from "./ChargeActions";
import { ChargeTimeline } from "./ChargeTimeline";
import { SimulatePayment } from "./SimulatePayment";

/** One charge: how to pay it, what happened to it and what may be done. */
export function ChargeScreen({ chargeId }: { chargeId: string }) {
  const query = useLoad(ChargeDocument, { id: chargeId });
  useLive(ChargeChangedDocument, { id: chargeId });
  return (
    <Loaded query={query}>
      {({ node }) => (node?.__typename === "Charge" ? <Detail charge={node} /> : <NotFound />)}
    </Loaded>
  );
}

function Detail({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  return (
    <Page
      title={t("charge.title", { number: charge.number })}
      mark={<Status of="charge" value={charge.status} />}
      back={
        <AppLink to="/charges" size="sm">
          {t("charges.title")}
        </AppLink>
      }
      actions={
        <>
          <SimulatePayment charge={charge} />
          <ChargeActions charge={charge} />
        </>
      }
    >
      {charge.failure && <FailureNotice failure={charge.failure} />}
      <Section title={t("charge.data")}>
        <ChargeFacts charge={charge} />
      </Section>
      <PaymentWays charge={charge} />
      <Section title={t("charge.timeline")}>
        <ChargeTimeline events={charge.events} />
      </Section>
      <Section title={t("charge.entries")}>
        {charge.entries.length === 0 ? (
          <Text c="dimmed">{t("charge.noEntries")}</Text>
        ) : (
          <EntryTable label={t("charge.entries")} entries={charge.entries} without="charge" />
        )}
      </Section>
      <Section title={t("charge.operations")}>
        <OperationList operations={charge.operations} />
      </Section>
    </Page>
  );
}

function ChargeFacts({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  const format = useFormat();
  const { terms } = charge;
  return (
    <Facts
      facts={[
        [
          t("customer.customer"),
          <AppLink
            key="customer"
            to="/customers/$customerId"
            params={{ customerId: charge.customer.id }}
          >
            {charge.customer.name}
          </AppLink>,
        ],
        [t("customer.taxId"), <TaxId key="taxId" masked={charge.customer.maskedTaxId} />],
        [
          t("sale.sale"),
          <AppLink key="sale" to="/sales/$saleId" params={{ saleId: charge.sale.id }}>
            {t("sale.numbered", { number: charge.sale.number })}
          </AppLink>,
        ],
        [
          t("charge.installment"),
          t("charge.installmentOf", {
            installment: charge.installment,
            installments: charge.sale.installments,
          }),
        ],
        [t("charge.amount"), <Money key="amount" cents={charge.amountCents} />],
        [t("charge.dueDate"), <Day key="due" value={charge.dueDate} />],
        charge.paidCents !== null && [
          t("charge.paid"),
          <Money key="paid" cents={charge.paidCents} />,
        ],
        charge.paidOn !== null && [t("charge.paidOn"), <Day key="paidOn" value={charge.paidOn} />],
        terms.fineHundredths > 0 && [t("terms.fine"), format.percent(terms.fineHundredths)],
        terms.monthlyInterestHundredths > 0 && [
          t("terms.monthlyInterest"),
          format.percent(terms.monthlyInterestHundredths),
        ],
        terms.discountCents > 0 && [
          t("terms.discount"),
          terms.discountUntil === null
            ? format.money(terms.discountCents)
            : t("terms.discountUntil", {
                amount: format.money(terms.discountCents),
                day: format.day(terms.discountUntil),
              }),
        ],
        terms.daysToWriteOff !== null && [
          t("terms.daysToWriteOff"),
          t("terms.days", { count: terms.daysToWriteOff }),
        ],
        terms.message !== "" && [t("terms.message"), terms.message],
        [t("gerencianet.environment"), t(`environment.${charge.environment}`)],
        [
          t("charge.reference"),
          <span key="reference" className="digits">
            {charge.reference}
          </span>,
        ],
        charge.providerId !== null && [t("charge.providerId"), charge.providerId],
        charge.providerStatus !== null && [t("charge.providerStatus"), charge.providerStatus],
        [t("common.createdAt"), <Moment key="created" value={charge.createdAt} />],
      ]}
    />
  );
}

function PaymentWays({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  if (!charge.barCode && !charge.typeableLine && !charge.pixCode && !charge.link) return null;
  return (
    <Section
      title={t("charge.ways")}
      actions={
        <Group gap="sm">
          {charge.link && (
            <Button
              component="a"
              href={charge.link}
              target="_blank"
              rel="noreferrer"
              variant="default"
              size="xs"
            >
              {t("charge.openLink")}
            </Button>
          )}
          {charge.pdf && (
            <Button
              component="a"
              href={charge.pdf}
              target="_blank"
              rel="noreferrer"
              variant="default"
              size="xs"
            >
              {t("charge.openPdf")}
            </Button>
          )}
        </Group>
      }
    >
      {charge.barCode && (
        <BarCode
          digits={charge.barCode}
          label={t("charge.barCodeLabel", { digits: charge.barCode })}
        />
      )}
      {charge.typeableLine && (
        <Stack gap={4} align="flex-start">
          <Text size="sm" c="dimmed">
            {t("charge.typeableLine")}
          </Text>
          <Text className="digits">{formatTypeableLine(charge.typeableLine)}</Text>
          <CopyButton text={charge.typeableLine} label={t("charge.copyLine")} />
        </Stack>
      )}
      {charge.pixCode && (
        <Group align="flex-start" gap="lg">
          <QrCode text={charge.pixCode} label={t("charge.pixQr")} />
          <Stack gap={4} align="flex-start" flex="1 1 16rem" miw={0}>
            <Text size="sm" c="dimmed">
              {t("charge.pixCode")}
            </Text>
            <Text className="digits" size="sm">
              {charge.pixCode}
            </Text>
            <CopyButton text={charge.pixCode} label={t("charge.copyPix")} />
          </Stack>
        </Group>
      )}
      {charge.link && (
        <Text size="sm">
          {t("charge.link")}{" "}
          <Anchor
            href={charge.link}
            target="_blank"
            rel="noreferrer"
            className="digits"
            underline="always"
          >
            {charge.link}
          </Anchor>
        </Text>
      )}
    </Section>
  );
}
