import { addMonths, isDay, parseHundredths } from "@/i18n/format";
import { parseWhole } from "../payment/numbers";

/** An item of a new sale as it is typed. */
export interface ItemValues {
  key: string;
  productId: string;
  description: string;
  quantity: string;
  unitCents: string;
}

export function itemCents({ quantity, unitCents }: ItemValues): number {
  return (parseWhole(quantity) ?? 0) * (parseHundredths(unitCents) ?? 0);
}

interface Totals {
  itemsCents: number;
  totalCents: number;
}

export function saleTotals(items: ItemValues[], discount: string, interest: string): Totals {
  const itemsCents = items.reduce((sum, item) => sum + itemCents(item), 0);
  const totalCents =
    itemsCents - (parseHundredths(discount) ?? 0) + (parseHundredths(interest) ?? 0);
  return { itemsCents, totalCents };
}

/** The total in equal parts; the cents that are left over go to the last one. */
export function splitCents(totalCents: number, parts: number): number[] {
  const each = Math.floor(totalCents / parts);
  return Array.from({ length: parts }, (_, index) =>
    index === parts - 1 ? totalCents - each * (parts - 1) : each,
  );
}

/** Due dates one month apart; a month without the day takes its last one. */
export function monthlyDueDates(first: string, count: number): string[] {
  if (!isDay(first)) return [];
  return Array.from({ length: count }, (_, index) => addMonths(first, index));
}

/** What each parcel comes to: the total divided, or all of it each time. */
export function parcelCents(totalCents: number, parts: number, repeat: boolean): number[] {
  return repeat ? Array.from({ length: parts }, () => totalCents) : splitCents(totalCents, parts);
}
