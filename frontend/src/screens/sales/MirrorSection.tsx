import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useLoad } from "@/api/hooks";
import { MirrorPreviewDocument } from "@/gen/documents/sales";
import type { MirrorPreviewQuery, OrderStep } from "@/gen/schema";
import { useT } from "@/i18n";
import { DataTable } from "@/ui/DataTable";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { Section } from "@/ui/Section";
import { Day, Moment, Money } from "@/ui/Values";
import { FailureNotice } from "../failures/FailureNotice";
import type { Sale } from "./SaleScreen";

const steps = [
  "CUSTOMER",
  "ORDER",
  "ITEMS",
  "INSTALLMENTS",
  "STATUS",
] as const satisfies readonly OrderStep[];

/** How far the sale's mirror at Vhsys has come, and what is or would be sent. */
export function MirrorSection({ sale }: { sale: Sale }) {
  const t = useT();
  const [previewing, preview] = useDisclosure(false);
  const { order } = sale;
  return (
    <Section
      title={t("mirror.title")}
      actions={
        <Button variant="default" size="xs" onClick={preview.toggle} aria-expanded={previewing}>
          {t(previewing ? "mirror.hidePreview" : "mirror.preview")}
        </Button>
      }
    >
      {order?.failure && <FailureNotice failure={order.failure} />}
      {order ? (
        <>
          <Steps step={order.step} />
          <Facts
            facts={[
              [t("mirror.customerId"), order.remoteCustomerId ?? ""],
              [t("mirror.orderId"), order.remoteOrderId ?? ""],
              [t("mirror.status"), order.remoteStatus ?? ""],
              order.syncedAt !== null && [
                t("mirror.syncedAt"),
                <Moment key="synced" value={order.syncedAt} />,
              ],
            ]}
          />
        </>
      ) : (
        <Text c="dimmed">{t("mirror.none")}</Text>
      )}
      {previewing && <Preview saleId={sale.id} />}
    </Section>
  );
}

function Steps({ step }: { step: OrderStep }) {
  const t = useT();
  const reached = step === "DONE" ? steps.length : steps.indexOf(step);
  return (
    <Group component="ol" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
      {steps.map((name, index) => {
        const done = index < reached;
        return (
          <li key={name}>
            <span
              className="status"
              data-tone={done ? "good" : index === reached ? "busy" : "neutral"}
            >
              {t(`mirror.step.${name}`)} · {t(done ? "mirror.stepDone" : "mirror.stepWaiting")}
            </span>
          </li>
        );
      })}
    </Group>
  );
}

function Preview({ saleId }: { saleId: string }) {
  const t = useT();
  const query = useLoad(MirrorPreviewDocument, { saleId });
  return (
    <Loaded query={query}>
      {({ previewMirror }) =>
        previewMirror ? <PreviewParts preview={previewMirror} /> : <Text>{t("mirror.none")}</Text>
      }
    </Loaded>
  );
}

type MirrorPreview = NonNullable<MirrorPreviewQuery["previewMirror"]>;

function PreviewParts({ preview }: { preview: MirrorPreview }) {
  const t = useT();
  return (
    <Stack gap="md">
      {preview.problems.length > 0 && (
        <Alert color="orange" variant="outline" title={t("mirror.problems")}>
          <List size="sm">
            {preview.problems.map((problem) => (
              <List.Item key={problem.message}>{problem.message}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Facts
        facts={[
          [t("customer.customer"), preview.customerName],
          [t("mirror.status"), preview.status?.name ?? t("mirror.notMapped")],
          preview.discountCents > 0 && [
            t("sale.discount"),
            <Money key="discount" cents={-preview.discountCents} />,
          ],
          [t("sale.total"), <Money key="total" cents={preview.totalCents} />],
        ]}
      />
      <DataTable
        label={t("mirror.items")}
        rows={preview.items.map((item, index) => ({ ...item, key: String(index) }))}
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
        ]}
      />
      {preview.installments.length > 0 && (
        <DataTable
          label={t("mirror.installments")}
          rows={preview.installments.map((item, index) => ({ ...item, key: String(index) }))}
          rowKey={(item) => item.key}
          columns={[
            {
              key: "due",
              header: t("charge.dueDate"),
              cell: (item) => <Day value={item.dueDate} />,
            },
            {
              key: "method",
              header: t("mirror.method"),
              cell: (item) => item.remoteMethod ?? t("mirror.notMapped"),
            },
            {
              key: "amount",
              header: t("charge.amount"),
              numeric: true,
              cell: (item) => <Money cents={item.amountCents} />,
            },
          ]}
        />
      )}
    </Stack>
  );
}
