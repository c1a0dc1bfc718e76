import type { PaymentMethod } from "@/gen/schema";
import { parseWhole } from "./numbers";

/** What Ponte issues, in the order in which it is offered. */
export const issuedMethods = [
  "BOLETO",
  "CARNET",
  "PIX",
  "CARD",
  "LINK",
] as const satisfies readonly PaymentMethod[];

export type IssuedMethod = (typeof issuedMethods)[number];

/** A charge of its own is no carnê: that is many. */
export const singleMethods = [
  "BOLETO",
  "PIX",
  "CARD",
  "LINK",
] as const satisfies readonly IssuedMethod[];

/** Into how many parts a sale can be divided. A card divides by itself. */
export const mostInstallments: Record<IssuedMethod, number> = {
  BOLETO: 24,
  CARNET: 12,
  PIX: 24,
  CARD: 1,
  LINK: 1,
};

export const pixUnits = ["minutes", "hours", "days"] as const;
export type PixUnit = (typeof pixUnits)[number];

const unitSeconds: Record<PixUnit, number> = { minutes: 60, hours: 3_600, days: 86_400 };
const mostPixSeconds = 30 * unitSeconds.days;

/** How an immediate Pix is typed. */
export interface PixValues {
  pixWhen: "due" | "now";
  pixExpiresInSeconds: string;
  pixUnit: PixUnit;
}

export const newPix: PixValues = { pixWhen: "due", pixExpiresInSeconds: "1", pixUnit: "hours" };

/** How long an immediate Pix can be paid; null when it is not 1 minute to 30 days. */
export function pixSeconds({ pixExpiresInSeconds, pixUnit }: PixValues): number | null {
  const seconds = (parseWhole(pixExpiresInSeconds) ?? 0) * unitSeconds[pixUnit];
  return seconds > 0 && seconds <= mostPixSeconds ? seconds : null;
}

/** Whether a charge is paid at once: it has no due date. */
export function isImmediate(method: PaymentMethod, pixWhen: PixValues["pixWhen"]): boolean {
  return method === "CARD" || (method === "PIX" && pixWhen === "now");
}
