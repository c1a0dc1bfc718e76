import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useLoad } from "@/api/hooks";
import { ProviderProductsDocument } from "@/gen/documents/products";
import type { ProviderProductsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { errorText } from "@/ui/Feedback";

type RemoteProduct = ProviderProductsQuery["providerProducts"]["items"][number];

interface Props {
  id: string;
  name: string;
  disabled: boolean;
  error?: ReactNode;
  onChange: (product: RemoteProduct | null) => void;
}

/** The product at Vhsys: what was chosen, and a search that asks Vhsys only on purpose. */
export function RemoteProductSelect({ id, name, disabled, error, onChange }: Props) {
  const t = useT();
  const [searching, search] = useDisclosure(false);
  if (searching) {
    return (
      <RemoteSearch
        error={error}
        onChange={(product) => {
          onChange(product);
          search.close();
        }}
      />
    );
  }
  return (
    <Stack gap={2}>
      <Text size="sm" fw={500}>
        {t("invoicing.remoteProduct")}
      </Text>
      <Group gap="sm">
        <Text size="sm">
          {id === "" ? t("invoicing.noRemoteProduct") : t("invoicing.chosen", { id, name })}
        </Text>
        {!disabled && (
          <Button size="compact-sm" variant="default" onClick={search.open}>
            {t(id === "" ? "invoicing.choose" : "invoicing.chooseOther")}
          </Button>
        )}
        {!disabled && id !== "" && (
          <Button size="compact-sm" variant="default" onClick={() => onChange(null)}>
            {t("invoicing.remove")}
          </Button>
        )}
      </Group>
      {error && (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}

const quietMilliseconds = 400;

function RemoteSearch({
  error,
  onChange,
}: {
  error?: ReactNode;
  onChange: (product: RemoteProduct | null) => void;
}) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed, quietMilliseconds);
  const query = useLoad(ProviderProductsDocument, { search }, { live: true, keepPrevious: true });
  const items = query.data?.providerProducts.items ?? [];
  const refusal = query.data?.providerProducts.userErrors[0]?.message;
  const problem = query.error ? errorText(t, query.error) : refusal;
  return (
    <Select
      label={t("invoicing.remoteProduct")}
      placeholder={t("invoicing.searchHint")}
      searchable
      autoFocus
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={items.map((item) => ({ value: item.id, label: `${item.name} (${item.code})` }))}
      onChange={(id) => onChange(items.find((item) => item.id === id) ?? null)}
      nothingFoundMessage={t(query.isFetching ? "common.loading" : "list.nothingFound")}
      error={problem ?? error}
    />
  );
}
