import { Button, Group, Stack, Text } from "@mantine/core";
import { useChange, useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { MapSaleStatusDocument, ProviderStatusesDocument } from "@/gen/documents/integrations";
import type { VhsysPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { DataTable } from "@/ui/DataTable";
import { ErrorNotice, Problems } from "@/ui/Feedback";
import { useMapping } from "./useMapping";

type Row = VhsysPartsFragment["saleStatusMappings"][number];
type RemoteStatus = NonNullable<Row["remoteStatus"]>;

function keyOf({ base, customId }: RemoteStatus): string {
  return `${base}/${customId ?? ""}`;
}

/** What can be chosen: what Vhsys offers now, and what was chosen before. */
function optionsOf(offered: RemoteStatus[], chosen: RemoteStatus | null): RemoteStatus[] {
  if (chosen === null || offered.some((status) => keyOf(status) === keyOf(chosen))) return offered;
  return [chosen, ...offered];
}

/** The tab Status: what each status of a sale becomes at Vhsys. */
export function StatusTab({ integration }: { integration: VhsysPartsFragment }) {
  const t = useT();
  const mayEdit = useMay()("OWNER");
  const mayAsk = useMay()("OPERATOR");
  const query = useLoad(ProviderStatusesDocument, {}, { live: true, enabled: mayAsk });
  const map = useChange(MapSaleStatusDocument);
  const { refused, save } = useMapping();
  const offered = query.data?.providerStatuses.items ?? [];
  const choose = (row: Row, status: RemoteStatus | undefined) =>
    save(row.status, async () => {
      const { mapSaleStatus } = await map.mutateAsync({
        input: {
          status: row.status,
          base: status?.base ?? null,
          customId: status?.customId ?? null,
          name: status?.name ?? null,
        },
      });
      return mapSaleStatus.userErrors;
    });
  return (
    <Stack gap="md">
      {mayAsk && (
        <Group>
          <Button
            variant="default"
            loading={query.isFetching}
            onClick={() => query.refetch()}
            aria-describedby="statuses-hint"
          >
            {t("vhsys.refreshStatuses")}
          </Button>
          <Text id="statuses-hint" size="sm" c="dimmed">
            {t("vhsys.refreshStatusesHint")}
          </Text>
        </Group>
      )}
      {query.error && <ErrorNotice error={query.error} onRetry={() => query.refetch()} />}
      <Problems
        messages={(query.data?.providerStatuses.userErrors ?? []).map(({ message }) => message)}
      />
      <DataTable
        label={t("vhsys.tab.status")}
        rows={integration.saleStatusMappings}
        rowKey={(row) => row.status}
        columns={[
          {
            key: "ours",
            header: t("vhsys.ourStatus"),
            cell: (row) => t(`vhsys.status.${row.status}`),
          },
          {
            key: "remote",
            header: t("vhsys.remoteStatus"),
            cell: (row) => {
              const options = optionsOf(offered, row.remoteStatus);
              return (
                <Choice
                  miw="14rem"
                  aria-label={t("vhsys.remoteStatusOf", { name: t(`vhsys.status.${row.status}`) })}
                  anyLabel={t("vhsys.unmapped")}
                  disabled={!mayEdit || map.isPending}
                  options={options.map((status) => ({
                    value: keyOf(status),
                    label:
                      status.customId === null ? status.name : `${status.base} · ${status.name}`,
                  }))}
                  value={row.remoteStatus ? keyOf(row.remoteStatus) : undefined}
                  onChange={(key) =>
                    choose(
                      row,
                      options.find((status) => keyOf(status) === key),
                    )
                  }
                  error={refused[row.status] || undefined}
                />
              );
            },
          },
        ]}
      />
    </Stack>
  );
}
