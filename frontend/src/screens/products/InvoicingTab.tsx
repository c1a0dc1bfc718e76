import { SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { InvoiceDocument, InvoiceTiming } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
import { describeItem, invoicingParts } from "./invoicing";
import { RemoteProductSelect } from "./RemoteProductSelect";
import type { ProductValues } from "./values";

const documents = [
  "NONE",
  "ORDER_ONLY",
  "NFE",
  "NFSE",
  "NFCE",
] as const satisfies readonly InvoiceDocument[];
const timings = [
  "MANUAL",
  "ON_APPROVAL",
  "DAYS_AFTER_APPROVAL",
] as const satisfies readonly InvoiceTiming[];

interface Props {
  form: UseFormReturnType<ProductValues>;
  disabled: boolean;
}

/** The tab Faturamento: what goes to Vhsys when the product is sold. */
export function InvoicingTab({ form, disabled }: Props) {
  const t = useT();
  const { invoicing } = form.values;
  const parts = invoicingParts(invoicing.document);
  const chooseDocument = (document: InvoiceDocument | undefined) => {
    if (!document) return;
    const next = invoicingParts(document);
    // A unit is no service code, and the other way round.
    const other = (next.goods && parts.service) || (next.service && parts.goods);
    form.setFieldValue("invoicing", {
      ...invoicing,
      document,
      unitOrServiceCode: other ? "" : invoicing.unitOrServiceCode,
    });
  };
  return (
    <Stack>
      <Text c="dimmed" size="sm">
        {t("invoicing.hint")}
      </Text>
      <Choice
        label={t("invoicing.document")}
        description={t(`invoicing.documentHint.${invoicing.document}`)}
        disabled={disabled}
        options={documents.map((value) => ({ value, label: t(`invoicing.document.${value}`) }))}
        {...form.getInputProps("invoicing.document")}
        onChange={chooseDocument}
      />
      {parts.order && (
        <RemoteProductSelect
          id={invoicing.remoteProductId}
          name={invoicing.remoteProductName}
          disabled={disabled}
          error={form.errors["invoicing.remoteProductId"]}
          onChange={(product) =>
            form.setFieldValue("invoicing", {
              ...invoicing,
              remoteProductId: product?.id ?? "",
              remoteProductName: product?.name ?? "",
              ncm: invoicing.ncm || product?.ncm || "",
              unitOrServiceCode:
                invoicing.unitOrServiceCode || (parts.service ? "" : (product?.unit ?? "")),
            })
          }
        />
      )}
      {parts.timing && <Timing form={form} disabled={disabled} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        {parts.goods && (
          <>
            <TextInput
              label={t("invoicing.ncm")}
              description={t("invoicing.ncmHint")}
              inputMode="numeric"
              required
              disabled={disabled}
              {...form.getInputProps("invoicing.ncm")}
            />
            <TextInput
              label={t("invoicing.cfop")}
              description={t("invoicing.cfopHint")}
              inputMode="numeric"
              required
              disabled={disabled}
              {...form.getInputProps("invoicing.cfop")}
            />
            <TextInput
              label={t("invoicing.unit")}
              description={t("invoicing.unitHint")}
              disabled={disabled}
              {...form.getInputProps("invoicing.unitOrServiceCode")}
            />
          </>
        )}
        {parts.service && (
          <TextInput
            label={t("invoicing.serviceCode")}
            description={t("invoicing.serviceCodeHint")}
            disabled={disabled}
            {...form.getInputProps("invoicing.unitOrServiceCode")}
          />
        )}
      </SimpleGrid>
      {parts.order && <Template form={form} disabled={disabled} />}
    </Stack>
  );
}

function Timing({ form, disabled }: Props) {
  const t = useT();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Choice
        label={t("invoicing.timing")}
        disabled={disabled}
        options={timings.map((value) => ({ value, label: t(`invoicing.timing.${value}`) }))}
        {...form.getInputProps("invoicing.timing")}
      />
      {form.values.invoicing.timing === "DAYS_AFTER_APPROVAL" && (
        <TextInput
          label={t("invoicing.days")}
          description={t("invoicing.daysHint")}
          inputMode="numeric"
          required
          disabled={disabled}
          {...form.getInputProps("invoicing.daysAfterApproval")}
        />
      )}
    </SimpleGrid>
  );
}

const exampleSale = "1024";

/** The text of the item, and how it will read. */
function Template({ form, disabled }: Props) {
  const t = useT();
  const { name, invoicing } = form.values;
  const preview = describeItem(invoicing.descriptionTemplate, {
    product: name.trim() || t("product.product"),
    sale: exampleSale,
    customer: t("invoicing.exampleCustomer"),
  });
  return (
    <Stack gap={4}>
      <TextInput
        label={t("invoicing.template")}
        description={t("invoicing.templateHint", {
          product: "{product}",
          sale: "{sale}",
          customer: "{customer}",
        })}
        disabled={disabled}
        {...form.getInputProps("invoicing.descriptionTemplate")}
      />
      <Text size="sm" c="dimmed">
        {t("invoicing.preview")}{" "}
        <Text component="output" size="sm" c="var(--mantine-color-text)">
          {preview}
        </Text>
      </Text>
    </Stack>
  );
}
