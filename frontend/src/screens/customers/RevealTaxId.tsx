import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { RevealTaxIdDocument } from "@/gen/documents/customers";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { TaxId } from "@/ui/TaxId";

/** A masked tax id, and for who may the whole one; that it was shown is written down. */
export function RevealTaxId({ customerId, masked }: { customerId: string; masked: string }) {
  const t = useT();
  const may = useMay()("FINANCE");
  const reveal = useChange(RevealTaxIdDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const whole = reveal.data?.revealTaxId.taxId;
  const run = async () => {
    try {
      const { revealTaxId } = await reveal.mutateAsync({ input: { customerId } });
      setProblems(revealTaxId.userErrors.map(({ message }) => message));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <Group gap="sm">
      <span aria-live="polite">
        <TaxId masked={whole ?? masked} />
      </span>
      {may && !whole && (
        <Button
          size="compact-xs"
          variant="default"
          loading={reveal.isPending}
          onClick={run}
          aria-label={t("customer.revealTaxId")}
        >
          {t("customer.reveal")}
        </Button>
      )}
      <Problems messages={problems} />
    </Group>
  );
}
