/** A whole number that was typed; null when it is none. */
export function parseWhole(typed: string): number | null {
  return /^\s*\d{1,6}\s*$/.test(typed) ? Number(typed) : null;
}
