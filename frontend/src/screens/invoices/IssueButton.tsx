import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { IssueInvoiceDocument } from "@/gen/documents/invoices";
import type { InvoiceKind } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { notifyDone } from "@/ui/notify";
import type { Sale } from "./invoice";

interface Props {
  sale: Sale;
  kind: InvoiceKind;
  label: string;
  quiet?: boolean;
}

/** Has an invoice issued, or looked up, without waiting for its time. */
export function IssueButton({ sale, kind, label, quiet = false }: Props) {
  const t = useT();
  const mayIssue = useMay()("OPERATOR");
  const issue = useChange(IssueInvoiceDocument);
  const [problems, setProblems] = useState<string[]>([]);
  if (!mayIssue) return null;
  const run = async () => {
    setProblems([]);
    try {
      const { issueInvoice } = await issue.mutateAsync({ input: { saleId: sale.id, kind } });
      setProblems(issueInvoice.userErrors.map(({ message }) => message));
      if (issueInvoice.userErrors.length === 0) notifyDone(t("invoice.asked"));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <>
      <Group>
        <Button
          size="xs"
          variant={quiet ? "default" : "filled"}
          loading={issue.isPending}
          onClick={run}
          aria-label={t("failure.actionAbout", { action: label, about: t(`invoice.kind.${kind}`) })}
        >
          {label}
        </Button>
      </Group>
      <Problems messages={problems} />
    </>
  );
}
