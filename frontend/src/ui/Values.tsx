import { useFormat } from "@/i18n/format";

/** An amount of money. Negative amounts are told by their sign and their colour. */
export function Money({ cents }: { cents: number }) {
  const format = useFormat();
  return (
    <span className={cents < 0 ? "money money-negative" : "money"}>{format.money(cents)}</span>
  );
}

/** A calendar day. */
export function Day({ value }: { value: string }) {
  const format = useFormat();
  return <time dateTime={value}>{format.day(value)}</time>;
}

/** A moment, in the time of São Paulo. */
export function Moment({ value }: { value: string }) {
  const format = useFormat();
  return <time dateTime={value}>{format.moment(value)}</time>;
}
