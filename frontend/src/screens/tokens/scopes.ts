import type { Scope } from "@/gen/schema";

/** The areas of the API, in the order in which they are shown. */
export const areas = [
  "SALES",
  "CHARGES",
  "CUSTOMERS",
  "PRODUCTS",
  "LEDGER",
  "INTEGRATIONS",
  "FAILURES",
  "USERS",
] as const;

export type Area = (typeof areas)[number];
export type Level = "READ" | "WRITE";
export type Levels = Partial<Record<Area, Level>>;

/** The scopes that say what was chosen for each area. */
export function scopesOf(levels: Levels, schema: boolean): Scope[] {
  const chosen = areas.flatMap((area): Scope[] => {
    const level = levels[area];
    return level ? [`${area}_${level}`] : [];
  });
  return schema ? [...chosen, "SCHEMA_READ"] : chosen;
}

/** What scopes say of each area; WRITE includes READ. */
export function levelsOf(scopes: readonly Scope[]): Levels {
  const levels: Levels = {};
  for (const area of areas) {
    if (scopes.includes(`${area}_WRITE`)) levels[area] = "WRITE";
    else if (scopes.includes(`${area}_READ`)) levels[area] = "READ";
  }
  return levels;
}

const dayMilliseconds = 24 * 60 * 60 * 1000;

export const lives = ["30", "90", "365", "never"] as const;
export type Life = (typeof lives)[number];

/** When a token ends that is made now. */
export function endOf(life: Life, now: number): string | null {
  return life === "never" ? null : new Date(now + Number(life) * dayMilliseconds).toISOString();
}

export type TokenState = "live" | "expired" | "revoked";

export function stateOf(
  token: { revokedAt: string | null; expiresAt: string | null },
  now: number,
): TokenState {
  if (token.revokedAt !== null) return "revoked";
  return token.expiresAt !== null && Date.parse(token.expiresAt) <= now ? "expired" : "live";
}
