import type { Translate } from "@/i18n";
import { parseHundredths } from "@/i18n/format";
import { parseWhole } from "../payment/numbers";
import type { ItemValues } from "./preview";

/** The checks of what was sold to whom, the same for every way of paying. */
export function soldValidation(t: Translate) {
  const optionalAmount = (value: string) =>
    value.trim() === "" || parseHundredths(value) !== null ? null : t("form.amount");
  return {
    customerId: (value: string) => (value === "" ? t("form.customer") : null),
    items: {
      description: (value: string, values: { items: ItemValues[] }, path: string) => {
        const index = Number(path.split(".")[1]);
        const free = values.items[index]?.productId === "";
        return free && value.trim() === "" ? t("form.required") : null;
      },
      quantity: (value: string) => (parseWhole(value) ? null : t("form.whole")),
      unitCents: (value: string) => (parseHundredths(value) ? null : t("form.amount")),
    },
    discountCents: optionalAmount,
    interestCents: optionalAmount,
  };
}
