import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { renderScreen, serveGraphql, shellOf } from "@/test/screen";
import { ApprovalSection } from "./ApprovalSection";

afterEach(() => vi.unstubAllGlobals());

describe("the rule of two people", () => {
  it("tells that another owner has to approve its end", async () => {
    const rules = { __typename: "AccessRules", id: "rul_1", requireApproval: true };
    const approval = { __typename: "Approval", id: "apr_1" };
    const asked = serveGraphql({
      RequireApprovals: { requireApprovals: { rules, approval, userErrors: [] } },
    });
    renderScreen(<ApprovalSection required />, shellOf("OWNER"));
    const rule = await screen.findByRole("switch", { name: /^Exigir duas pessoas/ });
    await userEvent.click(rule);
    expect(
      await screen.findByText(/Pedido enviado: outro proprietário precisa aprovar/),
    ).toBeVisible();
    expect(screen.getByRole("link", { name: "Ver aprovações" })).toHaveAttribute(
      "href",
      "/approvals",
    );
    expect(rule).toBeChecked();
    expect(asked[0]?.variables).toEqual({ input: { required: false } });
  });

  it("shows why it was refused", async () => {
    const message = "Convide antes outro proprietário: sozinho, ninguém aprovaria os seus pedidos.";
    serveGraphql({
      RequireApprovals: {
        requireApprovals: {
          rules: null,
          approval: null,
          userErrors: [{ code: "APPROVAL_ALONE", field: ["required"], message }],
        },
      },
    });
    renderScreen(<ApprovalSection required={false} />, shellOf("OWNER"));
    await userEvent.click(await screen.findByRole("switch"));
    expect(await screen.findByText(message)).toBeVisible();
  });

  it("is for owners", async () => {
    renderScreen(
      <>
        <p>Minha conta</p>
        <ApprovalSection required />
      </>,
      shellOf("FINANCE"),
    );
    await screen.findByText("Minha conta");
    expect(screen.queryByRole("switch")).toBeNull();
  });
});
