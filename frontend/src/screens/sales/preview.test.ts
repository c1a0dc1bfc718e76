import { describe, expect, it } from "vitest";
import { monthlyDueDates, saleTotals, splitCents } from "./preview";
import { installmentCount, newItem, newSale, saleInput } from "./values";

describe("the preview of instalments", () => {
  it.each([
    [10000, 3, [3333, 3333, 3334]],
    [100, 1, [100]],
    [99990, 2, [49995, 49995]],
    [1, 2, [0, 1]],
  ])("splits %d cents in %d", (total, parts, expected) => {
    expect(splitCents(total, parts)).toEqual(expected);
  });

  it("adds up to the cent", () => {
    for (let parts = 1; parts <= 24; parts += 1) {
      expect(splitCents(123457, parts).reduce((sum, part) => sum + part, 0)).toBe(123457);
    }
  });

  it("falls due a month apart, on the last day of shorter months", () => {
    expect(monthlyDueDates("2026-12-31", 3)).toEqual(["2026-12-31", "2027-01-31", "2027-02-28"]);
    expect(monthlyDueDates("", 3)).toEqual([]);
  });

  it("sums items, discount and interest", () => {
    const items = [
      { ...newItem(), quantity: "3", unitCents: "0,10" },
      { ...newItem(), quantity: "1", unitCents: "1.000,00" },
      { ...newItem(), quantity: "x", unitCents: "5,00" },
    ];
    expect(saleTotals(items, "100,30", "7,00")).toEqual({ itemsCents: 100030, totalCents: 90700 });
  });
});

describe("the input of a sale", () => {
  it("carries integer cents and leaves out what was not typed", () => {
    const values = newSale("customer-1");
    values.items = [{ ...newItem(), description: " Frete ", quantity: "2", unitCents: "19,90" }];
    values.terms.fineHundredths = "2,00";
    values.firstDueDate = "2026-12-10";
    values.installments = "3";
    expect(saleInput(values, "key")).toEqual({
      customerId: "customer-1",
      items: [{ productId: null, description: "Frete", quantity: 2, unitCents: 1990 }],
      discountCents: 0,
      interestCents: 0,
      paymentMethod: "BOLETO",
      installments: 3,
      firstDueDate: "2026-12-10",
      dueDates: null,
      terms: {
        fineHundredths: 200,
        monthlyInterestHundredths: null,
        discountCents: null,
        discountDays: null,
        daysToWriteOff: null,
        message: null,
      },
      sendEmail: false,
      note: null,
      idempotencyKey: "key",
    });
  });

  it("keeps the count of instalments within what is allowed", () => {
    expect(installmentCount("0")).toBe(1);
    expect(installmentCount("99")).toBe(24);
    expect(installmentCount("x")).toBe(1);
  });
});
