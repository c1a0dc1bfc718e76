import { parseDay, parseHundredths } from "@/i18n/format";
import { type Line, readTable } from "@/ui/csv";
import type { ImportKind } from "./search";

/** The most rows of one table. */
export const mostRows = 10_000;

/** What the cells of a column are read as. */
type Reading = "text" | "cents" | "day" | "whole" | "yes" | "method";

interface Column {
  /** The path of the field in the row that is sent. */
  field: string;
  /** The title in the model; other titles that are understood follow. */
  titles: readonly [string, ...string[]];
  reading: Reading;
  required?: boolean;
  example: string;
}

/** The columns of each kind of table; their order does not matter, their titles do. */
export const columns: Record<ImportKind, readonly Column[]> = {
  customers: [
    {
      field: "name",
      titles: ["Nome", "Name", "Razão social"],
      reading: "text",
      required: true,
      example: "Maria Souza",
    },
    {
      field: "taxId",
      titles: ["CPF/CNPJ", "CPF", "CNPJ", "Tax id"],
      reading: "text",
      required: true,
      example: "529.982.247-25",
    },
    { field: "email", titles: ["E-mail"], reading: "text", example: "maria@cliente.example" },
    {
      field: "phone",
      titles: ["Telefone", "Phone", "Celular"],
      reading: "text",
      example: "(31) 99999-0000",
    },
    {
      field: "address.street",
      titles: ["Rua", "Street", "Logradouro"],
      reading: "text",
      example: "Rua das Flores",
    },
    { field: "address.number", titles: ["Número", "Number"], reading: "text", example: "10" },
    {
      field: "address.complement",
      titles: ["Complemento", "Complement"],
      reading: "text",
      example: "sala 2",
    },
    {
      field: "address.district",
      titles: ["Bairro", "District"],
      reading: "text",
      example: "Centro",
    },
    { field: "address.city", titles: ["Cidade", "City"], reading: "text", example: "Ouro Preto" },
    { field: "address.state", titles: ["UF", "State", "Estado"], reading: "text", example: "MG" },
    {
      field: "address.postalCode",
      titles: ["CEP", "Postal code"],
      reading: "text",
      example: "35400-000",
    },
  ],
  products: [
    {
      field: "code",
      titles: ["Código", "Code"],
      reading: "text",
      required: true,
      example: "LIV-01",
    },
    {
      field: "name",
      titles: ["Nome", "Name"],
      reading: "text",
      required: true,
      example: "Livro de receitas",
    },
    {
      field: "priceCents",
      titles: ["Preço", "Price", "Valor"],
      reading: "cents",
      required: true,
      example: "89,90",
    },
    { field: "active", titles: ["Ativo", "Active"], reading: "yes", example: "sim" },
  ],
  sales: [
    {
      field: "reference",
      titles: ["Referência", "Reference", "Pedido"],
      reading: "text",
      required: true,
      example: "pedido-1001",
    },
    {
      field: "taxId",
      titles: ["CPF/CNPJ", "CPF", "CNPJ", "Tax id"],
      reading: "text",
      required: true,
      example: "529.982.247-25",
    },
    {
      field: "productCode",
      titles: ["Código do produto", "Product code"],
      reading: "text",
      example: "LIV-01",
    },
    {
      field: "description",
      titles: ["Descrição", "Description"],
      reading: "text",
      example: "Livro de receitas",
    },
    { field: "quantity", titles: ["Quantidade", "Quantity"], reading: "whole", example: "2" },
    {
      field: "unitCents",
      titles: ["Preço unitário", "Unit price"],
      reading: "cents",
      example: "89,90",
    },
    { field: "discountCents", titles: ["Desconto", "Discount"], reading: "cents", example: "0,00" },
    {
      field: "paymentMethod",
      titles: ["Forma", "Method", "Forma de pagamento"],
      reading: "method",
      example: "Boleto",
    },
    { field: "installments", titles: ["Parcelas", "Instalments"], reading: "whole", example: "3" },
    {
      field: "firstDueDate",
      titles: ["Primeiro vencimento", "First due date", "Vencimento"],
      reading: "day",
      required: true,
      example: "10/01/2027",
    },
    { field: "note", titles: ["Observação", "Note"], reading: "text", example: "" },
  ],
};

/** What is wrong with a cell, before the server looks at it. */
export type CellProblem = "required" | "cents" | "day" | "whole" | "yes" | "method" | "repeated";

/** A line of the table, as it was understood. */
export interface ImportRow {
  line: number;
  /** The cells as they came, for the file of errors. */
  cells: string[];
  /** What tells the row from the others: the tax id, the code or the reference. */
  key: string;
  input: Record<string, unknown>;
  problems: { title: string; problem: CellProblem }[];
}

export interface ImportTable {
  titles: string[];
  rows: ImportRow[];
  /** Titles of columns that must be there and are not. */
  missing: string[];
  /** Titles that nothing is known of; their cells are left out. */
  unknown: string[];
}

/** Reads a table whose first line has the titles. */
export function readImport(kind: ImportKind, text: string): ImportTable {
  const [head, ...lines] = readTable(text);
  const titles = head?.cells ?? [];
  const found = titles.map((title) => columnOf(kind, title));
  const missing = columns[kind]
    .filter((column) => column.required && !found.includes(column))
    .map(({ titles: [title] }) => title);
  const unknown = titles.filter((title, place) => title !== "" && found[place] === undefined);
  const rows = missing.length > 0 ? [] : lines.map((line) => readRow(kind, found, line));
  markRepeated(rows, columns[kind].find(({ field }) => field === keyField[kind])?.titles[0] ?? "");
  return { titles, rows, missing, unknown };
}

const keyField: Record<ImportKind, string> = {
  customers: "taxId",
  products: "code",
  sales: "reference",
};

/** Titles are compared without accents, marks and capitals. */
function plain(title: string): string {
  return title
    .normalize("NFD")
    .replace(/[^a-zA-Z0-9]/g, "")
    .toLowerCase();
}

function columnOf(kind: ImportKind, title: string): Column | undefined {
  return columns[kind].find(({ titles }) => titles.some((one) => plain(one) === plain(title)));
}

function readRow(
  kind: ImportKind,
  found: (Column | undefined)[],
  { line, cells }: Line,
): ImportRow {
  const row: ImportRow = { line, cells, key: "", input: {}, problems: [] };
  found.forEach((column, place) => {
    const cell = (cells[place] ?? "").replace(/^'(?=[=+\-@])/, "");
    if (column === undefined) return;
    const [title] = column.titles;
    if (cell === "") {
      if (column.required) row.problems.push({ title, problem: "required" });
      return;
    }
    const value = readings[column.reading](cell);
    if (value === null) row.problems.push({ title, problem: column.reading as CellProblem });
    else put(row.input, column.field, value);
    if (column.field === keyField[kind]) row.key = plain(cell);
  });
  return row;
}

function put(input: Record<string, unknown>, field: string, value: unknown): void {
  const [name = "", inner] = field.split(".");
  if (inner === undefined) {
    input[name] = value;
    return;
  }
  const object = (input[name] ?? emptyAddress()) as Record<string, unknown>;
  object[inner] = value;
  input[name] = object;
}

/** An address is sent whole, so that the server can say what is missing of it. */
function emptyAddress(): Record<string, unknown> {
  return { street: "", number: "", district: "", city: "", state: "", postalCode: "" };
}

const readings: Record<Reading, (cell: string) => unknown> = {
  text: (cell) => cell,
  cents: (cell) => parseHundredths(cell),
  day: (cell) => parseDay(cell),
  whole: (cell) => (/^\d{1,6}$/.test(cell) ? Number(cell) : null),
  yes: (cell) =>
    ({ sim: true, s: true, yes: true, true: true, nao: false, n: false, no: false, false: false })[
      plain(cell)
    ] ?? null,
  method: (cell) =>
    ({
      boleto: "BOLETO",
      carne: "CARNET",
      pix: "PIX",
      link: "LINK",
      linkdepagamento: "LINK",
      paymentlink: "LINK",
      carnet: "CARNET",
    })[plain(cell)] ?? null,
};

/** The server sees a hundred rows at a time, so that what repeats is found here. */
function markRepeated(rows: ImportRow[], title: string): void {
  const seen = new Set<string>();
  for (const row of rows) {
    if (row.key !== "" && seen.has(row.key)) row.problems.push({ title, problem: "repeated" });
    seen.add(row.key);
  }
}

/** A table to begin with: the titles and one example. */
export function model(kind: ImportKind): string[][] {
  return [
    columns[kind].map(({ titles: [title] }) => title),
    columns[kind].map(({ example }) => example),
  ];
}
