import { Button, Checkbox, Group, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { CreateSaleDocument } from "@/gen/documents/sales";
import { type Translate, useT } from "@/i18n";
import { isDay, parseHundredths } from "@/i18n/format";
import { Facts } from "@/ui/Facts";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { MoneyInput } from "@/ui/inputs";
import { AppLink, LinkButton } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Money } from "@/ui/Values";
import { CustomerSelect } from "./CustomerSelect";
import { InstallmentsField } from "./InstallmentsField";
import { ItemsField } from "./ItemsField";
import { mostInstallments, parseWhole, saleTotals } from "./preview";
import { TermsField } from "./TermsField";
import { newSale, type SaleValues, saleInput } from "./values";

/** A new sale; its boletos are issued as soon as it is saved. */
export function NewSaleScreen({ customerId }: { customerId?: string }) {
  const t = useT();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const create = useChange(CreateSaleDocument);
  const form = useForm<SaleValues>({
    initialValues: newSale(customerId),
    validate: validation(t),
  });
  const submit = useSubmit(form, async (values) => {
    const { createSale } = await create.mutateAsync({ input: saleInput(values, idempotencyKey) });
    if (createSale.sale) {
      notifyDone(t("sales.saved"));
      await navigate({ to: "/sales/$saleId", params: { saleId: createSale.sale.id } });
    }
    return createSale.userErrors;
  });
  const { items, discountCents, interestCents } = form.values;
  const { itemsCents, totalCents } = saleTotals(items, discountCents, interestCents);

  return (
    <Page
      title={t("sales.new")}
      hint={t("sales.newHint")}
      back={
        <AppLink to="/sales" size="sm">
          {t("sales.title")}
        </AppLink>
      }
    >
      <form onSubmit={submit.onSubmit} noValidate>
        <Stack gap="lg" maw="60rem">
          <Section title={t("sale.buyer")}>
            <CustomerSelect
              value={form.values.customerId}
              onChange={(id) => form.setFieldValue("customerId", id)}
              error={form.errors.customerId}
            />
          </Section>
          <Section title={t("sale.items")}>
            <ItemsField form={form} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <MoneyInput label={t("sale.discount")} {...form.getInputProps("discountCents")} />
              <MoneyInput
                label={t("sale.interest")}
                description={t("sale.interestHint")}
                {...form.getInputProps("interestCents")}
              />
            </SimpleGrid>
            <Facts
              facts={[
                [t("sale.itemsTotal"), <Money key="items" cents={itemsCents} />],
                [t("sale.total"), <Money key="total" cents={totalCents} />],
              ]}
            />
          </Section>
          <Section title={t("sale.payment")}>
            <InstallmentsField form={form} totalCents={totalCents} />
            <Checkbox
              label={t("sale.sendEmail")}
              {...form.getInputProps("sendEmail", { type: "checkbox" })}
            />
          </Section>
          <Section title={t("terms.title")}>
            <TermsField form={form} />
          </Section>
          <Section title={t("sale.note")}>
            <Textarea
              aria-label={t("sale.note")}
              description={t("sale.noteHint")}
              rows={2}
              {...form.getInputProps("note")}
            />
          </Section>
          <Problems messages={submit.problems} />
          <Group>
            <Button type="submit" loading={submit.busy}>
              {t("sales.submit")}
            </Button>
            <LinkButton to="/sales" variant="default">
              {t("common.cancel")}
            </LinkButton>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

function validation(t: Translate) {
  const optionalAmount = (value: string) =>
    value.trim() === "" || parseHundredths(value) !== null ? null : t("form.amount");
  const optionalWhole = (value: string) =>
    value.trim() === "" || parseWhole(value) !== null ? null : t("form.whole");
  return {
    customerId: (value: string) => (value === "" ? t("form.customer") : null),
    items: {
      description: (value: string, values: SaleValues, path: string) => {
        const index = Number(path.split(".")[1]);
        const free = values.items[index]?.productId === "";
        return free && value.trim() === "" ? t("form.required") : null;
      },
      quantity: (value: string) => (parseWhole(value) ? null : t("form.whole")),
      unitCents: (value: string) => (parseHundredths(value) ? null : t("form.amount")),
    },
    discountCents: optionalAmount,
    interestCents: optionalAmount,
    installments: (value: string) => {
      const count = parseWhole(value) ?? 0;
      return count >= 1 && count <= mostInstallments
        ? null
        : t("form.installments", { most: mostInstallments });
    },
    firstDueDate: (value: string) => (isDay(value) ? null : t("form.day")),
    terms: {
      fineHundredths: optionalAmount,
      monthlyInterestHundredths: optionalAmount,
      discountCents: optionalAmount,
      discountDays: optionalWhole,
      daysToWriteOff: optionalWhole,
    },
  };
}
