import { Button, Group, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { RecordSaleDocument } from "@/gen/documents/sales";
import { useT } from "@/i18n";
import { isDay, today } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { Facts } from "@/ui/Facts";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { DayInput, MoneyInput } from "@/ui/inputs";
import { AppLink, LinkButton } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Money } from "@/ui/Values";
import { CustomerSelect } from "./CustomerSelect";
import { ItemsField } from "./ItemsField";
import { saleTotals } from "./preview";
import {
  channelFor,
  mostChannelLetters,
  newRecord,
  type RecordValues,
  recordedMethods,
  recordInput,
} from "./record";
import { soldValidation } from "./sold";

/** A sale that was paid elsewhere: nothing is issued, it is settled at once. */
export function RecordSaleScreen({ customerId }: { customerId?: string }) {
  const t = useT();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const record = useChange(RecordSaleDocument);
  const form = useForm<RecordValues>({
    initialValues: newRecord(customerId),
    validate: {
      ...soldValidation(t),
      channel: (value) => (value.trim() === "" ? t("form.required") : null),
      paidOn: (value) => (isDay(value) && value <= today() ? null : t("form.pastDay")),
    },
  });
  const submit = useSubmit(form, async (values) => {
    const { recordSale } = await record.mutateAsync({ input: recordInput(values, idempotencyKey) });
    if (recordSale.sale) {
      notifyDone(t("record.saved"));
      await navigate({ to: "/sales/$saleId", params: { saleId: recordSale.sale.id } });
    }
    return recordSale.userErrors;
  });
  const { items, discountCents, interestCents } = form.values;
  const { itemsCents, totalCents } = saleTotals(items, discountCents, interestCents);
  return (
    <Page
      title={t("sales.record")}
      hint={t("record.hint")}
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
          <Section title={t("record.payment")}>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <Choice
                label={t("record.method")}
                options={recordedMethods.map((value) => ({ value, label: t(`method.${value}`) }))}
                {...form.getInputProps("paymentMethod")}
                onChange={(method) => {
                  if (!method) return;
                  form.setFieldValue("paymentMethod", method);
                  form.setFieldValue("channel", channelFor(method, form.values.channel));
                }}
              />
              <TextInput
                label={t("sale.channel")}
                description={t("record.channelHint")}
                maxLength={mostChannelLetters}
                required
                {...form.getInputProps("channel")}
              />
              <DayInput
                label={t("record.paidOn")}
                max={today()}
                required
                {...form.getInputProps("paidOn")}
              />
            </SimpleGrid>
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
              {t("record.submit")}
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
