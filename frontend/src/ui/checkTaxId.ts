const cpfWeights = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
const cnpjWeights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

/** What was typed, without its mask; a CNPJ may carry letters. */
export function bareTaxId(typed: string): string {
  return typed.replace(/[^0-9a-z]/gi, "").toUpperCase();
}

/** CPF or CNPJ with its mask; what is neither stays as it was typed. */
export function formatTaxId(typed: string): string {
  const bare = bareTaxId(typed);
  if (/^\d{11}$/.test(bare)) {
    return bare.replace(/(...)(...)(...)(..)/, "$1.$2.$3-$4");
  }
  if (/^[0-9A-Z]{12}\d{2}$/.test(bare)) {
    return bare.replace(/(..)(...)(...)(....)(..)/, "$1.$2.$3/$4-$5");
  }
  return typed.trim();
}

/** Whether the check digits are right: CPF, numeric CNPJ or alphanumeric CNPJ (2026). */
export function isTaxId(typed: string): boolean {
  const bare = bareTaxId(typed);
  if (/^(.)\1*$/.test(bare)) return false;
  if (/^\d{11}$/.test(bare)) return hasCheckDigits(bare, cpfWeights);
  if (/^[0-9A-Z]{12}\d{2}$/.test(bare)) return hasCheckDigits(bare, cnpjWeights);
  return false;
}

function hasCheckDigits(bare: string, weights: number[]): boolean {
  const body = bare.slice(0, -2);
  const first = checkDigit(body, weights.slice(1));
  const second = checkDigit(body + first, weights);
  return bare === `${body}${first}${second}`;
}

// Each character counts as its ASCII code less that of 0, as Receita Federal sets it.
function checkDigit(body: string, weights: number[]): number {
  const sum = Array.from(body).reduce(
    (total, character, index) => total + (character.charCodeAt(0) - 48) * (weights[index] ?? 0),
    0,
  );
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}
