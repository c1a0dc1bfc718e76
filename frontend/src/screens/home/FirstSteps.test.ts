import { describe, expect, it } from "vitest";
import type { FirstStepsQuery, HistoricoKind } from "@/gen/schema";
import { firstSteps } from "./FirstSteps";

function data(kinds: HistoricoKind[], active: boolean): FirstStepsQuery {
  return {
    __typename: "Query",
    accounts: [{ __typename: "Account", id: "a" }],
    convenios: [],
    historicos: kinds.map((kind) => ({ __typename: "Historico", id: kind, kind })),
    gerencianetIntegration: {
      __typename: "GerencianetIntegration",
      id: "g",
      active,
      environment: "SANDBOX",
    },
    vhsysIntegration: null,
    customers: { __typename: "CustomerConnection", nodes: [] },
    sales: { __typename: "SaleConnection", nodes: [] },
  };
}

function done(query: FirstStepsQuery): string[] {
  return firstSteps(query)
    .filter((step) => step.done)
    .map((step) => step.label);
}

describe("the first steps", () => {
  it("count a histórico of each kind, and only an active integration", () => {
    expect(done(data(["RECEIPT", "ENTRY"], false))).toEqual(["steps.account"]);
    expect(done(data(["RECEIPT", "ENTRY", "FEE"], true))).toEqual([
      "steps.account",
      "steps.historicos",
      "steps.gerencianet",
    ]);
  });
});
