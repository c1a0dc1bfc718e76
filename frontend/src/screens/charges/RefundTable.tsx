import type { RefundPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { DataTable } from "@/ui/DataTable";
import { Status } from "@/ui/Status";
import { Moment, Money } from "@/ui/Values";

/** The money given back of a charge, oldest first. */
export function RefundTable({ refunds }: { refunds: RefundPartsFragment[] }) {
  const t = useT();
  return (
    <DataTable
      label={t("charge.refunds")}
      rows={refunds}
      rowKey={(refund) => refund.id}
      columns={[
        {
          key: "created",
          header: t("operations.createdAt"),
          cell: (refund) => <Moment value={refund.createdAt} />,
        },
        {
          key: "amount",
          header: t("charge.refund.amount"),
          numeric: true,
          cell: (refund) => <Money cents={refund.amountCents} />,
        },
        {
          key: "state",
          header: t("common.status"),
          cell: (refund) => <Status of="refund" value={refund.state} />,
        },
        {
          key: "who",
          header: t("operations.requestedBy"),
          cell: (refund) => refund.requestedBy?.name ?? t("operation.byPonte"),
        },
        {
          key: "reason",
          header: t("charge.refund.reason"),
          wraps: true,
          cell: (refund) => [refund.reason, refund.providerText].filter(Boolean).join(" · ") || "–",
        },
      ]}
    />
  );
}
