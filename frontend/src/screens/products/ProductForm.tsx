import { Button, Group, Stack, Switch, Tabs, TextInput } from "@mantine/core";
import { type FormErrors, useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { SaveProductDocument } from "@/gen/documents/products";
import type { ProductPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { parseHundredths, useFormat } from "@/i18n/format";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { MoneyInput } from "@/ui/inputs";
import { notifyDone } from "@/ui/notify";
import { InvoicingTab } from "./InvoicingTab";
import { invoicingParts, isCfop, isDelay, isNcm } from "./invoicing";
import type { ProductTab } from "./search";
import { type ProductValues, productInput, productValues } from "./values";

interface Props {
  product: ProductPartsFragment | null;
  /** The tab that is open at first. */
  tab?: ProductTab;
}

/** A product with its two tabs; both are saved together. */
export function ProductForm({ product, tab: firstTab = "data" }: Props) {
  const t = useT();
  const format = useFormat();
  const navigate = useNavigate();
  const mayEdit = useMay()("OPERATOR");
  const save = useChange(SaveProductDocument);
  const [tab, setTab] = useState<string | null>(firstTab);
  const form = useForm<ProductValues>({
    initialValues: productValues(product, format.typed),
    validate: {
      code: (value) => (value.trim() === "" ? t("form.required") : null),
      name: (value) => (value.trim() === "" ? t("form.required") : null),
      priceCents: (value) => (parseHundredths(value) ? null : t("form.amount")),
      invoicing: {
        ncm: (value, { invoicing }) =>
          invoicingParts(invoicing.document).goods && !isNcm(value) ? t("form.ncm") : null,
        cfop: (value, { invoicing }) =>
          invoicingParts(invoicing.document).goods && !isCfop(value) ? t("form.cfop") : null,
        daysAfterApproval: (value, { invoicing }) => {
          const waits = invoicing.timing === "DAYS_AFTER_APPROVAL";
          const asked = waits && invoicingParts(invoicing.document).timing;
          return asked && !isDelay(value) ? t("form.delay") : null;
        },
      },
    },
  });
  const openTab = (errors: FormErrors) =>
    setTab(Object.keys(errors)[0]?.startsWith("invoicing.") ? "invoicing" : "data");
  const submit = useSubmit(
    form,
    async (values) => {
      const { saveProduct } = await save.mutateAsync({ input: productInput(product?.id, values) });
      if (saveProduct.product) {
        notifyDone(t("products.saved"));
        form.resetDirty();
        if (!product) {
          await navigate({
            to: "/products/$productId",
            params: { productId: saveProduct.product.id },
          });
        }
      }
      return saveProduct.userErrors;
    },
    openTab,
  );
  return (
    <form onSubmit={submit.onSubmit} noValidate>
      <Stack gap="lg" maw="46rem">
        <Tabs value={tab} onChange={setTab} keepMounted>
          <Tabs.List>
            <Tabs.Tab value="data">{t("product.tab.data")}</Tabs.Tab>
            <Tabs.Tab value="invoicing">{t("product.tab.invoicing")}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="data" pt="md">
            <Stack>
              <TextInput
                label={t("common.code")}
                required
                disabled={!mayEdit}
                {...form.getInputProps("code")}
              />
              <TextInput
                label={t("common.name")}
                required
                disabled={!mayEdit}
                {...form.getInputProps("name")}
              />
              <MoneyInput
                label={t("product.price")}
                required
                disabled={!mayEdit}
                {...form.getInputProps("priceCents")}
              />
              <Switch
                label={t("product.active")}
                disabled={!mayEdit}
                {...form.getInputProps("active", { type: "checkbox" })}
              />
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="invoicing" pt="md">
            <InvoicingTab form={form} disabled={!mayEdit} />
          </Tabs.Panel>
        </Tabs>
        <Problems messages={submit.problems} />
        {mayEdit && (
          <Group>
            <Button type="submit" loading={submit.busy}>
              {t("common.save")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
