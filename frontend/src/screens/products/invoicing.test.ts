import { describe, expect, it } from "vitest";
import type { InvoiceDocument } from "@/gen/schema";
import { describeItem, invoicingParts, isCfop, isDelay, isNcm } from "./invoicing";
import { productInput, productValues } from "./values";

describe("the tab Faturamento", () => {
  it.each<[InvoiceDocument, string[]]>([
    ["NONE", []],
    ["ORDER_ONLY", ["order"]],
    ["NFE", ["order", "timing", "goods"]],
    ["NFCE", ["order", "timing", "goods"]],
    ["NFSE", ["order", "timing", "service"]],
  ])("asks of %s for %j", (document, parts) => {
    const shown = Object.entries(invoicingParts(document)).flatMap(([part, on]) =>
      on ? [part] : [],
    );
    expect(shown).toEqual(parts);
  });

  it("knows an NCM by its length", () => {
    expect(["12345678", "00", " 84713012 "].filter(isNcm)).toHaveLength(3);
    expect(["1234567", "123456789", "0", "", "1234567x"].filter(isNcm)).toEqual([]);
  });

  it("knows a CFOP by its length and its first digit", () => {
    expect(["5102", "6108", "7101", "1202"].filter(isCfop)).toHaveLength(4);
    expect(["8102", "0102", "510", "51020", ""].filter(isCfop)).toEqual([]);
  });

  it("waits 1 to 120 days", () => {
    expect(["1", "120"].filter(isDelay)).toHaveLength(2);
    expect(["0", "121", "", "-1", "1,5"].filter(isDelay)).toEqual([]);
  });

  it("describes an item by its template", () => {
    const words = { product: "Curso {sale}", sale: "7", customer: "Ana" };
    expect(describeItem("", words)).toBe("Curso {sale}");
    expect(describeItem("{product} para {customer}, venda {sale} {x}", words)).toBe(
      "Curso {sale} para Ana, venda 7 {x}",
    );
  });

  it("never lets a field that is not shown keep the product from being saved", () => {
    const values = productValues(null, String);
    const invoicing = { ...values.invoicing, ncm: "123", cfop: "5102" };
    expect(productInput(undefined, { ...values, invoicing }).invoicing).toMatchObject({
      ncm: null,
      cfop: "5102",
    });
    const goods = { ...invoicing, document: "NFE" } as const;
    expect(productInput(undefined, { ...values, invoicing: goods }).invoicing).toMatchObject({
      ncm: "123",
    });
  });
});
