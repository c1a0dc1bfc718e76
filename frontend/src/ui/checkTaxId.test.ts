import { describe, expect, it } from "vitest";
import { bareTaxId, formatTaxId, isTaxId } from "./checkTaxId";

describe("tax ids", () => {
  it.each(["529.982.247-25", "52998224725", "11.222.333/0001-81", "11222333000181"])(
    "accepts %s",
    (typed) => expect(isTaxId(typed)).toBe(true),
  );

  it("accepts the alphanumeric CNPJ of Receita Federal's example", () => {
    expect(isTaxId("12.ABC.345/01DE-35")).toBe(true);
    expect(isTaxId("12.abc.345/01de-35")).toBe(true);
    expect(isTaxId("12.ABC.345/01DE-36")).toBe(false);
  });

  it.each(["", "123", "111.111.111-11", "529.982.247-26", "11.222.333/0001-82", "ABCDEFGHIJK"])(
    "refuses %j",
    (typed) => expect(isTaxId(typed)).toBe(false),
  );

  it("puts the mask on and takes it off", () => {
    expect(formatTaxId("52998224725")).toBe("529.982.247-25");
    expect(formatTaxId("11222333000181")).toBe("11.222.333/0001-81");
    expect(formatTaxId(" 123 ")).toBe("123");
    expect(bareTaxId("12.abc.345/01de-35")).toBe("12ABC34501DE35");
  });
});
