import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { absorb } from "./cache";
import { entitiesIn, patchEntities } from "./patch";

function charge(id: string, status: string, extra: object = {}) {
  return { __typename: "Charge", id, status, ...extra };
}

describe("patchEntities", () => {
  it("copies the scalars of the same entity, however deep", () => {
    const list = { nodes: [charge("1", "WAITING"), charge("2", "WAITING")] };
    const sale = { sale: { __typename: "Sale", id: "9", charges: [charge("1", "WAITING")] } };
    const newer = entitiesIn({ chargeChanged: charge("1", "PAID") });
    expect(patchEntities(list, newer).nodes.map(({ status }) => status)).toEqual([
      "PAID",
      "WAITING",
    ]);
    expect(patchEntities(sale, newer).sale.charges[0]?.status).toBe("PAID");
  });

  it("keeps the identity of what does not change", () => {
    const list = { nodes: [charge("1", "WAITING"), charge("2", "WAITING")] };
    const same = patchEntities(list, entitiesIn(charge("1", "WAITING")));
    expect(same).toBe(list);
    const changed = patchEntities(list, entitiesIn(charge("1", "PAID")));
    expect(changed).not.toBe(list);
    expect(changed.nodes[1]).toBe(list.nodes[1]);
  });

  it("adds no field, and leaves objects and other types alone", () => {
    const old = charge("1", "WAITING", {
      customer: { __typename: "Customer", id: "1", name: "A" },
    });
    const newer = entitiesIn(charge("1", "PAID", { paidCents: 5, customer: null }));
    expect(patchEntities(old, newer)).toEqual({ ...old, status: "PAID" });
  });

  it("patches an entity inside of a patched entity", () => {
    const old = charge("1", "WAITING", {
      customer: { __typename: "Customer", id: "1", name: "A" },
    });
    const newer = entitiesIn([charge("1", "PAID"), { __typename: "Customer", id: "1", name: "B" }]);
    expect(patchEntities(old, newer)).toMatchObject({ status: "PAID", customer: { name: "B" } });
  });

  it("lets a null become a value", () => {
    const old = charge("1", "ISSUING", { barCode: null });
    expect(patchEntities(old, entitiesIn(charge("1", "WAITING", { barCode: "44" })))).toEqual(
      charge("1", "WAITING", { barCode: "44" }),
    );
  });
});

describe("absorb", () => {
  it("brings every cached query in step without asking the server", () => {
    const cache = new QueryClient();
    cache.setQueryData(["Charges", {}], { nodes: [charge("1", "WAITING")] });
    cache.setQueryData(["Charge", { id: "1" }], { node: charge("1", "WAITING") });
    absorb(cache, { cancelCharge: { charge: charge("1", "CANCELED") } });
    expect(cache.getQueryData(["Charges", {}])).toEqual({ nodes: [charge("1", "CANCELED")] });
    expect(cache.getQueryData(["Charge", { id: "1" }])).toEqual({ node: charge("1", "CANCELED") });
  });
});
