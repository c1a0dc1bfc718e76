import { describe, expect, it } from "vitest";
import { channelFor, newRecord, recordInput } from "./record";

describe("a sale that was paid elsewhere", () => {
  it("begins as PayPal of today", () => {
    expect(newRecord("c1")).toMatchObject({
      customerId: "c1",
      paymentMethod: "PAYPAL",
      channel: "PayPal",
      items: [{ quantity: "1" }],
    });
  });

  it("names the channel with the method, and keeps what was typed", () => {
    expect(channelFor("CARD", "PayPal")).toBe("");
    expect(channelFor("PIX", "Maquininha")).toBe("Maquininha");
    expect(channelFor("PAYPAL", " ")).toBe("PayPal");
    expect(channelFor("PAYPAL", "Loja virtual")).toBe("Loja virtual");
  });

  it("is sent in cents, without spaces around", () => {
    const values = newRecord("c1");
    values.items = values.items.map((item) => ({
      ...item,
      description: " Curso ",
      quantity: "2",
      unitCents: "49,90",
    }));
    values.discountCents = "1,80";
    values.channel = " Maquininha ";
    values.paymentMethod = "CARD";
    values.paidOn = "2026-11-20";
    expect(recordInput(values, "key")).toEqual({
      customerId: "c1",
      items: [{ productId: null, description: "Curso", quantity: 2, unitCents: 4990 }],
      discountCents: 180,
      interestCents: 0,
      paymentMethod: "CARD",
      channel: "Maquininha",
      paidOn: "2026-11-20",
      note: null,
      idempotencyKey: "key",
    });
  });
});
