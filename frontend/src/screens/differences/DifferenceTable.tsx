import { Button, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { IgnoreDifferenceDocument, RepairDifferenceDocument } from "@/gen/documents/differences";
import type { DifferenceRowFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { type Column, DataTable } from "@/ui/DataTable";
import { errorText } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { notifyDone, notifyFailure } from "@/ui/notify";
import { Status } from "@/ui/Status";
import { Moment } from "@/ui/Values";

interface Props {
  differences: DifferenceRowFragment[];
  /** Left out on the page of the sale itself. */
  without?: "sale";
}

/** In what sales and their mirrors at Vhsys are not the same. */
export function DifferenceTable({ differences, without }: Props) {
  const t = useT();
  const kind: Column<DifferenceRowFragment> = {
    key: "kind",
    header: t("difference.difference"),
    wraps: true,
    cell: (one) => t(`difference.kind.${one.kind}`),
  };
  const sale: Column<DifferenceRowFragment> = {
    key: "sale",
    header: t("sale.sale"),
    cell: (one) => (
      <AppLink to="/sales/$saleId" params={{ saleId: one.sale.id }}>
        {t("sale.numbered", { number: one.sale.number })}
      </AppLink>
    ),
  };
  const columns: Column<DifferenceRowFragment>[] = [
    ...(without === "sale" ? [kind] : [sale, kind]),
    {
      key: "state",
      header: t("common.status"),
      cell: (one) => <Status of="difference" value={one.state} />,
    },
    { key: "ours", header: t("difference.ours"), wraps: true, cell: (one) => one.ours || "–" },
    {
      key: "theirs",
      header: t("difference.theirs"),
      wraps: true,
      cell: (one) => one.theirs || "–",
    },
    {
      key: "first",
      header: t("difference.firstAt"),
      cell: (one) => <Moment value={one.firstAt} />,
    },
    {
      key: "actions",
      header: t("common.actions"),
      cell: (one) => <DifferenceActions difference={one} />,
    },
  ];
  return (
    <DataTable
      label={t("differences.title")}
      columns={columns}
      rows={differences}
      rowKey={(one) => one.id}
    />
  );
}

/** Sends it anew, or notes that it is on purpose. */
function DifferenceActions({ difference }: { difference: DifferenceRowFragment }) {
  const t = useT();
  const may = useMay();
  const repair = useChange(RepairDifferenceDocument);
  const ignore = useChange(IgnoreDifferenceDocument);
  const [ignoring, ask] = useDisclosure(false);
  if (difference.state !== "OPEN" || !may("OPERATOR")) return "–";
  const about = `${t("sale.numbered", { number: difference.sale.number })}, ${t(
    `difference.kind.${difference.kind}`,
  )}`;
  const named = (action: string) => t("failure.actionAbout", { action, about });
  const sendAnew = async () => {
    try {
      const { repairDifference } = await repair.mutateAsync({ input: { id: difference.id } });
      const [refusal] = repairDifference.userErrors;
      if (refusal) notifyFailure(difference.id, t("form.refused"), refusal.message);
      else notifyDone(t("difference.repairing"));
    } catch (error) {
      notifyFailure(difference.id, t("error.title"), errorText(t, error));
    }
  };
  const confirm = async () => {
    const { ignoreDifference } = await ignore.mutateAsync({ input: { id: difference.id } });
    if (ignoreDifference.userErrors.length === 0) notifyDone(t("difference.ignored"));
    return ignoreDifference.userErrors;
  };
  return (
    <Stack gap="xs" align="flex-start">
      {difference.repairable && (
        <Button
          size="xs"
          loading={repair.isPending}
          onClick={sendAnew}
          aria-label={named(t("difference.repair"))}
        >
          {t("difference.repair")}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        onClick={ask.open}
        aria-label={named(t("difference.ignore"))}
      >
        {t("difference.ignore")}
      </Button>
      <ConfirmDialog
        title={t("difference.ignoreTitle")}
        opened={ignoring}
        onClose={ask.close}
        onConfirm={confirm}
        confirmLabel={t("difference.ignore")}
      >
        <Text>{t("difference.ignoreQuestion")}</Text>
      </ConfirmDialog>
    </Stack>
  );
}
