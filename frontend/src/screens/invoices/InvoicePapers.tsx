import { Anchor, Group } from "@mantine/core";
import { useT } from "@/i18n";

/** The ways to the PDF and the XML of an invoice; nothing before it has them. */
export function InvoicePapers({ pdf, xml, about }: { pdf: string; xml: string; about: string }) {
  const t = useT();
  const papers = [
    { label: t("invoice.pdf"), address: pdf },
    { label: t("invoice.xml"), address: xml },
  ].filter(({ address }) => /^https?:\/\//.test(address));
  if (papers.length === 0) return null;
  return (
    <Group gap="sm" wrap="nowrap">
      {papers.map(({ label, address }) => (
        <Anchor
          key={label}
          href={address}
          target="_blank"
          rel="noreferrer"
          aria-label={t("invoice.paperOf", { paper: label, invoice: about })}
        >
          {label}
        </Anchor>
      ))}
    </Group>
  );
}
