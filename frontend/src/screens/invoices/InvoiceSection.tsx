import { Divider, Stack, Text } from "@mantine/core";
import type { InvoiceKind } from "@/gen/schema";
import { useT } from "@/i18n";
import { Section } from "@/ui/Section";
import { InvoiceCard } from "./InvoiceCard";
import { IssueButton } from "./IssueButton";
import { type Sale, unplannedKinds } from "./invoice";

/** The notas fiscais of a sale: where each stands, and what a person can do. */
export function InvoiceSection({ sale }: { sale: Sale }) {
  const t = useT();
  const unplanned = unplannedKinds(sale);
  const none = sale.invoices.length === 0 && unplanned.length === 0;
  return (
    <Section title={t("invoices.title")}>
      {none && <Text c="dimmed">{t("invoice.none")}</Text>}
      <Stack gap="lg">
        {sale.invoices.map((invoice, index) => (
          <Stack key={invoice.id} gap="lg">
            {index > 0 && <Divider />}
            <InvoiceCard sale={sale} invoice={invoice} />
          </Stack>
        ))}
        {unplanned.map((kind) => (
          <Unplanned key={kind} sale={sale} kind={kind} />
        ))}
      </Stack>
    </Section>
  );
}

/** A document that the products ask for, before the sale has it. */
function Unplanned({ sale, kind }: { sale: Sale; kind: InvoiceKind }) {
  const t = useT();
  const approved = sale.status === "APPROVED";
  return (
    <Stack gap="sm">
      <Text c={approved ? undefined : "dimmed"}>
        {t(approved ? "invoice.unplanned" : "invoice.afterApproval", {
          kind: t(`invoice.kind.${kind}`),
        })}
      </Text>
      {approved && <IssueButton sale={sale} kind={kind} label={t("invoice.issueNow")} />}
    </Stack>
  );
}
