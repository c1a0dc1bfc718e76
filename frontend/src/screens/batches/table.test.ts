import { describe, expect, it } from "vitest";
import { parseDay } from "@/i18n/format";
import { csv } from "@/ui/csv";
import { findCustomers } from "./customers";
import { parseTable } from "./table";

const today = "2026-11-20";
const read = (text: string) => parseTable(text, today);

describe("a pasted table", () => {
  it("is read with tabs, as a spreadsheet copies it", () => {
    expect(read("529.982.247-25\t1.234,56\t31/12/2026\tMensalidade\r\n")).toEqual([
      {
        line: 1,
        customer: "529.982.247-25",
        amountCents: 123456,
        dueDate: "2026-12-31",
        description: "Mensalidade",
        problems: [],
      },
    ]);
  });

  it("leaves titles, empty lines and empty last cells out, and keeps the line numbers", () => {
    const rows = read("Cliente;Valor;Vencimento;Descrição\n\nAna Souza;150;2026-12-01;Aula;;\n");
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ line: 3, amountCents: 15000, problems: [] });
  });

  it("reads quoted cells of a file with commas", () => {
    const [row] = read('"Souza, Ana","1.500,00",01/12/2026,"Plano ""Ouro"""');
    expect(row).toMatchObject({
      customer: "Souza, Ana",
      amountCents: 150000,
      description: 'Plano "Ouro"',
      problems: [],
    });
  });

  it("says what is wrong with each line", () => {
    const rows = read(
      [
        "Ana;10;01/12/2026;Aula",
        ";10;01/12/2026;Aula",
        "Ana;zero;01/12/2026;Aula",
        "Ana;0;01/12/2026;Aula",
        "Ana;10;31/11/2026;Aula",
        "Ana;10;19/11/2026;Aula",
        "Ana;10;01/12/2026",
        "Ana;10;01/12/2026;Aula;mais",
      ].join("\n"),
    );
    expect(rows.map(({ problems }) => problems)).toEqual([
      [],
      ["customerMissing"],
      ["amount"],
      ["amount"],
      ["day"],
      ["past"],
      ["description"],
      ["columns"],
    ]);
  });

  it("is nothing when it is empty", () => {
    expect(read(" \n")).toEqual([]);
  });
});

describe("a day", () => {
  it.each([
    ["1/2/2027", "2027-02-01"],
    ["2027-02-01", "2027-02-01"],
    ["30/02/2027", null],
    ["amanhã", null],
  ])("%s is %s", (typed, expected) => {
    expect(parseDay(typed)).toBe(expected);
  });
});

describe("the customers of a table", () => {
  const ana = { id: "1", name: "Ana Souza" };
  const known = [ana, { id: "2", name: "Ana Souza Lima" }, { id: "3", name: "José Sá" }];
  const search = async (text: string) =>
    text === "52998224725" ? [ana] : known.filter(({ name }) => name.includes(text.slice(0, 3)));

  it("are found by tax id or by the whole name, each asked for once", async () => {
    const rows = read(
      ["529.982.247-25", "ana souza", "Ana", "JOSE SA"]
        .map((customer) => `${customer};10;01/12/2026;Aula`)
        .join("\n"),
    );
    const asked: string[] = [];
    const checked = await findCustomers([...rows, ...rows], async (text) => {
      asked.push(text);
      return text === "ana souza" ? known.slice(0, 2) : text === "JOSE SA" ? known : search(text);
    });
    expect(checked.slice(0, 4).map(({ found, problems }) => found?.id ?? problems[0])).toEqual([
      "1",
      "1",
      "customerUnknown",
      "3",
    ]);
    expect(asked).toHaveLength(4);
  });

  it("are not guessed when two have the name", async () => {
    const rows = read("Ana Souza;10;01/12/2026;Aula");
    const [row] = await findCustomers(rows, async () => [ana, { ...ana, id: "9" }]);
    expect(row?.problems).toEqual(["customerSeveral"]);
  });
});

describe("a table for a spreadsheet", () => {
  it("quotes what needs it and gives no formulas", () => {
    expect(csv([["a;b", 'x"y', "=1+1", "10,00"]])).toBe('\uFEFF"a;b";"x""y";\'=1+1;10,00\r\n');
  });
});
