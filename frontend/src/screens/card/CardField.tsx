import { Alert, PasswordInput, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useLoad } from "@/api/hooks";
import { CardOptionsDocument } from "@/gen/documents/card";
import type { CardOptionsQuery } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { Choice } from "@/ui/Choice";
import { errorText, Loaded } from "@/ui/Feedback";
import type { InputProps } from "@/ui/form";
import { TaxIdInput } from "@/ui/inputs";
import { AppLink } from "@/ui/links";
import { type CardValues, cardBrand, formatCardNumber } from "./card";
import type { useCardToken } from "./useCardToken";

interface Props {
  values: CardValues;
  amountCents: number;
  input: (name: keyof CardValues) => InputProps;
  card: ReturnType<typeof useCardToken>;
}

/** A card and in how many instalments it is charged. The card goes straight to the provider. */
export function CardField({ values, amountCents, input, card }: Props) {
  const t = useT();
  const brand = cardBrand(values.number);
  const number = input("number");
  return (
    <Loaded query={card.query}>
      {({ cardTokenizer }) =>
        cardTokenizer === null ? (
          <Alert color="orange" variant="outline" title={t("card.notReady")}>
            {t("card.noTokenizer")}{" "}
            <AppLink to="/integrations/gerencianet" underline="always">
              {t("integration.GERENCIANET")}
            </AppLink>
          </Alert>
        ) : (
          <Stack gap="md">
            <Text size="sm" c="dimmed">
              {t("card.hint")}
            </Text>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <TextInput
                label={t("card.number")}
                inputMode="numeric"
                autoComplete="cc-number"
                maxLength={23}
                required
                description={brand ? t(`card.brand.${brand}`) : t("card.brands")}
                {...number}
                onChange={(event) => number.onChange(formatCardNumber(event.currentTarget.value))}
              />
              <TextInput
                label={t("card.holderName")}
                description={t("card.holderNameHint")}
                autoComplete="cc-name"
                required
                {...input("holderName")}
              />
              <TextInput
                label={t("card.expiry")}
                description={t("card.expiryHint")}
                inputMode="numeric"
                autoComplete="cc-exp"
                maxLength={7}
                required
                {...input("expiry")}
              />
              <PasswordInput
                label={t("card.cvv")}
                description={t("card.cvvHint")}
                inputMode="numeric"
                autoComplete="cc-csc"
                maxLength={4}
                required
                visibilityToggleButtonProps={{ "aria-label": t("secret.show") }}
                {...input("cvv")}
              />
              <TaxIdInput
                label={t("card.holderDocument")}
                description={t("card.holderDocumentHint")}
                {...input("holderDocument")}
              />
              <Installments brand={brand} amountCents={amountCents} input={input} />
            </SimpleGrid>
          </Stack>
        )
      }
    </Loaded>
  );
}

const quietMilliseconds = 400;

type Option = CardOptionsQuery["cardOptions"]["items"][number];

interface InstallmentsProps {
  brand: string | null;
  amountCents: number;
  input: Props["input"];
}

/** In how many instalments the payer pays, as the provider divides the amount. */
function Installments({ brand, amountCents: typedCents, input }: InstallmentsProps) {
  const t = useT();
  const optionText = useOptionText();
  const [amountCents] = useDebouncedValue(typedCents, quietMilliseconds);
  const asked = brand !== null && amountCents > 0;
  const query = useLoad(
    CardOptionsDocument,
    { amountCents, brand: brand ?? "" },
    { enabled: asked, live: true },
  );
  const { items = [], userErrors = [] } = query.data?.cardOptions ?? {};
  const failure = userErrors[0]?.message ?? (query.error ? errorText(t, query.error) : null);
  const once = { value: "1", label: t("card.once") };
  return (
    <Choice
      label={t("card.installments")}
      description={failure ?? t(asked ? "card.installmentsHint" : "card.installmentsLater")}
      options={
        items.length === 0
          ? [once]
          : items.map((option) => ({
              value: String(option.installments),
              label: optionText(option),
            }))
      }
      {...input("installments")}
    />
  );
}

function useOptionText() {
  const t = useT();
  const format = useFormat();
  return (option: Option) => {
    const values = {
      count: option.installments,
      amount: format.money(option.installmentCents),
      total: format.money(option.totalCents),
    };
    if (!option.hasInterest) return t("card.optionPlain", values);
    return t("card.optionInterest", {
      ...values,
      interest: format.percent(option.interestHundredths),
    });
  };
}
