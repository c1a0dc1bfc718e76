import { useChange, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import {
  MapPaymentMethodDocument,
  ProviderPaymentMethodsDocument,
} from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { DataTable } from "@/ui/DataTable";
import { Loaded } from "@/ui/Feedback";
import { useMapping } from "./useMapping";

type Row = VhsysPartsFragment["paymentMethodMappings"][number];

/** The tab Formas de Pagamento: what each of our methods is called at Vhsys. */
export function MethodsTab({ integration }: { integration: VhsysPartsFragment }) {
  const t = useT();
  const mayEdit = useMay()("OWNER");
  const query = useLoad(ProviderPaymentMethodsDocument, {});
  const map = useChange(MapPaymentMethodDocument);
  const { refused, save } = useMapping();
  const choose = (row: Row, remoteMethod: string | undefined) =>
    save(row.method, async () => {
      const { mapPaymentMethod } = await map.mutateAsync({
        input: { method: row.method, remoteMethod: remoteMethod ?? null },
      });
      return mapPaymentMethod.userErrors;
    });
  return (
    <Loaded query={query}>
      {({ providerPaymentMethods }) => (
        <DataTable
          label={t("vhsys.tab.methods")}
          rows={integration.paymentMethodMappings}
          rowKey={(row) => row.method}
          columns={[
            {
              key: "ours",
              header: t("vhsys.ourMethod"),
              cell: (row) => t(`method.${row.method}`),
            },
            {
              key: "remote",
              header: t("vhsys.remoteMethod"),
              cell: (row) => (
                <Choice
                  miw="14rem"
                  aria-label={t("vhsys.remoteMethodOf", { name: t(`method.${row.method}`) })}
                  anyLabel={t("vhsys.unmapped")}
                  disabled={!mayEdit || map.isPending}
                  options={providerPaymentMethods.map((value) => ({ value, label: value }))}
                  value={row.remoteMethod ?? undefined}
                  onChange={(value) => choose(row, value)}
                  error={refused[row.method] || undefined}
                />
              ),
            },
          ]}
        />
      )}
    </Loaded>
  );
}
