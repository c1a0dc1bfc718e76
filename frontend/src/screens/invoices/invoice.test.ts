import { describe, expect, it } from "vitest";
import type { InvoiceDocument, InvoiceState } from "@/gen/schema";
import {
  correctionPlaces,
  groupedKey,
  type Invoice,
  moves,
  type Sale,
  unplannedKinds,
} from "./invoice";

function sale(documents: InvoiceDocument[], invoices: Invoice["kind"][] = []): Sale {
  const items = documents.map((document, index) => ({
    product: { id: `p${index}`, name: `Produto ${index}`, invoicing: { document } },
  }));
  const customer = { id: "c1", name: "Ana" };
  return { items, customer, invoices: invoices.map((kind) => ({ kind })) } as unknown as Sale;
}

describe("the place of a correction", () => {
  const sold = sale(["NFSE", "NFE", "NFE"]);
  const places = (field: string | null, words = "") => correctionPlaces(sold, "NFE", field, words);

  it("is the customer's page for whatever is the customer's", () => {
    for (const field of ["customer", "customer.taxId", "customer.address.city"]) {
      expect(places(field)).toEqual([{ at: "customer", id: "c1", name: "Ana" }]);
    }
  });

  it("is the product that the authority or the check of Ponte names", () => {
    const second = [{ at: "product", id: "p2", name: "Produto 2" }];
    expect(places("product.ncm", "Informado NCM inexistente [nItem:2]")).toEqual(second);
    expect(places("items[1].ncm")).toEqual(second);
  });

  it("is every product of the invoice when none is named", () => {
    expect(places("product.cfop").map((place) => "id" in place && place.id)).toEqual(["p1", "p2"]);
    expect(places("items[9].cfop")).toHaveLength(2);
  });

  it("is the integration for its mapping and its environment", () => {
    expect(places("integration.methods")).toEqual([{ at: "vhsys", tab: "methods" }]);
    expect(places("integration")).toEqual([{ at: "vhsys" }]);
  });

  it("is nowhere when no field mends it", () => {
    expect(places(null)).toEqual([]);
    expect(places("")).toEqual([]);
    expect(places("sale.installments")).toEqual([]);
  });
});

describe("the documents of a sale", () => {
  it("are unplanned once each, until the sale has them", () => {
    expect(unplannedKinds(sale(["NFE", "NFE", "NFSE", "ORDER_ONLY"]))).toEqual(["NFE", "NFSE"]);
    expect(unplannedKinds(sale(["NFE", "NFSE"], ["NFE"]))).toEqual(["NFSE"]);
    expect(unplannedKinds(sale(["NONE"]))).toEqual([]);
  });
});

describe("an invoice", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");

  it.each<[InvoiceState, string | null, boolean]>([
    ["PROCESSING", null, true],
    ["ISSUING", null, true],
    ["SCHEDULED", "2026-11-20T12:00:30Z", true],
    ["SCHEDULED", "2026-11-21T12:00:00Z", false],
    ["MANUAL", null, false],
    ["ISSUED", "2026-11-20T11:00:00Z", false],
    ["REJECTED", null, false],
  ])("that is %s and due at %s moves by itself: %s", (state, dueAt, expected) => {
    expect(moves({ state, dueAt }, now)).toBe(expected);
  });

  it("has a key in groups of four", () => {
    expect(groupedKey("4126")).toBe("4126");
    expect(groupedKey("4126111122223333")).toBe("4126 1111 2222 3333");
    expect(groupedKey("")).toBe("");
  });
});
