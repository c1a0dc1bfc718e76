import { isDay, parseHundredths } from "@/i18n/format";

/** The most charges that one batch issues. */
export const mostRows = 500;

export type RowProblem =
  | "columns"
  | "customerMissing"
  | "customerUnknown"
  | "customerSeveral"
  | "amount"
  | "day"
  | "past"
  | "description";

/** A line of the table, as it was understood. */
export interface Row {
  /** Its line in the text, from 1. */
  line: number;
  /** CPF, CNPJ or name. */
  customer: string;
  amountCents: number | null;
  dueDate: string | null;
  description: string;
  problems: RowProblem[];
}

const columns = 4;

/**
 * Reads lines of customer, amount, due date and description, with tabs, semicolons
 * or commas between them as a spreadsheet gives them. A first line of titles is
 * left out.
 */
export function parseTable(text: string, today: string): Row[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== "");
  const separator = separatorOf(lines[0]?.content ?? "");
  const rows = lines.map(({ content, line }) => readRow(cells(content, separator), line, today));
  const [first] = rows;
  const titles = first && first.amountCents === null && first.dueDate === null;
  return titles ? rows.slice(1) : rows;
}

function separatorOf(line: string): string {
  return ["\t", ";"].find((separator) => line.includes(separator)) ?? ",";
}

/** The cells of a line; a quoted one may hold the separator, and quotes in pairs. */
function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? "";
    if (quoted && character === '"' && line[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"' && (quoted || cell.trim() === "")) {
      quoted = !quoted;
    } else if (character === separator && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else {
      cell += character;
    }
  }
  return [...found, cell.trim()];
}

function readRow(row: string[], line: number, today: string): Row {
  const filled = trimEnd(row);
  const [customer = "", amount = "", day = "", description = ""] = filled;
  const amountCents = parseHundredths(amount) || null;
  const dueDate = parseDay(day);
  const problems: RowProblem[] = [];
  if (filled.length > columns) problems.push("columns");
  if (customer === "") problems.push("customerMissing");
  if (amountCents === null) problems.push("amount");
  if (dueDate === null) problems.push("day");
  else if (dueDate < today) problems.push("past");
  if (description === "" || description.length > 200 || /[<>]/.test(description)) {
    problems.push("description");
  }
  return { line, customer, amountCents, dueDate, description, problems };
}

/** Spreadsheets leave empty cells behind the last one. */
function trimEnd(row: string[]): string[] {
  const last = row.findLastIndex((cell) => cell !== "");
  return row.slice(0, last + 1);
}

/** A day written as 31/12/2026 or 2026-12-31. */
export function parseDay(typed: string): string | null {
  const parts = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(typed.trim());
  const day = parts
    ? `${parts[3]}-${parts[2]?.padStart(2, "0")}-${parts[1]?.padStart(2, "0")}`
    : typed.trim();
  return isDay(day) ? day : null;
}
