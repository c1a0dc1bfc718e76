import { Button, Group, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "@tanstack/react-router";
import { useChange, useIdempotencyKey } from "@/api/hooks";
import { CreateChargeDocument } from "@/gen/documents/charges";
import { useT } from "@/i18n";
import { parseHundredths } from "@/i18n/format";
import { Problems } from "@/ui/Feedback";
import { useSubmit } from "@/ui/form";
import { MoneyInput } from "@/ui/inputs";
import { AppLink, LinkButton } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { cardRefusals, useCardToken } from "../card/useCardToken";
import { MethodField } from "../payment/MethodField";
import { isImmediate, singleMethods } from "../payment/methods";
import { TermsField } from "../payment/TermsField";
import { termParts } from "../payment/terms";
import { CustomerSelect } from "../sales/CustomerSelect";
import { PaymentFields } from "./PaymentFields";
import { type ChargeValues, chargeInput, newCharge, paymentValidation } from "./values";

/** A charge of its own, without a list of items. */
export function NewChargeScreen({ customerId }: { customerId?: string }) {
  const t = useT();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const create = useChange(CreateChargeDocument);
  const card = useCardToken();
  const form = useForm<ChargeValues>({
    initialValues: newCharge(customerId),
    validate: {
      customerId: (value) => (value === "" ? t("form.customer") : null),
      description: (value) => (value.trim() === "" ? t("form.required") : null),
      amountCents: (value) => (parseHundredths(value) ? null : t("form.amount")),
      ...paymentValidation(t),
    },
  });
  const submit = useSubmit(form, async (values) => {
    const isCard = values.paymentMethod === "CARD";
    const { token, refusals } = isCard ? await card.tokenOf(values.card) : {};
    if (refusals) return refusals;
    const input = chargeInput(values, idempotencyKey, token);
    const { createCharge } = await create.mutateAsync({ input });
    if (createCharge.charge) {
      notifyDone(t("charge.created"));
      await navigate({ to: "/charges/$chargeId", params: { chargeId: createCharge.charge.id } });
      return [];
    }
    card.forget();
    return isCard ? cardRefusals(createCharge.userErrors) : createCharge.userErrors;
  });
  const { paymentMethod, pixWhen, linkMethods } = form.values;
  const parts = termParts(paymentMethod, isImmediate(paymentMethod, pixWhen), linkMethods);

  return (
    <Page
      title={t("charges.new")}
      hint={t("charges.newHint")}
      back={
        <AppLink to="/charges" size="sm">
          {t("charges.title")}
        </AppLink>
      }
    >
      <form onSubmit={submit.onSubmit} noValidate>
        <Stack gap="lg" maw="60rem">
          <Section title={t("charge.what")}>
            <CustomerSelect
              value={form.values.customerId}
              onChange={(id) => form.setFieldValue("customerId", id)}
              error={form.errors.customerId}
            />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput
                label={t("sale.description")}
                required
                {...form.getInputProps("description")}
              />
              <MoneyInput
                label={t("charge.amount")}
                required
                {...form.getInputProps("amountCents")}
              />
            </SimpleGrid>
          </Section>
          <Section title={t("sale.payment")}>
            <MethodField methods={singleMethods} input={form.getInputProps("paymentMethod")} />
            <PaymentFields
              values={form.values}
              amountCents={parseHundredths(form.values.amountCents) ?? 0}
              input={form.getInputProps}
              card={card}
            />
          </Section>
          <Section title={t(parts.interest ? "terms.title" : "terms.messageTitle")}>
            <TermsField
              values={form.values.terms}
              parts={parts}
              input={(name) => form.getInputProps(`terms.${name}`)}
            />
          </Section>
          <Problems messages={submit.problems} />
          <Group>
            <Button type="submit" loading={submit.busy}>
              {t("charge.replace.submit")}
            </Button>
            <LinkButton to="/charges" variant="default">
              {t("common.cancel")}
            </LinkButton>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}
