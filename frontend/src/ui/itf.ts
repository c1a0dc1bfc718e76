// Interleaved 2 of 5 (ITF), as FEBRABAN sets it for boletos: each digit is five
// bars, two of them wide; a pair of digits interleaves bars and spaces.
const patterns = [
  "00110",
  "10001",
  "01001",
  "11000",
  "00101",
  "10100",
  "01100",
  "00011",
  "10010",
  "01010",
];
const wide = 3;
const start = [1, 1, 1, 1];
const stop = [wide, 1, 1];

/** Widths of bar, space, bar, … in modules; null when the digits cannot be written. */
export function itfWidths(digits: string): number[] | null {
  if (!/^\d+$/.test(digits) || digits.length % 2 !== 0) return null;
  const widths = [...start];
  for (let index = 0; index < digits.length; index += 2) {
    const bars = patterns[Number(digits[index])] ?? "";
    const spaces = patterns[Number(digits[index + 1])] ?? "";
    for (let element = 0; element < 5; element += 1) {
      widths.push(bars[element] === "1" ? wide : 1, spaces[element] === "1" ? wide : 1);
    }
  }
  return [...widths, ...stop];
}

/** The digits of a linha digitável in its five groups. */
export function formatTypeableLine(digits: string): string {
  const parts = /^(\d{5})(\d{5})(\d{5})(\d{6})(\d{5})(\d{6})(\d)(\d{14})$/.exec(digits);
  if (!parts) return digits;
  const [, a, b, c, d, e, f, check, rest] = parts;
  return `${a}.${b} ${c}.${d} ${e}.${f} ${check} ${rest}`;
}
