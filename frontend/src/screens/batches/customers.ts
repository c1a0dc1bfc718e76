import { plain } from "@/i18n/format";
import { bareTaxId, isTaxId } from "@/ui/checkTaxId";
import type { Row, RowProblem } from "./table";

export interface Customer {
  id: string;
  name: string;
}

type Search = (text: string) => Promise<Customer[]>;

/** A row whose customer was found. */
export interface CheckedRow extends Row {
  found: Customer | null;
}

/** How many questions are asked at once. */
const lanes = 4;

/**
 * Finds the customer of each row: by CPF or CNPJ, or by the whole name when only one
 * has it. A name that is merely alike is not taken: money would be asked of somebody
 * else.
 */
export async function findCustomers(rows: Row[], search: Search): Promise<CheckedRow[]> {
  const wanted = [...new Set(rows.map(({ customer }) => customer))].filter(Boolean);
  const found = new Map<string, Customer | RowProblem>();
  const next = async (): Promise<void> => {
    const key = wanted.pop();
    if (key === undefined) return;
    found.set(key, await findOne(key, search));
    await next();
  };
  await Promise.all(Array.from({ length: lanes }, next));
  return rows.map((row) => {
    const result = found.get(row.customer);
    if (typeof result === "string") {
      return { ...row, found: null, problems: [...row.problems, result] };
    }
    return { ...row, found: result ?? null };
  });
}

async function findOne(key: string, search: Search): Promise<Customer | RowProblem> {
  const byTaxId = isTaxId(key);
  const answers = await search(byTaxId ? bareTaxId(key) : key);
  const matches = byTaxId ? answers : answers.filter(({ name }) => plain(name) === plain(key));
  if (matches.length > 1) return "customerSeveral";
  return matches[0] ?? "customerUnknown";
}
