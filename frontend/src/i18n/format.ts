import { useMemo } from "react";
import { useIntl } from "react-intl";

const timeZone = "America/Sao_Paulo";

/** Cents as a decimal string, exact for every integer: Intl formats strings without rounding. */
export function decimal(hundredths: number): `${number}` {
  const sign = hundredths < 0 ? "-" : "";
  const digits = String(Math.abs(hundredths)).padStart(3, "0");
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}` as `${number}`;
}

/**
 * What a person typed, in hundredths; null when it is no amount. The last comma or
 * point with one or two digits behind it is the decimal mark, whatever the language;
 * the others separate thousands. No floating point is involved.
 */
export function parseHundredths(typed: string): number | null {
  const text = typed.replace(/^\s*(R\$)?\s*/, "").replace(/[\s%]+$/, "");
  const parts = /^(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,](\d{1,2}))?$/.exec(text);
  if (!parts?.[1]) return null;
  const whole = parts[1].replace(/[.,]/g, "");
  const value = Number(whole + (parts[2] ?? "").padEnd(2, "0"));
  return Number.isSafeInteger(value) ? value : null;
}

/** A small number with up to three decimals that was typed, in thousandths; null when it is none. */
export function parseThousandths(typed: string): number | null {
  const parts = /^(\d{1,3})(?:[.,](\d{1,3}))?$/.exec(typed.replace(/\s|%/g, ""));
  return parts?.[1] ? Number(parts[1] + (parts[2] ?? "").padEnd(3, "0")) : null;
}

/** Thousandths as they are typed, in the mark of the language: 33 is 0,033. */
export function typeThousandths(thousandths: number, locale: string): string {
  const digits = String(thousandths).padStart(4, "0");
  return `${digits.slice(0, -3)}${locale === "en" ? "." : ","}${digits.slice(-3)}`;
}

/** Hundredths as they are typed, in the mark of the language: 123456 is 1234,56. */
export function typeHundredths(hundredths: number, locale: string): string {
  return decimal(hundredths).replace(".", locale === "en" ? "." : ",");
}

/** Today in São Paulo, as YYYY-MM-DD. */
export function today(now = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone }).format(now);
}

/** The calendar day some days after another. */
export function addDays(day: string, days: number): string {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}

/** The same day some months later; the month's last day when it has no such day. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const moment = new Date(Date.UTC(year, month - 1 + months, Math.min(date, last)));
  return moment.toISOString().slice(0, 10);
}

/** Whether a text is a real calendar day written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

/** A day written as 31/12/2026 or 2026-12-31. */
export function parseDay(typed: string): string | null {
  const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(typed.trim());
  const day = parts
    ? `${parts[3]}-${parts[2]?.padStart(2, "0")}-${parts[1]?.padStart(2, "0")}`
    : typed.trim();
  return isDay(day) ? day : null;
}

export function formatMoney(cents: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency: "BRL" }).format(
    decimal(cents),
  );
}

export function formatDay(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: "UTC",
    day: "2-digit",
    month: locale === "en" ? "short" : "2-digit",
    year: "numeric",
  }).format(new Date(`${day}T00:00:00Z`));
}

export function formatMoment(moment: string, locale: string, seconds = false): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    day: "2-digit",
    month: locale === "en" ? "short" : "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  }).format(new Date(moment));
}

export function formatPercent(hundredths: number, locale: string): string {
  return `${new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(
    decimal(hundredths),
  )} %`;
}

/** A name as it is compared: without accents, case and double spaces. */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

/** The formats in the language on screen. */
export function useFormat() {
  const { locale } = useIntl();
  return useMemo(
    () => ({
      money: (cents: number) => formatMoney(cents, locale),
      day: (day: string) => formatDay(day, locale),
      moment: (moment: string) => formatMoment(moment, locale),
      percent: (hundredths: number) => formatPercent(hundredths, locale),
      typed: (hundredths: number) => typeHundredths(hundredths, locale),
      thousandths: (thousandths: number) => typeThousandths(thousandths, locale),
    }),
    [locale],
  );
}
