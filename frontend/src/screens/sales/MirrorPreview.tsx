import { Alert, List, Stack, Text, Title } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { MirrorPreviewDocument } from "@/gen/documents/sales";
import type { MirrorPreviewInvoicePartsFragment, MirrorPreviewQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { type Column, DataTable } from "@/ui/DataTable";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { Day, Moment, Money } from "@/ui/Values";

/** What would be sent to Vhsys for a sale: its order, its invoices, and what is missing. */
export function MirrorPreview({ saleId }: { saleId: string }) {
  const t = useT();
  const query = useLoad(MirrorPreviewDocument, { saleId });
  return (
    <Loaded query={query}>
      {({ previewMirror }) =>
        previewMirror ? <Parts preview={previewMirror} /> : <Text>{t("mirror.none")}</Text>
      }
    </Loaded>
  );
}

type Preview = NonNullable<MirrorPreviewQuery["previewMirror"]>;

function Parts({ preview }: { preview: Preview }) {
  const t = useT();
  return (
    <Stack gap="md">
      {preview.skip && (
        <Alert color="blue" variant="outline" title={t("mirror.skipped")}>
          {t(`mirror.skip.${preview.skip}`)}
        </Alert>
      )}
      <Problems problems={preview.problems} />
      <Facts
        facts={[
          [t("customer.customer"), preview.customerName],
          [t("mirror.customerId"), preview.remoteCustomerId ?? t("mirror.customerUnknown")],
          [t("mirror.orderDay"), <Day key="day" value={preview.soldOn} />],
          [t("mirror.note"), preview.note],
          [t("mirror.status"), preview.status?.name ?? t("mirror.notMapped")],
          preview.discountCents > 0 && [
            t("sale.discount"),
            <Money key="discount" cents={-preview.discountCents} />,
          ],
          [t("sale.total"), <Money key="total" cents={preview.totalCents} />],
        ]}
      />
      <Items label={t("mirror.items")} items={preview.items} />
      <Installments label={t("mirror.installments")} installments={preview.installments} />
      {preview.invoices.map((invoice) => (
        <Invoice key={invoice.kind} invoice={invoice} />
      ))}
      {preview.invoices.length === 0 && <Text size="sm">{t("mirror.noInvoices")}</Text>}
    </Stack>
  );
}

function Problems({ problems }: { problems: Preview["problems"] }) {
  const t = useT();
  if (problems.length === 0) return null;
  return (
    <Alert color="orange" variant="outline" title={t("mirror.problems")}>
      <List size="sm">
        {problems.map((problem) => (
          <List.Item key={problem.message}>{problem.message}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Invoice({ invoice }: { invoice: MirrorPreviewInvoicePartsFragment }) {
  const t = useT();
  const kind = t(`invoice.kind.${invoice.kind}`);
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        {t("mirror.invoice", { kind })}
      </Title>
      <Problems problems={invoice.problems} />
      <Facts
        facts={[
          [t("invoicing.timing"), <When key="when" invoice={invoice} />],
          [t("mirror.environment"), t(invoice.test ? "vhsys.test" : "vhsys.real")],
          [t("mirror.series"), invoice.series],
          [t("mirror.nature"), invoice.nature],
          [t("mirror.invoiceDay"), <Day key="day" value={invoice.soldOn} />],
          [t("mirror.note"), invoice.note],
          invoice.discountCents > 0 && [
            t("sale.discount"),
            <Money key="discount" cents={-invoice.discountCents} />,
          ],
          [t("invoice.total"), <Money key="total" cents={invoice.totalCents} />],
        ]}
      />
      <Items label={t("mirror.invoiceItems", { kind })} items={invoice.items} taxed />
      <Installments
        label={t("mirror.invoiceInstallments", { kind })}
        installments={invoice.installments}
      />
    </Stack>
  );
}

/** When the invoice is issued: where it stands already, or what its products say. */
function When({ invoice }: { invoice: MirrorPreviewInvoicePartsFragment }) {
  const t = useT();
  if (invoice.dueAt) return <Moment value={invoice.dueAt} />;
  if (invoice.daysAfterApproval !== null)
    return <>{t("mirror.daysAfter", { count: invoice.daysAfterApproval })}</>;
  return <>{t(`invoicing.timing.${invoice.timing}`)}</>;
}

interface Item {
  description: string;
  remoteProductId: string | null;
  quantity: number;
  unitCents: number;
  ncm?: string | null;
  cfop?: string | null;
  unit?: string | null;
  serviceCode?: string | null;
}
type Keyed<Row> = Row & { key: string };

const keyed = <Row,>(rows: readonly Row[]): Keyed<Row>[] =>
  rows.map((row, index) => ({ ...row, key: String(index) }));

interface ItemsProps {
  label: string;
  items: readonly Item[];
  /** Of an invoice: with what the authority asks for. */
  taxed?: boolean;
}

function Items({ label, items, taxed = false }: ItemsProps) {
  const t = useT();
  const left = t("mirror.fromVhsys");
  const taxes: Column<Keyed<Item>>[] = items.some(({ serviceCode }) => serviceCode)
    ? [
        {
          key: "service",
          header: t("invoicing.serviceCode"),
          cell: ({ serviceCode }) => serviceCode ?? left,
        },
      ]
    : [
        { key: "ncm", header: t("invoicing.ncm"), cell: ({ ncm }) => ncm ?? left },
        { key: "cfop", header: t("invoicing.cfop"), cell: ({ cfop }) => cfop ?? left },
      ];
  return (
    <DataTable
      label={label}
      rows={keyed(items)}
      rowKey={(item) => item.key}
      columns={[
        {
          key: "description",
          header: t("sale.description"),
          wraps: true,
          cell: (item) => item.description,
        },
        {
          key: "remote",
          header: t("invoicing.remoteProduct"),
          cell: (item) => item.remoteProductId ?? t("invoicing.noRemoteProduct"),
        },
        ...(taxed ? taxes : []),
        {
          key: "quantity",
          header: t("sale.quantity"),
          numeric: true,
          cell: ({ quantity, unit }) => (unit ? `${quantity} ${unit}` : quantity),
        },
        {
          key: "unit",
          header: t("sale.unit"),
          numeric: true,
          cell: (item) => <Money cents={item.unitCents} />,
        },
      ]}
    />
  );
}

interface InstallmentsProps {
  label: string;
  installments: Preview["installments"];
}

function Installments({ label, installments }: InstallmentsProps) {
  const t = useT();
  if (installments.length === 0) return null;
  return (
    <DataTable
      label={label}
      rows={keyed(installments)}
      rowKey={(one) => one.key}
      columns={[
        {
          key: "due",
          header: t("charge.dueDate"),
          cell: (one) => <Day value={one.dueDate} />,
        },
        {
          key: "method",
          header: t("mirror.method"),
          cell: (one) => one.remoteMethod ?? t("mirror.notMapped"),
        },
        {
          key: "amount",
          header: t("charge.amount"),
          numeric: true,
          cell: (one) => <Money cents={one.amountCents} />,
        },
      ]}
    />
  );
}
