import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import type { ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { BarCode } from "@/ui/BarCode";
import { CopyButton } from "@/ui/CopyButton";
import { formatTypeableLine } from "@/ui/itf";
import { QrCode } from "@/ui/QrCode";
import { Section } from "@/ui/Section";

/** What the payer needs to pay a charge: bar code, Pix, page, link. */
export function PaymentWays({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  if (!charge.barCode && !charge.typeableLine && !charge.pixCode && !charge.link) return null;
  return (
    <Section
      title={t("charge.ways")}
      actions={
        <Group gap="sm">
          {charge.link && <PageButton href={charge.link} label={t("charge.openLink")} />}
          {charge.pdf && <PageButton href={charge.pdf} label={t("charge.openPdf")} />}
        </Group>
      }
    >
      {charge.barCode && (
        <BarCode
          digits={charge.barCode}
          label={t("charge.barCodeLabel", { digits: charge.barCode })}
        />
      )}
      {charge.typeableLine && (
        <Stack gap={4} align="flex-start">
          <Text size="sm" c="dimmed">
            {t("charge.typeableLine")}
          </Text>
          <Text className="digits">{formatTypeableLine(charge.typeableLine)}</Text>
          <CopyButton text={charge.typeableLine} label={t("charge.copyLine")} />
        </Stack>
      )}
      {charge.pixCode && (
        <Group align="flex-start" gap="lg">
          <QrCode text={charge.pixCode} label={t("charge.pixQr")} />
          <Stack gap={4} align="flex-start" flex="1 1 16rem" miw={0}>
            <Text size="sm" c="dimmed">
              {t("charge.pixCode")}
            </Text>
            <Text className="digits" size="sm">
              {charge.pixCode}
            </Text>
            <CopyButton text={charge.pixCode} label={t("charge.copyPix")} />
          </Stack>
        </Group>
      )}
      {charge.link && (
        <Stack gap={4} align="flex-start">
          <Text size="sm" c="dimmed">
            {t(charge.method === "LINK" ? "charge.paymentLink" : "charge.link")}
          </Text>
          <Anchor
            href={charge.link}
            target="_blank"
            rel="noreferrer"
            className="digits"
            underline="always"
            size="sm"
          >
            {charge.link}
          </Anchor>
          <CopyButton text={charge.link} label={t("charge.copyLink")} />
        </Stack>
      )}
    </Section>
  );
}

/** A page of the provider in a tab of its own. */
export function PageButton({ href, label }: { href: string; label: string }) {
  return (
    <Button component="a" href={href} target="_blank" rel="noreferrer" variant="default" size="xs">
      {label}
    </Button>
  );
}
