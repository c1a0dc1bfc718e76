import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { SalesDocument } from "@/gen/documents/sales";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { Loaded } from "@/ui/Feedback";
import { Section } from "@/ui/Section";
import { MirrorPreview } from "../sales/MirrorPreview";

const offered = 20;

/** What would be sent for a sale of the last ones, before the integration is switched on too. */
export function VhsysPreview() {
  const t = useT();
  const format = useFormat();
  const [saleId, setSaleId] = useState<string>();
  const query = useLoad(SalesDocument, {
    first: offered,
    filter: {},
    orderBy: "CREATED_DESC",
  });
  return (
    <Section title={t("mirror.tryOut")}>
      <Text size="sm">{t("mirror.tryOutHint")}</Text>
      <Loaded query={query}>
        {({ sales }) =>
          sales.nodes.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("mirror.noSales")}
            </Text>
          ) : (
            <Stack gap="md">
              <Choice
                label={t("mirror.sale")}
                anyLabel={t("mirror.chooseSale")}
                maw="32rem"
                value={saleId}
                onChange={setSaleId}
                options={sales.nodes.map((sale) => ({
                  value: sale.id,
                  label: [
                    t("sale.numbered", { number: sale.number }),
                    sale.customer.name,
                    format.money(sale.totalCents),
                    format.moment(sale.createdAt),
                  ].join(" · "),
                }))}
              />
              {saleId && <MirrorPreview key={saleId} saleId={saleId} />}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}
