import { ActionIcon, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { FormErrors } from "@mantine/form";
import { useLoad } from "@/api/hooks";
import { ProductChoicesDocument } from "@/gen/documents/products";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import type { InputProps } from "@/ui/form";
import { PlusIcon, TrashIcon } from "@/ui/icons";
import { MoneyInput } from "@/ui/inputs";
import { Money } from "@/ui/Values";
import { type ItemValues, itemCents } from "./preview";
import { newItem } from "./values";

const mostItems = 100;

/** What the items need of the form that they are part of. */
interface ItemsForm {
  values: { items: ItemValues[] };
  errors: FormErrors;
  getInputProps: (path: string) => InputProps;
  setFieldValue: (path: `items.${number}`, item: ItemValues) => void;
  insertListItem: (path: "items", item: ItemValues) => void;
  removeListItem: (path: "items", index: number) => void;
}

/** What is sold: products, or free texts with a price. */
export function ItemsField({ form }: { form: ItemsForm }) {
  const t = useT();
  const { items } = form.values;
  return (
    <Stack gap="sm">
      {items.map((item, index) => (
        <ItemRow key={item.key} form={form} index={index} />
      ))}
      {items.length < mostItems && (
        <Group>
          <Button
            variant="default"
            leftSection={<PlusIcon />}
            onClick={() => form.insertListItem("items", newItem())}
          >
            {t("sale.addItem")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function ItemRow({ form, index }: { form: ItemsForm; index: number }) {
  const t = useT();
  const format = useFormat();
  const products = useLoad(ProductChoicesDocument, {}).data?.products.nodes ?? [];
  const item = form.values.items[index];
  if (!item) return null;
  const path = `items.${index}` as const;
  const number = index + 1;
  const pick = (productId: string | undefined) => {
    const product = products.find(({ id }) => id === productId);
    form.setFieldValue(path, {
      ...item,
      productId: product?.id ?? "",
      description: product?.name ?? item.description,
      unitCents: product ? format.typed(product.priceCents) : item.unitCents,
    });
  };
  return (
    <Group role="group" aria-label={t("sale.itemNumber", { number })} align="flex-start" gap="sm">
      <Choice
        flex="1 1 12rem"
        label={t("product.product")}
        anyLabel={t("sale.freeText")}
        options={products.map(({ id, code, name }) => ({ value: id, label: `${code} · ${name}` }))}
        value={item.productId}
        onChange={pick}
        error={form.errors[`${path}.productId`]}
      />
      <TextInput
        flex="2 1 12rem"
        label={t("sale.description")}
        required={item.productId === ""}
        {...form.getInputProps(`${path}.description`)}
      />
      <TextInput
        w={90}
        label={t("sale.quantity")}
        inputMode="numeric"
        {...form.getInputProps(`${path}.quantity`)}
      />
      <MoneyInput
        w={140}
        label={t("sale.unit")}
        required
        {...form.getInputProps(`${path}.unitCents`)}
      />
      <Stack gap={4} miw={100}>
        <Text size="sm" fw={500}>
          {t("sale.itemTotal")}
        </Text>
        <Text pt={4}>
          <Money cents={itemCents(item)} />
        </Text>
      </Stack>
      {form.values.items.length > 1 && (
        <ActionIcon
          variant="default"
          size="lg"
          mt={24}
          aria-label={t("sale.removeItem", { number })}
          onClick={() => form.removeListItem("items", index)}
        >
          <TrashIcon />
        </ActionIcon>
      )}
    </Group>
  );
}
