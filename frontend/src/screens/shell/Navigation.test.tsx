import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { ShellQuery } from "@/gen/schema";
import { renderScreen, shellOf } from "@/test/screen";
import { Navigation } from "./Navigation";

const rules = (requireApproval: boolean) =>
  ({ __typename: "AccessRules", id: "rul_1", requireApproval }) as const;

function approvalsOf(...mayApprove: boolean[]): ShellQuery["waiting"] {
  return {
    __typename: "ApprovalConnection",
    nodes: mayApprove.map((may, index) => ({
      __typename: "Approval",
      id: `apr_${index}`,
      mayApprove: may,
    })),
  };
}

async function show(shell: ShellQuery) {
  renderScreen(<Navigation onNavigate={() => {}} />, shell);
  await screen.findByRole("link", { name: "Início" });
  return screen.queryByRole("link", { name: /^Aprovações/ });
}

describe("the way to the approvals", () => {
  it("counts what the viewer may approve, and nothing else", async () => {
    await show(shellOf("FINANCE", { waiting: approvalsOf(true, false, true) }));
    expect(screen.getByRole("img", { name: "2 pedidos para você aprovar" })).toHaveTextContent("2");
  });

  it("has no badge when there is nothing to approve", async () => {
    expect(await show(shellOf("READER", { waiting: approvalsOf(false) }))).toBeVisible();
    expect(screen.queryByRole("img", { name: /para você aprovar/ })).toBeNull();
  });

  it("is left out while the rule is off and nobody has ever asked", async () => {
    expect(await show(shellOf("OWNER", { accessRules: rules(false) }))).toBeNull();
  });

  it("stays when the rule is off but somebody has asked before", async () => {
    const lastAsked = { __typename: "ApprovalConnection", nodes: [] } as const;
    const asked = { ...lastAsked, nodes: [{ __typename: "Approval" as const, id: "apr_1" }] };
    expect(
      await show(shellOf("OWNER", { accessRules: rules(false), lastAsked: asked })),
    ).toBeVisible();
  });
});
