import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useChange, useLive, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { ChargeChangedDocument } from "@/gen/documents/charges";
import {
  CancelSaleDocument,
  RefundRecordedSaleDocument,
  SaleDetailsDocument,
} from "@/gen/documents/sales";
import type { SaleDetailsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { DataTable } from "@/ui/DataTable";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { Moment, Money } from "@/ui/Values";
import { ObjectAudit } from "../audit/ObjectAudit";
import { ChargeTable } from "../charges/ChargeTable";
import { DifferenceTable } from "../differences/DifferenceTable";
import { InvoiceSection } from "../invoices/InvoiceSection";
import { moves } from "../invoices/invoice";
import { NotFound } from "../shell/NotFound";
import { MirrorSection } from "./MirrorSection";

export type Sale = Extract<SaleDetailsQuery["node"], { __typename: "Sale" }>;

const pollMilliseconds = 1_500;

/** The mirror and the invoices of a sale are on their way without a person. */
function every({ node }: SaleDetailsQuery): number | null {
  if (node?.__typename !== "Sale") return null;
  const { order, invoices, differences } = node;
  const mirroring = order !== null && order.step !== "DONE" && order.failure === null;
  const moving =
    mirroring ||
    invoices.some((invoice) => moves(invoice, Date.now())) ||
    differences.some(({ state }) => state === "REPAIRING");
  return moving ? pollMilliseconds : null;
}

/** One sale: what was sold, the charges that collect it and its mirror at Vhsys. */
export function SaleScreen({ saleId }: { saleId: string }) {
  const query = useLoad(SaleDetailsDocument, { id: saleId }, { every });
  useLive(ChargeChangedDocument, {});
  return (
    <Loaded query={query}>
      {({ node }) => (node?.__typename === "Sale" ? <Detail sale={node} /> : <NotFound />)}
    </Loaded>
  );
}

function Detail({ sale }: { sale: Sale }) {
  const t = useT();
  return (
    <Page
      title={t("sale.title", { number: sale.number })}
      mark={<Status of="sale" value={sale.status} />}
      back={
        <AppLink to="/sales" size="sm">
          {t("sales.title")}
        </AppLink>
      }
      actions={
        <>
          <CancelSale sale={sale} />
          <RefundRecorded sale={sale} />
        </>
      }
    >
      <Section title={t("sale.data")}>
        <Facts
          facts={[
            [
              t("customer.customer"),
              <AppLink
                key="customer"
                to="/customers/$customerId"
                params={{ customerId: sale.customer.id }}
              >
                {sale.customer.name}
              </AppLink>,
            ],
            [t("sale.itemsTotal"), <Money key="items" cents={sale.itemsCents} />],
            sale.discountCents > 0 && [
              t("sale.discount"),
              <Money key="discount" cents={-sale.discountCents} />,
            ],
            sale.interestCents > 0 && [
              t("sale.interest"),
              <Money key="interest" cents={sale.interestCents} />,
            ],
            [t("sale.total"), <Money key="total" cents={sale.totalCents} />],
            [t("sale.method"), t(`method.${sale.paymentMethod}`)],
            [t("sale.channel"), sale.channel],
            [t("sale.installments"), sale.installments],
            sale.carnet !== null && [
              t("carnet.carnet"),
              <AppLink key="carnet" to="/carnets/$carnetId" params={{ carnetId: sale.carnet.id }}>
                {t("carnet.ofParcels", { count: sale.carnet.parcels })}
              </AppLink>,
            ],
            [t("common.createdAt"), <Moment key="created" value={sale.createdAt} />],
            [t("sale.note"), sale.note],
          ]}
        />
      </Section>
      <Section title={t("sale.charges")}>
        {sale.charges.length === 0 ? (
          <Text c="dimmed">{t("sale.noCharges")}</Text>
        ) : (
          <ChargeTable label={t("sale.charges")} charges={sale.charges} without="sale" />
        )}
      </Section>
      <Section title={t("sale.items")}>
        <ItemTable sale={sale} />
      </Section>
      <InvoiceSection sale={sale} />
      {sale.differences.length > 0 && (
        <Section title={t("differences.title")}>
          <Text size="sm">{t("differences.saleHint")}</Text>
          <DifferenceTable differences={sale.differences} without="sale" />
        </Section>
      )}
      <MirrorSection sale={sale} />
      <ObjectAudit id={sale.id} />
    </Page>
  );
}

function ItemTable({ sale }: { sale: Sale }) {
  const t = useT();
  return (
    <DataTable
      label={t("sale.items")}
      rows={sale.items}
      rowKey={(item) => item.id}
      columns={[
        {
          key: "description",
          header: t("sale.description"),
          wraps: true,
          cell: (item) => item.description,
        },
        {
          key: "product",
          header: t("product.product"),
          cell: (item) =>
            item.product ? (
              <AppLink to="/products/$productId" params={{ productId: item.product.id }}>
                {item.product.code}
              </AppLink>
            ) : (
              t("sale.freeText")
            ),
        },
        {
          key: "quantity",
          header: t("sale.quantity"),
          numeric: true,
          cell: (item) => item.quantity,
        },
        {
          key: "unit",
          header: t("sale.unit"),
          numeric: true,
          cell: (item) => <Money cents={item.unitCents} />,
        },
        {
          key: "total",
          header: t("sale.itemTotal"),
          numeric: true,
          cell: (item) => <Money cents={item.totalCents} />,
        },
      ]}
    />
  );
}

function CancelSale({ sale }: { sale: Sale }) {
  const t = useT();
  const format = useFormat();
  const may = useMay();
  const [asking, ask] = useDisclosure(false);
  const cancel = useChange(CancelSaleDocument);
  if (!may("OPERATOR") || sale.status !== "PENDING") return null;
  const confirm = async () => {
    const { cancelSale } = await cancel.mutateAsync({ input: { id: sale.id } });
    if (cancelSale.userErrors.length === 0) notifyDone(t("sale.cancel.done"));
    return cancelSale.userErrors;
  };
  return (
    <>
      <Button variant="outline" color="red" onClick={ask.open}>
        {t("sale.cancel")}
      </Button>
      <ConfirmDialog
        title={t("sale.cancel.title", { number: sale.number })}
        opened={asking}
        onClose={ask.close}
        onConfirm={confirm}
        confirmLabel={t("sale.cancel")}
        danger
      >
        <Text>{t("sale.cancel.question", { total: format.money(sale.totalCents) })}</Text>
      </ConfirmDialog>
    </>
  );
}

/** A sale that was paid elsewhere is given back elsewhere; here it is only written down. */
function RefundRecorded({ sale }: { sale: Sale }) {
  const t = useT();
  const format = useFormat();
  const may = useMay();
  const [asking, ask] = useDisclosure(false);
  const refund = useChange(RefundRecordedSaleDocument);
  if (!may("FINANCE") || sale.channel === "" || sale.status !== "APPROVED") return null;
  const confirm = async () => {
    const { refundRecordedSale } = await refund.mutateAsync({ input: { id: sale.id } });
    if (refundRecordedSale.userErrors.length === 0) notifyDone(t("sale.refundRecorded.done"));
    return refundRecordedSale.userErrors;
  };
  return (
    <>
      <Button variant="outline" color="red" onClick={ask.open}>
        {t("sale.refundRecorded")}
      </Button>
      <ConfirmDialog
        title={t("sale.refundRecorded.title", { number: sale.number })}
        opened={asking}
        onClose={ask.close}
        onConfirm={confirm}
        confirmLabel={t("sale.refundRecorded")}
        danger
      >
        <Text>
          {t("sale.refundRecorded.question", {
            total: format.money(sale.totalCents),
            channel: sale.channel,
          })}
        </Text>
      </ConfirmDialog>
    </>
  );
}
