import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ApprovalPartsFragment } from "@/gen/schema";
import { renderScreen, serveGraphql, shellOf } from "@/test/screen";
import { ApprovalsScreen } from "./ApprovalsScreen";

const ana = { __typename: "User", id: "usr_me", name: "Ana Souza" } as const;
const bia = { __typename: "User", id: "usr_bia", name: "Bia Lima" } as const;

const charge = (number: number) =>
  ({
    __typename: "Charge",
    id: `chg_${number}`,
    number,
    status: "PAID",
    amountCents: 5000,
    customer: { __typename: "Customer", id: "cus_1", name: "Padaria Sol" },
  }) as const;

function approvalOf(change: Partial<ApprovalPartsFragment> = {}): ApprovalPartsFragment {
  return {
    __typename: "Approval",
    id: "apr_1",
    kind: "REFUND",
    state: "ASKED",
    amountCents: 5000,
    count: 1,
    charges: [charge(42)],
    askedBy: bia,
    note: "Aula cancelada",
    decidedBy: null,
    reason: "",
    refund: null,
    batch: null,
    mayApprove: true,
    mayDeny: true,
    createdAt: "2026-03-01T15:00:00Z",
    expiresAt: "2026-03-04T15:00:00Z",
    decidedAt: null,
    ...change,
  };
}

const listOf = (...nodes: ApprovalPartsFragment[]) => ({
  approvals: {
    nodes,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    totalCount: nodes.length,
  },
});

function show(answers: Parameters<typeof serveGraphql>[0], shell = shellOf("FINANCE")) {
  const asked = serveGraphql(answers);
  renderScreen(<ApprovalsScreen search={{}} onSearch={() => {}} />, shell);
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("the list of approvals", () => {
  it("says in words what is asked, by whom, why and until when", async () => {
    const asked = show({ Approvals: listOf(approvalOf()) });
    const card = await screen.findByRole("article", {
      name: /^Devolver R\$\s50,00 da cobrança 42$/,
    });
    expect(card).toHaveTextContent("Pedido por Bia Lima em 01/03/2026");
    expect(card).toHaveTextContent("Motivo de quem pediu: Aula cancelada");
    expect(card).toHaveTextContent("Pode ser decidido até 04/03/2026");
    expect(within(card).getByText("Aguardando")).toBeVisible();
    expect(within(card).getByRole("link", { name: "Cobrança 42" })).toHaveAttribute(
      "href",
      "/charges/chg_42",
    );
    expect(asked[0]?.variables).toMatchObject({ state: ["ASKED"] });
  });

  it("loads the charges of many when they are opened", async () => {
    const many = approvalOf({ kind: "CANCEL_MANY", count: 102, amountCents: 120000, note: "" });
    show({
      Approvals: listOf(many),
      ApprovalCharges: {
        node: { __typename: "Approval", id: "apr_1", charges: [charge(7), charge(8)] },
      },
    });
    await screen.findByText(/^Cancelar 102 cobranças \(R\$\s1\.200,00 no total\)$/);
    expect(screen.queryByRole("link", { name: "Cobrança 7" })).toBeNull();
    await userEvent.click(screen.getByText("Ver 102 cobranças"));
    expect(await screen.findByRole("link", { name: "Cobrança 8" })).toBeInTheDocument();
    expect(screen.getByText("E mais 100 cobranças.")).toBeInTheDocument();
  });

  it("tells how it was decided, and what was begun", async () => {
    const decided = { mayApprove: false, mayDeny: false, decidedAt: "2026-03-02T15:00:00Z" };
    const refund = { __typename: "Refund", id: "rfd_1", state: "DONE" } as const;
    show({
      Approvals: listOf(
        approvalOf({ ...decided, state: "APPROVED", decidedBy: ana, refund }),
        approvalOf({
          ...decided,
          id: "apr_2",
          state: "DENIED",
          decidedBy: ana,
          reason: "Já foi devolvido",
        }),
        approvalOf({ ...decided, id: "apr_3", state: "DENIED", decidedBy: bia }),
      ),
    });
    const [approved, denied, withdrawn] = await screen.findAllByRole("article");
    expect(approved).toHaveTextContent("Aprovado por Ana Souza em 02/03/2026");
    expect(approved).toHaveTextContent("Devolução: Devolvida");
    expect(denied).toHaveTextContent(/Recusado por Ana Souza em .*Motivo: Já foi devolvido/);
    expect(withdrawn).toHaveTextContent("Retirado por Bia Lima em 02/03/2026");
    expect(screen.queryByRole("button", { name: /Aprovar|Recusar|Retirar/ })).toBeNull();
  });

  it("tells who asked that another person decides, and lets it be taken back", async () => {
    const own = approvalOf({ askedBy: ana, mayApprove: false });
    const asked = show({
      Approvals: listOf(own),
      Deny: { deny: { approval: { ...own, state: "DENIED" }, userErrors: [] } },
    });
    expect(await screen.findByText(/Foi você quem pediu/)).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Aprovar/ })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: /^Retirar pedido: Devolver/ }));
    const dialog = await screen.findByRole("dialog", { name: "Retirar este pedido?" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Retirar pedido" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked.find(({ name }) => name === "Deny")?.variables).toEqual({
      input: { id: "apr_1" },
    });
  });
});

describe("a decision", () => {
  it("is approved only once what will happen was confirmed", async () => {
    const asked = show({
      Approvals: listOf(approvalOf()),
      Approve: { approve: { approval: approvalOf({ state: "APPROVED" }), userErrors: [] } },
    });
    await userEvent.click(await screen.findByRole("button", { name: /^Aprovar: Devolver/ }));
    const dialog = await screen.findByRole("dialog", { name: "Aprovar este pedido?" });
    expect(dialog).toHaveTextContent(/R\$\s50,00 voltam para Padaria Sol, em nome de Bia Lima/);
    expect(dialog).toHaveTextContent("Isso não tem volta.");
    expect(asked.map(({ name }) => name)).not.toContain("Approve");
    await userEvent.click(within(dialog).getByRole("button", { name: "Aprovar" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked.find(({ name }) => name === "Approve")?.variables).toEqual({
      input: { id: "apr_1" },
    });
    expect(asked.filter(({ name }) => name === "Approvals").length).toBeGreaterThan(1);
  });

  it("stays open with the server's refusal", async () => {
    const message = "Este pedido já foi decidido: atualize a lista.";
    const refusal = { code: "APPROVAL_DECIDED", field: ["input", "id"], message };
    show({
      Approvals: listOf(approvalOf()),
      Approve: { approve: { approval: null, userErrors: [refusal] } },
    });
    await userEvent.click(await screen.findByRole("button", { name: /^Aprovar/ }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Aprovar" }));
    expect(await within(dialog).findByText(message)).toBeVisible();
  });

  it("demands a reason before it is denied", async () => {
    const asked = show({
      Approvals: listOf(approvalOf()),
      Deny: { deny: { approval: approvalOf({ state: "DENIED" }), userErrors: [] } },
    });
    await userEvent.click(await screen.findByRole("button", { name: /^Recusar/ }));
    const dialog = await screen.findByRole("dialog", { name: "Recusar este pedido?" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Recusar" }));
    expect(await within(dialog).findByText("Diga por que o pedido é recusado.")).toBeVisible();
    expect(asked.map(({ name }) => name)).not.toContain("Deny");
    const reason = within(dialog).getByLabelText(/Motivo da recusa/);
    expect(reason).toHaveAttribute("maxlength", "140");
    await userEvent.type(reason, " Já foi devolvido ");
    await userEvent.click(within(dialog).getByRole("button", { name: "Recusar" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked.find(({ name }) => name === "Deny")?.variables).toEqual({
      input: { id: "apr_1", reason: "Já foi devolvido" },
    });
  });
});

describe("an empty list", () => {
  const off = { __typename: "AccessRules", id: "rul_1", requireApproval: false } as const;

  it("says what would be here", async () => {
    show({ Approvals: listOf() });
    expect(await screen.findByText("Nada aguarda aprovação")).toBeVisible();
  });

  it("leads an owner to where the rule is switched on", async () => {
    show({ Approvals: listOf() }, shellOf("OWNER", { accessRules: off }));
    expect(await screen.findByText("A aprovação por duas pessoas está desligada")).toBeVisible();
    expect(screen.getByRole("link", { name: "Ligar em Minha conta" })).toHaveAttribute(
      "href",
      "/profile",
    );
  });

  it("tells the others who switches it on", async () => {
    show({ Approvals: listOf() }, shellOf("READER", { accessRules: off }));
    expect(await screen.findByText(/Quem a liga é um proprietário/)).toBeVisible();
    expect(screen.queryByRole("link", { name: "Ligar em Minha conta" })).toBeNull();
  });
});
