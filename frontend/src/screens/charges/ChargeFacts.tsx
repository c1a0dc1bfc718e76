import { Text } from "@mantine/core";
import type { ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { Countdown } from "@/ui/Countdown";
import { type Fact, Facts } from "@/ui/Facts";
import { AppLink } from "@/ui/links";
import { TaxId } from "@/ui/TaxId";
import { Day, Moment, Money } from "@/ui/Values";
import { isImmediate } from "../payment/methods";

/** What a charge is, how it was paid and what belongs to its method only. */
export function ChargeFacts({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  const terms = useTerms(charge);
  const payment = usePayment(charge);
  const immediate = isImmediate(charge.method, charge.expiresAt === null ? "due" : "now");
  const facts: Fact[] = [
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
    [t("sale.method"), t(`method.${charge.method}`)],
    charge.recorded && [t("charge.origin"), t("charge.recorded")],
    charge.carnet !== null && [
      t("carnet.carnet"),
      <AppLink key="carnet" to="/carnets/$carnetId" params={{ carnetId: charge.carnet.id }}>
        {t("carnet.ofParcels", { count: charge.carnet.parcels })}
      </AppLink>,
    ],
    charge.method !== "CARD" && [
      t("charge.installment"),
      t("charge.installmentOf", {
        installment: charge.installment,
        installments: charge.sale.installments,
      }),
    ],
    [t("charge.amount"), <Money key="amount" cents={charge.amountCents} />],
    !immediate && [
      t(charge.method === "LINK" ? "link.validUntil" : "charge.dueDate"),
      <Day key="due" value={charge.dueDate} />,
    ],
    charge.expiresAt !== null && [
      t("pix.validity"),
      charge.status === "WAITING" ? (
        <Countdown key="expires" until={charge.expiresAt} />
      ) : (
        <Moment key="expires" value={charge.expiresAt} />
      ),
    ],
    ...payment,
    ...terms,
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
  ];
  return <Facts facts={facts} />;
}

/** The card, the payment, its fee and what was given back. */
function usePayment(charge: ChargeDetailFragment): Fact[] {
  const t = useT();
  return [
    charge.cardMask !== "" && [
      t("card.mask"),
      <span key="mask" className="digits">
        {charge.cardMask}
      </span>,
    ],
    charge.method === "CARD" && [
      t("card.installments"),
      t("card.times", { count: charge.cardInstallments }),
    ],
    charge.method === "LINK" &&
      charge.paidWith === null && [t("link.accepts"), t(`link.accepts.${charge.linkMethods}`)],
    charge.paidCents !== null && [t("charge.paid"), <Money key="paid" cents={charge.paidCents} />],
    charge.paidOn !== null && [t("charge.paidOn"), <Day key="paidOn" value={charge.paidOn} />],
    charge.paidWith !== null && [t("charge.paidWith"), t(`method.${charge.paidWith}`)],
    charge.refundedCents > 0 && [
      t("charge.refunded"),
      <Money key="refunded" cents={charge.refundedCents} />,
    ],
    charge.paidCents !== null && [t("charge.fee"), <Fee key="fee" charge={charge} />],
    charge.endToEndId !== null && [
      t("charge.endToEndId"),
      <span key="e2e" className="digits">
        {charge.endToEndId}
      </span>,
    ],
  ];
}

/** The fee that the provider told, or that was booked because it did not tell. */
function Fee({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  const entry = charge.entries.find(({ kind, reversal }) => kind === "FEE" && !reversal);
  const booked = Math.abs(entry?.amountCents ?? 0);
  const told = charge.providerFeeCents;
  return (
    <>
      <Money cents={told ?? booked} />{" "}
      <Text span size="sm" c="dimmed">
        {t(told === null ? "charge.feeConfigured" : "charge.feeTold")}
      </Text>
    </>
  );
}

/** What is added or taken off when it is not paid on its day. */
function useTerms({ terms }: ChargeDetailFragment): Fact[] {
  const t = useT();
  const format = useFormat();
  const discount =
    terms.discountHundredths > 0
      ? format.percent(terms.discountHundredths)
      : format.money(terms.discountCents);
  return [
    terms.fineHundredths > 0 && [t("terms.fine"), format.percent(terms.fineHundredths)],
    terms.monthlyInterestHundredths > 0 && [
      t("terms.monthlyInterest"),
      format.percent(terms.monthlyInterestHundredths),
    ],
    terms.dailyInterestThousandths > 0 && [
      t("terms.dailyInterest"),
      `${format.thousandths(terms.dailyInterestThousandths)} %`,
    ],
    (terms.discountCents > 0 || terms.discountHundredths > 0) && [
      t("terms.discount"),
      terms.discountUntil === null
        ? discount
        : t("terms.discountUntil", { amount: discount, day: format.day(terms.discountUntil) }),
    ],
    terms.daysToWriteOff !== null && [
      t("terms.daysToWriteOff"),
      t("terms.days", { count: terms.daysToWriteOff }),
    ],
    terms.message !== "" && [t("terms.message"), terms.message],
  ];
}
