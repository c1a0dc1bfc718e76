import { describe, expect, it } from "vitest";
import type { IssuedMethod } from "../payment/methods";
import { noTerms } from "../payment/terms";
import { monthlyDueDates, parcelCents, saleTotals, splitCents } from "./preview";
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
        dailyInterestThousandths: null,
        discountCents: null,
        discountHundredths: null,
        discountDays: null,
        daysToWriteOff: null,
        message: null,
      },
      sendEmail: false,
      note: null,
      idempotencyKey: "key",
    });
  });

  it("keeps the count of instalments within what the method allows", () => {
    const count = (paymentMethod: IssuedMethod, installments: string, pixWhen: "due" | "now") =>
      installmentCount({ paymentMethod, installments, pixWhen });
    expect(count("BOLETO", "0", "due")).toBe(1);
    expect(count("BOLETO", "99", "due")).toBe(24);
    expect(count("BOLETO", "x", "due")).toBe(1);
    expect(count("CARNET", "99", "due")).toBe(12);
    expect(count("PIX", "3", "due")).toBe(3);
    expect(count("PIX", "3", "now")).toBe(1);
    expect(count("LINK", "3", "due")).toBe(1);
  });

  it("repeats a carnê only when it is one", () => {
    const values = { ...newSale("c"), paymentMethod: "CARNET", repeat: "repeat" } as const;
    expect(saleInput({ ...values, installments: "6" }, "key")).toMatchObject({
      paymentMethod: "CARNET",
      installments: 6,
      repeat: true,
      dueDates: null,
    });
    expect(saleInput({ ...values, paymentMethod: "BOLETO" }, "key")).not.toHaveProperty("repeat");
  });

  it("gives an immediate Pix seconds and no due date, and only a message as terms", () => {
    const input = saleInput(
      {
        ...newSale("c"),
        paymentMethod: "PIX",
        pixWhen: "now",
        pixExpiresInSeconds: "90",
        pixUnit: "minutes",
        installments: "3",
        terms: { ...noTerms, fineHundredths: "2,00", message: "Obrigado" },
      },
      "key",
    );
    expect(input).toMatchObject({ pixExpiresInSeconds: 5400, installments: 1 });
    expect(input).not.toHaveProperty("firstDueDate");
    expect(input.terms).toEqual({ message: "Obrigado" });
  });

  it("sends the token of a card, and nothing of the card itself", () => {
    const card = {
      number: "4111 1111 1111 1111",
      holderName: "Ana Souza",
      holderDocument: "529.982.247-25",
      expiry: "05/31",
      cvv: "987",
      installments: "4",
    };
    const input = saleInput({ ...newSale("c"), paymentMethod: "CARD", card }, "key", "token");
    expect(input).toMatchObject({ cardToken: "token", installments: 4 });
    for (const secret of ["1111", "Ana Souza", "529", "05/31", "987"]) {
      expect(JSON.stringify(input)).not.toContain(secret);
    }
  });
});

describe("the parcels of a carnê", () => {
  it("divide the total, or repeat it", () => {
    expect(parcelCents(10000, 3, false)).toEqual([3333, 3333, 3334]);
    expect(parcelCents(10000, 3, true)).toEqual([10000, 10000, 10000]);
  });
});
