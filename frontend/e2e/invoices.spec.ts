import type { Page } from "@playwright/test";
import {
  addCustomer,
  chooseCustomer,
  day,
  expect,
  expectAccessible,
  press,
  signIn,
  tabTo,
  test,
  typeInto,
} from "./panel";

test.describe.configure({ mode: "serial", timeout: 150_000 });

const run = Date.now();
const customer = `Cliente Nota ${run}`;
const product = `Caneca ${run}`;
const missingNcm = "99999999";
const rightNcm = "69120000";
let salePath = "";

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

const invoices = (page: Page) => page.locator("section", { hasText: "Notas fiscais" }).last();

/** Sells the product by one boleto, which is paid at once. */
async function sellAndPay(page: Page): Promise<string> {
  await page.goto("/sales/new");
  await chooseCustomer(page, customer);
  await page.getByLabel("Produto", { exact: true }).selectOption({ label: `N${run} · ${product}` });
  await page.getByLabel("Primeiro vencimento").fill(day(10));
  await page.getByRole("button", { name: "Salvar venda e emitir boletos" }).click();
  await expect(page.getByRole("heading", { name: /^Venda \d+$/, level: 1 })).toBeVisible();
  const path = new URL(page.url()).pathname;
  const charges = page.getByRole("region", { name: "Cobranças" });
  await expect(charges.getByText("Aguardando pagamento")).toBeVisible({ timeout: 30_000 });
  await charges.getByRole("link", { name: /^Cobrança/ }).click();
  await page.getByRole("button", { name: "Simular pagamento" }).click();
  await expect(page.locator("h1 + .status")).toHaveText("Paga", { timeout: 30_000 });
  await page.goto(path);
  await expect(page.locator("h1 + .status")).toHaveText("Aprovada");
  return path;
}

test("adds a product whose NF-e is issued on approval, checked at its fields", async ({ page }) => {
  await page.goto("/products/new");
  await page.getByLabel("Código").fill(`N${run}`);
  await page.getByLabel("Nome").fill(product);
  await page.getByLabel("Preço à vista").fill("49,90");
  await page.getByRole("tab", { name: "Faturamento" }).click();
  await expect(page.getByLabel("NCM")).toHaveCount(0);
  await page.getByLabel("Documento").selectOption({ label: "NF-e (mercadoria)" });
  await page.getByRole("button", { name: "Escolher no Vhsys" }).click();
  await page.getByRole("combobox", { name: "Produto no Vhsys" }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await page.getByLabel("Quando emitir").selectOption({ label: "Dias após a aprovação" });
  await expect(page.getByLabel("Dias após a aprovação")).toBeVisible();
  await page.getByLabel("Quando emitir").selectOption({ label: "Quando a venda for aprovada" });
  await typeInto(page, page.getByLabel("NCM"), "123");
  await typeInto(page, page.getByLabel("CFOP"), "9102");
  await typeInto(page, page.getByLabel("Descrição no pedido e na nota"), "{product} de {customer}");
  await expect(page.getByText(`${product} de Maria da Silva`)).toBeVisible();
  await press(page, page.getByRole("button", { name: "Salvar" }));
  await expect(page.getByLabel("NCM")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("CFOP")).toHaveAttribute("aria-invalid", "true");
  await expectAccessible(page);
  await page.getByLabel("NCM").fill(missingNcm);
  await page.getByLabel("CFOP").fill("5102");
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByRole("heading", { name: product, level: 1 })).toBeVisible();
});

test("tells why an NF-e was rejected, and issues it once the NCM is corrected", async ({
  page,
}) => {
  await addCustomer(page, customer, run + 991);
  await page.getByRole("button", { name: "Editar" }).click();
  const dialog = page.getByRole("dialog", { name: "Editar cliente" });
  for (const [label, text] of [
    ["CEP", "80010-000"],
    ["Rua", "Rua das Flores"],
    ["Número", "10"],
    ["Bairro", "Centro"],
    ["Cidade", "Curitiba"],
    ["UF", "PR"],
  ] as const) {
    await dialog.getByLabel(label).fill(text);
  }
  await dialog.getByRole("button", { name: "Salvar" }).click();
  await expect(dialog).toBeHidden();

  salePath = await sellAndPay(page);
  const section = invoices(page);
  await expect(section.getByText("Rejeitada", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(section.getByText("Precisa de atenção")).toBeVisible();
  await expect(section.getByText(/778/).first()).toBeVisible();
  await expectAccessible(page);
  await press(page, section.getByRole("link", { name: `Corrigir o produto ${product}` }));
  await expect(page.getByRole("tab", { name: "Faturamento" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await typeInto(page, page.getByLabel("NCM"), rightNcm);
  await press(page, page.getByRole("button", { name: "Salvar" }));
  await expect(page.getByText("Produto salvo.")).toBeVisible();
  await page.goto(salePath);
  await press(page, section.getByRole("button", { name: "Emitir de novo: NF-e" }));
  await expect(section.getByText("Emitida", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(section.getByText("Precisa de atenção")).toHaveCount(0);
});

test("issues the NF-e of the next sale by itself, with its key and its papers", async ({
  page,
}) => {
  await sellAndPay(page);
  const section = invoices(page);
  await expect(section.getByText("Emitida", { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(section.getByText(/^\d{4}( \d{4}){10}$/)).toBeVisible();
  await expect(section.getByRole("button", { name: "Copiar chave" })).toBeVisible();
  await expect(section.getByRole("link", { name: /^PDF da NF-e/ })).toHaveAttribute(
    "href",
    /^http/,
  );
  await expectAccessible(page);
  await press(page, section.getByRole("button", { name: "Pedir cancelamento" }));
  const dialog = page.getByRole("dialog", { name: /^Pedir o cancelamento da NF-e/ });
  await expect(dialog).toContainText("alguém cancela a nota no Vhsys");
  await expect(dialog).toContainText("O prazo termina em");
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Pedir cancelamento" }));
  await expect(section.getByText("Cancelamento pedido", { exact: true })).toBeVisible();
  await expect(
    section.getByText(/^Esta nota fiscal precisa ser cancelada\. Prazo: /),
  ).toBeVisible();
});

test("lists the invoices, narrowed in the address", async ({ page }) => {
  await page.goto("/invoices");
  await page.getByLabel("Situação").selectOption({ label: "Cancelamento pedido" });
  await expect(page).toHaveURL(/state=CANCEL_ASKED/);
  const rows = page.getByRole("region", { name: "Notas fiscais" }).getByRole("row");
  await expect(rows.filter({ hasText: customer })).toHaveCount(1);
  await expectAccessible(page);
});

test("shows the order and the NF-e of a past sale before they are sent", async ({ page }) => {
  await page.goto("/integrations/vhsys");
  const section = page.locator("section", { hasText: "O que seria enviado" });
  const sale = page.getByLabel("Venda", { exact: true });
  const label = await sale.getByRole("option").filter({ hasText: customer }).first().textContent();
  await sale.selectOption({ label: label ?? "" });
  await expect(section.getByRole("region", { name: "Itens que serão enviados" })).toContainText(
    `${product} de ${customer}`,
  );
  await expect(
    section.getByRole("heading", { name: "NF-e que será emitida", level: 3 }),
  ).toBeVisible();
  await expect(section.getByRole("region", { name: "Itens da NF-e" })).toContainText(rightNcm);
  await expect(section.getByRole("region", { name: "Parcelas da NF-e" })).toContainText("49,90");
  await expectAccessible(page);
});

test("compares with Vhsys now, and says when it was", async ({ page }) => {
  await page.goto("/differences");
  await press(page, page.getByRole("button", { name: "Comparar agora" }));
  await expect(page.getByText("Comparação pedida.")).toBeVisible();
  await expect(page.getByText("Comparado até")).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
});

test("keeps the settings of invoices, and shows the webhook's address", async ({ page }) => {
  await page.goto("/integrations/vhsys");
  await page.getByLabel("UF da empresa").selectOption({ label: "PR" });
  await page
    .getByLabel("Regra de devolução")
    .selectOption({ label: "Avisar as pessoas escolhidas" });
  await typeInto(page, page.getByLabel("Série da NFC-e"), "x");
  await press(page, page.getByRole("button", { name: "Salvar" }));
  await expect(page.getByText("A série tem de 1 a 3 dígitos.")).toBeVisible();
  await page.getByLabel("Série da NFC-e").fill("2");
  await page.getByLabel("Ambiente da NFC-e").selectOption({ label: "Homologação, sem valor" });
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByText("Integração salva.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("UF da empresa")).toHaveValue("PR");
  await expect(page.getByLabel("Série da NFC-e")).toHaveValue("2");
  await expect(page.getByText(/\/callbacks\/vhsys\/\S{10,}/)).toBeVisible();
  await press(page, page.getByRole("button", { name: "Registrar no Vhsys" }));
  await expect(page.getByText("O Vhsys só chama um endereço https")).toBeVisible();
});

test("sets a first day for the mirror, and takes it back", async ({ page }) => {
  await page.goto("/integrations/vhsys");
  const first = page.getByLabel("Espelhar vendas a partir de");
  for (const value of [day(-400), ""]) {
    await first.fill(value);
    await page.getByRole("button", { name: "Salvar" }).click();
    await expect(page.getByText("Integração salva.").last()).toBeVisible();
    await page.reload();
    await expect(first).toHaveValue(value);
  }
});

test("records a sale that was paid by PayPal, from a buyer abroad, and gives it back", async ({
  page,
}) => {
  const buyer = `Jane Abroad ${run}`;
  await page.goto("/sales");
  await press(page, page.getByRole("link", { name: "Registrar venda paga em outro lugar" }));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    "Registrar venda paga em outro lugar",
  );
  await press(page, page.getByRole("button", { name: "Novo cliente" }));
  const dialog = page.getByRole("dialog", { name: "Novo cliente" });
  await dialog.getByLabel("Nome ou razão social").fill(buyer);
  const abroad = dialog.getByRole("checkbox", { name: "Mora no exterior, sem CPF/CNPJ" });
  await tabTo(page, abroad);
  await page.keyboard.press("Space");
  await expect(dialog.getByLabel("CPF ou CNPJ")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Salvar" }).click();
  await expect(dialog).toBeHidden();
  await typeInto(page, page.getByLabel("Descrição"), "Curso por vídeo");
  await typeInto(page, page.getByLabel("Preço unitário"), "300,00");
  await expect(page.getByLabel("Onde foi paga")).toHaveValue("PayPal");
  await page.getByLabel("Dia do pagamento").fill(day(2));
  await press(page, page.getByRole("button", { name: "Registrar venda" }));
  await expect(page.getByText("Informe uma data até hoje.")).toBeVisible();
  await page.getByLabel("Dia do pagamento").fill(day(-1));
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Registrar venda" }));
  await expect(page.getByRole("heading", { name: /^Venda \d+$/, level: 1 })).toBeVisible();
  await expect(page.locator("h1 + .status")).toHaveText("Aprovada");
  await expect(page.getByText("PayPal", { exact: true }).first()).toBeVisible();
  await press(page, page.getByRole("button", { name: "Marcar como devolvida" }));
  const confirm = page.getByRole("dialog", { name: /^Marcar a venda/ });
  await press(page, confirm.getByRole("button", { name: "Marcar como devolvida" }));
  await expect(page.locator("h1 + .status")).toHaveText("Reembolsada");
});

test("sends old sales to Vhsys as a batch", async ({ page }) => {
  await page.goto("/integrations/vhsys");
  await press(page, page.getByRole("button", { name: "Enviar vendas antigas…" }));
  const dialog = page.getByRole("dialog", { name: "Enviar vendas antigas" });
  await dialog.getByLabel("até").fill(day(-40));
  await press(page, dialog.getByRole("button", { name: "Enviar ao Vhsys" }));
  await expect(dialog.getByText("O fim não pode ser antes do começo.")).toBeVisible();
  await dialog.getByLabel("até").fill(day(0));
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Enviar ao Vhsys" }));
  await expect(
    page.getByRole("heading", { name: "Enviar vendas antigas ao Vhsys", level: 1 }),
  ).toBeVisible();
  await expect(page.getByText(/^(\d+) de \1 terminadas$/)).toBeVisible({ timeout: 60_000 });
  await page.getByLabel("Mostrar").selectOption({ label: "Tudo" });
  const sales = page.getByRole("region", { name: "Vendas do lote" });
  await expect(sales.getByRole("link", { name: /^Venda \d+$/ }).first()).toBeVisible();
  await expectAccessible(page);
});
