import { Button, Group, SimpleGrid, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { CreateSaleDocument } from "@/gen/documents/sales";
import { type Translate, useT } from "@/i18n";
import { isDay, today } from "@/i18n/format";
import { Facts } from "@/ui/Facts";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { MoneyInput } from "@/ui/inputs";
import { AppLink, LinkButton } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Money } from "@/ui/Values";
import { cardValidation } from "../card/card";
import { cardRefusals, useCardToken } from "../card/useCardToken";
import { isImmediate, mostInstallments, pixSeconds } from "../payment/methods";
import { parseWhole } from "../payment/numbers";
import { TermsField } from "../payment/TermsField";
import { termParts, termsValidation } from "../payment/terms";
import { CustomerSelect } from "./CustomerSelect";
import { ItemsField } from "./ItemsField";
import { PaymentSection } from "./PaymentSection";
import { saleTotals } from "./preview";
import { soldValidation } from "./sold";
import { installmentCount, newSale, repeats, type SaleValues, saleInput } from "./values";

/** A new sale; its charges are issued as soon as it is saved. */
export function NewSaleScreen({ customerId }: { customerId?: string }) {
  const t = useT();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const create = useChange(CreateSaleDocument);
  const form = useForm<SaleValues>({
    initialValues: newSale(customerId),
    validate: validation(t),
  });
  const card = useCardToken();
  const submit = useSubmit(form, async (values) => {
    const isCard = values.paymentMethod === "CARD";
    const { token, refusals } = isCard ? await card.tokenOf(values.card) : {};
    if (refusals) return refusals;
    const input = saleInput(values, idempotencyKey, token);
    const { createSale } = await create.mutateAsync({ input });
    if (createSale.sale) {
      notifyDone(t("sales.saved"));
      await navigate({ to: "/sales/$saleId", params: { saleId: createSale.sale.id } });
      return [];
    }
    card.forget();
    return isCard ? cardRefusals(createSale.userErrors) : createSale.userErrors;
  });
  const { items, discountCents, interestCents, paymentMethod, pixWhen, linkMethods } = form.values;
  const parts = termParts(paymentMethod, isImmediate(paymentMethod, pixWhen), linkMethods);
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
                [
                  t("sale.total"),
                  <Money
                    key="total"
                    cents={
                      repeats(form.values) ? totalCents * installmentCount(form.values) : totalCents
                    }
                  />,
                ],
              ]}
            />
          </Section>
          <PaymentSection form={form} totalCents={totalCents} card={card} />
          <Section title={t(parts.interest ? "terms.title" : "terms.messageTitle")}>
            <TermsField
              values={form.values.terms}
              parts={parts}
              input={(name) => form.getInputProps(`terms.${name}`)}
            />
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
              {t(`sales.submit.${paymentMethod}`)}
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
  const isCard = (values: SaleValues) => values.paymentMethod === "CARD";
  const dated = (values: SaleValues) => !isImmediate(values.paymentMethod, values.pixWhen);
  const card = Object.entries(cardValidation(t, today())).map(([name, check]) => [
    name,
    (value: string, values: SaleValues) => (isCard(values) ? check(value) : null),
  ]);
  return {
    ...soldValidation(t),
    installments: (value: string, values: SaleValues) => {
      const most = mostInstallments[values.paymentMethod];
      const count = parseWhole(value) ?? 0;
      const wrong = count < 1 || count > most;
      return dated(values) && most > 1 && wrong ? t("form.installments", { most }) : null;
    },
    firstDueDate: (value: string, values: SaleValues) =>
      dated(values) && !isDay(value) ? t("form.day") : null,
    pixExpiresInSeconds: (_: string, values: SaleValues) =>
      values.paymentMethod === "PIX" && !dated(values) && pixSeconds(values) === null
        ? t("form.pixTime")
        : null,
    card: Object.fromEntries(card),
    terms: termsValidation(t),
  };
}
