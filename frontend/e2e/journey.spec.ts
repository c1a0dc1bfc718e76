import type { Page } from "@playwright/test";
import {
  chooseCustomer,
  cpf,
  day,
  demoLogin,
  expect,
  expectAccessible,
  press,
  settled,
  signIn,
  tabTo,
  test,
  typeDay,
  typeInto,
} from "./panel";

test.describe.configure({ mode: "serial" });

const run = Date.now();
const customer = `Cliente Teste ${run}`;
let salePath = "";

/** Opens an instalment of the sale by its place. */
async function openCharge(page: Page, installment: string): Promise<void> {
  await page.goto(salePath);
  await page
    .getByRole("region", { name: "Cobranças" })
    .getByRole("row", { name: installment })
    .getByRole("link")
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Cobrança");
  await settled(page);
}

test("signs in by keyboard, and says when the password is wrong", async ({ page }) => {
  const { email, password } = await demoLogin();
  await page.goto("/sales");
  await expect(page).toHaveURL(/\/login\?next=/);
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type("errada-errada");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Senha", { exact: true }).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/sales$/);
  await expect(page.getByRole("heading", { name: "Vendas", level: 1 })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Vendas", level: 1 })).toBeVisible();
});

test("adds a customer by keyboard", async ({ page }) => {
  await signIn(page);
  await page.goto("/customers");
  await tabTo(page, page.getByRole("button", { name: "Novo cliente" }).first());
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Novo cliente" });
  await expect(dialog.getByLabel("Nome ou razão social")).toBeFocused();
  await page.keyboard.type(customer);
  await page.keyboard.press("Tab");
  await page.keyboard.type("12345678900");
  await page.keyboard.press("Enter");
  const taxId = dialog.getByLabel("CPF ou CNPJ");
  await expect(taxId).toHaveAttribute("aria-invalid", "true");
  await expect(taxId).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(cpf(run));
  await tabTo(page, dialog.getByLabel("Telefone"));
  await page.keyboard.type("11987654321");
  await tabTo(page, dialog.getByLabel("E-mail"));
  await page.keyboard.type(`cliente${run}@example.com`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: customer, level: 1 })).toBeVisible();
  await expect(page.getByText(/\*\*\*\.\d{3}\.\d{3}-\*\*/)).toBeVisible();
});

test("sells in three instalments by keyboard, which are issued while one watches", async ({
  page,
}) => {
  await signIn(page);
  await page.goto("/sales/new");
  await chooseCustomer(page, customer);
  await typeInto(page, page.getByLabel("Descrição"), "Consultoria");
  await typeInto(page, page.getByLabel("Preço unitário"), "100,01");
  await typeInto(page, page.getByLabel(/^Parcelas/), "3");
  await typeDay(page, page.getByLabel("Primeiro vencimento"), day(10));
  const preview = page.getByRole("region", { name: "Prévia das parcelas" });
  await expect(preview.getByRole("row", { name: /3 de 3/ })).toContainText("33,35");
  await typeInto(page, page.getByLabel("Multa"), "2");
  await typeInto(page, page.getByLabel("Juros ao mês"), "1");
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Salvar venda e emitir boletos" }));
  await expect(page.getByRole("heading", { name: /^Venda \d+$/, level: 1 })).toBeVisible();
  salePath = new URL(page.url()).pathname;
  const charges = page.getByRole("region", { name: "Cobranças" });
  await expect(charges.getByText("Aguardando pagamento")).toHaveCount(3, { timeout: 30_000 });
});

test("refuses a sale at its fields", async ({ page }) => {
  await signIn(page);
  await page.goto("/sales/new");
  await page.getByLabel("Primeiro vencimento").fill("");
  await page.getByRole("button", { name: "Salvar venda e emitir boletos" }).click();
  await expect(page.getByText("Escolha o cliente.")).toBeVisible();
  await expect(page.getByLabel("Preço unitário")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Primeiro vencimento")).toHaveAttribute("aria-invalid", "true");
  await expect(page).toHaveURL(/\/sales\/new/);
});

test("settles a simulated payment live, with its entries", async ({ page }) => {
  await signIn(page);
  await openCharge(page, "1 de 3");
  await expect(page.getByRole("img", { name: /Código de barras \d{44}/ })).toBeVisible();
  await expect(page.getByText(/^\d{5}\.\d{5} \d{5}\.\d{6} /)).toBeVisible();
  await press(page, page.getByRole("button", { name: "Simular pagamento" }));
  await expect(page.locator("h1 + .status")).toHaveText("Paga", { timeout: 30_000 });
  const entries = page.getByRole("region", { name: "Lançamentos" });
  await expect(entries.getByRole("row", { name: /Entrada/ })).toContainText("33,33");
  await expect(entries.getByRole("row", { name: /Baixa do documento/ })).toBeVisible();
  await expectAccessible(page);
});

test("shows the payment in the statement, with the balance after it", async ({ page }) => {
  await signIn(page);
  await openCharge(page, "1 de 3");
  const account = await page
    .getByRole("region", { name: "Lançamentos" })
    .getByRole("row", { name: /Entrada/ })
    .getByRole("cell")
    .nth(2)
    .innerText();
  const charge = await page.getByRole("heading", { level: 1 }).innerText();
  await page.goto("/accounts");
  await page.getByRole("link", { name: account, exact: true }).click();
  await expect(page.getByRole("heading", { name: `Extrato de ${account}` })).toBeVisible();
  const rows = page.getByRole("region", { name: "Lançamentos do período" }).getByRole("row");
  const entry = rows.filter({ hasText: charge }).filter({ hasText: "Entrada" });
  await expect(entry).toContainText("33,33");
  const amounts = await page.locator(".money").allInnerTexts();
  const cents = amounts.map((text) => Number(text.replace(/[^\d-]/g, "")));
  const [opening = 0, received = 0, spent = 0, closing = 0] = cents;
  expect(opening + received + spent).toBe(closing);
  await page.getByLabel("De", { exact: true }).fill("2020-01-01");
  await page.getByLabel("até").fill("2020-01-31");
  await expect(page).toHaveURL(/from=2020-01-01&to=2020-01-31/);
  await expect(page.getByText("Nenhum lançamento neste período")).toBeVisible();
});

test("moves a due date by keyboard", async ({ page }) => {
  await signIn(page);
  await openCharge(page, "2 de 3");
  await press(page, page.getByRole("button", { name: "Alterar vencimento" }));
  const dialog = page.getByRole("dialog", { name: "Alterar vencimento" });
  await typeDay(page, dialog.getByLabel("Novo vencimento"), day(60));
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Salvar" }));
  await expect(dialog).toBeHidden();
  const [year, month, date] = day(60).split("-");
  await expect(page.locator(".facts").first()).toContainText(`${date}/${month}/${year}`, {
    timeout: 30_000,
  });
});

test("cancels a charge after asking, by keyboard", async ({ page }) => {
  await signIn(page);
  await openCharge(page, "3 de 3");
  const button = page.getByRole("button", { name: "Cancelar cobrança" });
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("33,35");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Cancelar cobrança" }));
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.locator("h1 + .status")).toHaveText("Cancelada", { timeout: 30_000 });
  await expect(page.getByRole("button", { name: "Emitir outra no lugar" })).toBeVisible();
});

test("keeps the filters of a list in the address", async ({ page }) => {
  await signIn(page);
  await page.goto("/charges");
  await page.getByLabel("Cliente, número ou referência").fill(customer);
  await expect(page).toHaveURL(/search=/);
  const table = page.getByRole("region", { name: "Cobranças" });
  await expect(table.getByRole("row")).toHaveCount(4);
  await page.getByLabel("Situação").selectOption({ label: "Paga" });
  await expect(table.getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(table.getByRole("row")).toHaveCount(2);
  await expect(page.getByLabel("Situação")).toHaveValue("PAID");
  await page.goBack();
  await expect(table.getByRole("row")).toHaveCount(4);
});

test("mirrors a sale of a product into Vhsys, by keyboard", async ({ page }) => {
  await signIn(page);
  await page.goto("/sales/new");
  await chooseCustomer(page, customer);
  await tabTo(page, page.getByLabel("Produto"));
  await page.keyboard.press("ArrowDown");
  await press(page, page.getByRole("button", { name: "Salvar venda e emitir boletos" }));
  await expect(page.getByRole("heading", { name: /^Venda \d+$/, level: 1 })).toBeVisible();
  for (const step of ["Cliente", "Pedido", "Itens", "Parcelas", "Status"]) {
    await expect(page.getByText(`${step} · feito`)).toBeVisible({ timeout: 30_000 });
  }
});

test("shows what would be sent to Vhsys", async ({ page }) => {
  await signIn(page);
  await page.goto(salePath);
  await page.getByRole("button", { name: "Ver o que será enviado" }).click();
  await expect(page.getByRole("region", { name: "Itens que serão enviados" })).toContainText(
    "Consultoria",
  );
  await expectAccessible(page);
});
