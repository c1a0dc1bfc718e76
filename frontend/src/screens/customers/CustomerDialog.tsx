import { Checkbox, Fieldset, SimpleGrid, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useChange } from "@/api/hooks";
import { SaveCustomerDocument } from "@/gen/documents/customers";
import type { CustomerPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { isTaxId } from "@/ui/checkTaxId";
import { FormDialog } from "@/ui/FormDialog";
import { useSubmit } from "@/ui/form";
import { TaxIdInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";

interface Props {
  customer: CustomerPartsFragment | null;
  onClose: () => void;
  onSaved?: (customer: CustomerPartsFragment) => void;
}

const noAddress = {
  street: "",
  number: "",
  complement: "",
  district: "",
  city: "",
  state: "",
  postalCode: "",
};

type AddressValues = typeof noAddress;

/** An address that was left empty is no address. */
function filled(address: AddressValues): AddressValues | null {
  return Object.values(address).some((value) => value.trim() !== "") ? address : null;
}

/** Adds or changes a customer; the tax id is shown masked and only replaced when typed anew. */
export function CustomerDialog({ customer, onClose, onSaved }: Props) {
  const t = useT();
  const save = useChange(SaveCustomerDocument);
  const hasTaxId = customer !== null && customer.maskedTaxId !== "";
  const form = useForm({
    initialValues: {
      name: customer?.name ?? "",
      taxId: "",
      foreignBuyer: customer?.foreignBuyer ?? false,
      email: customer?.email ?? "",
      phone: customer?.phone ?? "",
      address: { ...noAddress, ...addressOf(customer) },
    },
    validate: {
      name: (value) => (value.trim() === "" ? t("form.required") : null),
      taxId: (value, { foreignBuyer }) => {
        if (foreignBuyer || (hasTaxId && value.trim() === "")) return null;
        return isTaxId(value) ? null : t("form.taxId");
      },
    },
  });
  const submit = useSubmit(form, async (values) => {
    const { name, taxId, foreignBuyer, email, phone, address } = values;
    const { saveCustomer } = await save.mutateAsync({
      input: {
        id: customer?.id,
        name: name.trim(),
        taxId: (!foreignBuyer && taxId.trim()) || undefined,
        foreignBuyer,
        email: email.trim(),
        phone: phone.trim(),
        address: filled(address),
      },
    });
    if (saveCustomer.customer) {
      notifyDone(t("customers.saved"));
      onClose();
      onSaved?.(saveCustomer.customer);
    }
    return saveCustomer.userErrors;
  });
  const foreign = form.values.foreignBuyer;
  return (
    <FormDialog
      title={t(customer ? "customers.edit" : "customers.new")}
      opened
      onClose={onClose}
      size="lg"
      {...submit}
    >
      <TextInput
        label={t("customer.name")}
        required
        data-autofocus
        {...form.getInputProps("name")}
      />
      {!hasTaxId && (
        <Checkbox
          label={t("customer.foreignBuyer")}
          description={t("customer.foreignBuyerHint")}
          {...form.getInputProps("foreignBuyer", { type: "checkbox" })}
        />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {!foreign && (
          <TaxIdInput
            label={t("customer.taxId")}
            description={
              hasTaxId ? t("customer.taxIdKept", { taxId: customer.maskedTaxId }) : undefined
            }
            required={!hasTaxId}
            {...form.getInputProps("taxId")}
          />
        )}
        <TextInput
          label={t("customer.phone")}
          description={t("customer.phoneHint")}
          type="tel"
          {...form.getInputProps("phone")}
        />
      </SimpleGrid>
      <TextInput label={t("customer.email")} type="email" {...form.getInputProps("email")} />
      <Fieldset legend={t("address.address")}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label={t("address.postalCode")}
            {...form.getInputProps("address.postalCode")}
          />
          <TextInput label={t("address.street")} {...form.getInputProps("address.street")} />
          <TextInput label={t("address.number")} {...form.getInputProps("address.number")} />
          <TextInput
            label={t("address.complement")}
            {...form.getInputProps("address.complement")}
          />
          <TextInput label={t("address.district")} {...form.getInputProps("address.district")} />
          <TextInput label={t("address.city")} {...form.getInputProps("address.city")} />
          <TextInput
            label={t("address.state")}
            maxLength={2}
            {...form.getInputProps("address.state")}
          />
        </SimpleGrid>
      </Fieldset>
    </FormDialog>
  );
}

function addressOf(customer: CustomerPartsFragment | null): Partial<AddressValues> {
  if (!customer?.address) return {};
  const { __typename, ...address } = customer.address;
  return address;
}
