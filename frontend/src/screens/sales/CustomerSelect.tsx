import { Button, Group, Select } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useLoad } from "@/api/hooks";
import { CustomerChoicesDocument, CustomerDetailsDocument } from "@/gen/documents/customers";
import { useT } from "@/i18n";
import { CustomerDialog } from "../customers/CustomerDialog";

interface Props {
  value: string;
  onChange: (customerId: string) => void;
  error?: ReactNode;
}

const quietMilliseconds = 250;

/** Picks a customer by name, e-mail or tax id, or adds one on the spot. */
export function CustomerSelect({ value, onChange, error }: Props) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed, quietMilliseconds);
  const [adding, add] = useDisclosure(false);
  const chosen = useChosen(value);
  // The name of the chosen one in the input is no search.
  const looksFor = chosen && search === chosen.label ? "" : search;
  const choices = useLoad(
    CustomerChoicesDocument,
    { search: looksFor || null },
    { keepPrevious: true },
  );
  const found = (choices.data?.customers.nodes ?? []).map(({ id, name, maskedTaxId }) => ({
    value: id,
    label: labelOf(name, maskedTaxId),
  }));
  const data =
    chosen && !found.some((option) => option.value === value) ? [chosen, ...found] : found;

  return (
    <Group align="flex-start" gap="sm">
      <Select
        flex="1 1 16rem"
        label={t("customer.customer")}
        placeholder={t("customers.search")}
        required
        searchable
        data={data}
        filter={({ options }) => options}
        value={value || null}
        onChange={(id) => onChange(id ?? "")}
        searchValue={typed}
        onSearchChange={setTyped}
        nothingFoundMessage={t(choices.isFetching ? "common.loading" : "list.nothingFound")}
        error={error}
        data-path="customerId"
      />
      <Button variant="default" onClick={add.open} mt={{ base: 0, xs: 25 }}>
        {t("customers.new")}
      </Button>
      {adding && (
        <CustomerDialog
          customer={null}
          onClose={add.close}
          onSaved={(customer) => onChange(customer.id)}
        />
      )}
    </Group>
  );
}

/** Somebody abroad has no tax id. */
function labelOf(name: string, maskedTaxId: string): string {
  return [name, maskedTaxId].filter(Boolean).join(" · ");
}

/** The chosen customer as an option, however it was chosen. */
function useChosen(id: string) {
  const query = useLoad(CustomerDetailsDocument, { id }, { enabled: id !== "" });
  const node = query.data?.node;
  return id !== "" && node?.__typename === "Customer"
    ? { value: node.id, label: labelOf(node.name, node.maskedTaxId) }
    : null;
}
