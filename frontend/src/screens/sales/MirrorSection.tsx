import { Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { OrderStep } from "@/gen/schema";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { Section } from "@/ui/Section";
import { Moment } from "@/ui/Values";
import { FailureNotice } from "../failures/FailureNotice";
import { MirrorPreview } from "./MirrorPreview";
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
      {previewing && <MirrorPreview saleId={sale.id} />}
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
