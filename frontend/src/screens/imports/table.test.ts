import { describe, expect, it } from "vitest";
import { csv } from "@/ui/csv";
import { importKinds } from "./search";
import { model, readImport } from "./table";

describe("a table to import", () => {
  for (const kind of importKinds) {
    it(`reads its own model: ${kind}`, () => {
      const { rows, missing, unknown } = readImport(kind, csv(model(kind)));
      expect({ missing, unknown, problems: rows[0]?.problems }).toEqual({
        missing: [],
        unknown: [],
        problems: [],
      });
    });
  }

  it("finds the columns by their titles, whatever their order, accents and capitals", () => {
    const { rows, unknown } = readImport(
      "customers",
      "cpf cnpj;RAZAO SOCIAL;Cor\n529.982.247-25;Maria;azul\n",
    );
    expect(rows[0]?.input).toEqual({ name: "Maria", taxId: "529.982.247-25" });
    expect(unknown).toEqual(["Cor"]);
  });

  it("says which columns are missing instead of guessing", () => {
    expect(readImport("sales", "Nome;Valor\nMaria;10\n")).toMatchObject({
      missing: ["Referência", "CPF/CNPJ", "Primeiro vencimento"],
      rows: [],
    });
  });

  it("reads amounts, days, methods and quoted cells", () => {
    const { rows } = readImport(
      "sales",
      'Referência;CPF;Descrição;Preço unitário;Quantidade;Forma;Parcelas;Vencimento\np-1;52998224725;"Plano ""Ouro"";\nanual";R$ 1.234,56;2;Carnê;12;10/01/2027\n',
    );
    expect(rows[0]?.input).toEqual({
      reference: "p-1",
      taxId: "52998224725",
      description: 'Plano "Ouro";\nanual',
      unitCents: 123456,
      quantity: 2,
      paymentMethod: "CARNET",
      installments: 12,
      firstDueDate: "2027-01-10",
    });
  });

  it("tells what is wrong with which line, and what repeats", () => {
    const { rows } = readImport(
      "products",
      "Código;Nome;Preço;Ativo\nA;Livro;dez;sim\nA;Livro;10,00;talvez\n;Caneta;1,00;não\n",
    );
    expect(
      rows.map(({ line, problems }) => [line, problems.map(({ problem }) => problem)]),
    ).toEqual([
      [2, ["cents"]],
      [3, ["yes", "repeated"]],
      [4, ["required"]],
    ]);
  });

  it("sends an address as a whole, or none", () => {
    const { rows } = readImport("customers", "Nome;CPF;Cidade\nMaria;1;Ouro Preto\nAna;2;\n");
    expect(rows[0]?.input.address).toMatchObject({ city: "Ouro Preto", street: "" });
    expect(rows[1]?.input.address).toBeUndefined();
  });
});
