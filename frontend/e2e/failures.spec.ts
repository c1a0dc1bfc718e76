import { cpf, day, expect, expectAccessible, press, signIn, test } from "./panel";

test("tells a refusal live, with cause and remedy, and lets it be handled", async ({ page }) => {
  const run = Date.now();
  await signIn(page);
  await page.request.post("/sandbox/gerencianet/faults", {
    data: {
      route: "POST /v1/charge/one-step",
      kind: "status",
      status: 400,
      count: 1,
      body: JSON.stringify({
        code: 3500034,
        error: "validation_error",
        error_description: {
          property: "/payment/banking_billet/customer/phone_number",
          message: "O telefone é inválido.",
        },
      }),
    },
  });
  await page.request.post("/sandbox/gerencianet/faults", {
    data: {
      route: "POST /v1/charge/:id/pay",
      kind: "status",
      status: 400,
      count: 1,
      body: JSON.stringify({
        code: 3500034,
        error: "validation_error",
        error_description: {
          property: "/payment/banking_billet/customer/phone_number",
          message: "O telefone é inválido.",
        },
      }),
    },
  });

  await page.goto("/sales/new");
  await page.getByRole("button", { name: "Novo cliente" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Nome ou razão social").fill(`Cliente Recusado ${run}`);
  await dialog.getByLabel("CPF ou CNPJ").fill(cpf(run + 7));
  await dialog.getByRole("button", { name: "Salvar" }).click();
  await expect(dialog).toBeHidden();
  await page.getByLabel("Descrição").fill("Assinatura");
  await page.getByLabel("Preço unitário").fill("50,00");
  await page.getByLabel("Primeiro vencimento").fill(day(5));
  await page.getByRole("button", { name: "Salvar venda e emitir boletos" }).click();
  await expect(page.getByRole("heading", { name: /^Venda \d+$/, level: 1 })).toBeVisible();

  const toast = page
    .getByRole("alert")
    .filter({ has: page.getByRole("link", { name: "Ver falhas" }) });
  await expect(toast).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("img", { name: /falhas? não lidas?/ })).toBeVisible();
  await expectAccessible(page);
  await toast.getByRole("link", { name: "Ver falhas" }).click();

  await expect(page.getByRole("heading", { name: "Falhas de integração", level: 1 })).toBeVisible();
  const card = page.getByRole("listitem").filter({ hasText: "3500034" }).first();
  await expect(card.getByText("Não lida")).toBeVisible();
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: /^Marcar/ }).first());
  await expect(page.getByRole("img", { name: /falhas? não lidas?/ })).toHaveCount(0);

  await press(page, card.getByRole("button", { name: /^Tentar de novo/ }));
  await expect(
    page.getByRole("listitem").filter({ hasText: "3500034" }).getByText("Resolvida").first(),
  ).toBeVisible({ timeout: 30_000 });
});
