import { parseDay, parseHundredths } from "@/i18n/format";
import { readTable } from "@/ui/csv";

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
  const rows = readTable(text).map(({ cells, line }) => readRow(cells, line, today));
  const [first] = rows;
  const titles = first && first.amountCents === null && first.dueDate === null;
  return titles ? rows.slice(1) : rows;
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
