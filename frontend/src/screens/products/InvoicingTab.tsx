import { SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { InvoiceDocument, InvoiceTiming } from "@/gen/schema";
import { useT } from "@/i18n";
import { Choice } from "@/ui/Choice";
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
  const service = invoicing.document === "NFSE";
  const goods = invoicing.document === "NFE" || invoicing.document === "NFCE";
  return (
    <Stack>
      <Text c="dimmed" size="sm">
        {t("invoicing.hint")}
      </Text>
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
            unitOrServiceCode: invoicing.unitOrServiceCode || product?.unit || "",
          })
        }
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Choice
          label={t("invoicing.document")}
          disabled={disabled}
          options={documents.map((value) => ({ value, label: t(`invoicing.document.${value}`) }))}
          {...form.getInputProps("invoicing.document")}
        />
        <Choice
          label={t("invoicing.timing")}
          disabled={disabled}
          options={timings.map((value) => ({ value, label: t(`invoicing.timing.${value}`) }))}
          {...form.getInputProps("invoicing.timing")}
        />
        {invoicing.timing === "DAYS_AFTER_APPROVAL" && (
          <TextInput
            label={t("invoicing.days")}
            inputMode="numeric"
            disabled={disabled}
            {...form.getInputProps("invoicing.daysAfterApproval")}
          />
        )}
        {!service && (
          <TextInput
            label={t("invoicing.ncm")}
            description={t("invoicing.ncmHint")}
            inputMode="numeric"
            required={goods}
            disabled={disabled}
            {...form.getInputProps("invoicing.ncm")}
          />
        )}
        {!service && (
          <TextInput
            label={t("invoicing.cfop")}
            description={t("invoicing.cfopHint")}
            inputMode="numeric"
            required={goods}
            disabled={disabled}
            {...form.getInputProps("invoicing.cfop")}
          />
        )}
        <TextInput
          label={t(service ? "invoicing.serviceCode" : "invoicing.unit")}
          disabled={disabled}
          {...form.getInputProps("invoicing.unitOrServiceCode")}
        />
      </SimpleGrid>
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
    </Stack>
  );
}
