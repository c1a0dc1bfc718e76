import type { Page } from "@playwright/test";
import {
  addCustomer,
  chooseCustomer,
  day,
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

test.describe.configure({ mode: "serial", timeout: 150_000 });

const run = Date.now();
const customer = `Cliente Formas ${run}`;
const approved = "4111111111111111";
/** The simulator refuses cards that end in 0000, and lets another one be tried. */
const refused = "4000000000020000";

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

/** Begins a sale of one item by keyboard. */
async function beginSale(page: Page, price: string): Promise<void> {
  await page.goto("/sales/new");
  await chooseCustomer(page, customer);
  await typeInto(page, page.getByLabel("Descrição"), "Assinatura");
  await typeInto(page, page.getByLabel("Preço unitário"), price);
}

/** Goes to the radio that is chosen and from it to another one by the arrow keys. */
async function chooseRadio(page: Page, chosen: string, wanted: string): Promise<void> {
  await tabTo(page, page.getByRole("radio", { name: chosen, exact: true }));
  const target = page.getByRole("radio", { name: wanted, exact: true });
  for (let presses = 0; presses < 6 && !(await target.isChecked()); presses += 1) {
    await page.keyboard.press("ArrowRight");
  }
  await expect(target).toBeChecked();
}

const standing = (page: Page) => page.locator("h1 + .status");

async function openOnlyCharge(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: /^Venda \d+$/, level: 1 })).toBeVisible();
  const charges = page.getByRole("region", { name: "Cobranças" });
  await press(page, charges.getByRole("link", { name: /^Cobrança \d+$/ }));
  await expect(page.getByRole("heading", { name: /^Cobrança \d+$/, level: 1 })).toBeVisible();
  await settled(page);
}

test("adds the customer of this run", async ({ page }) => {
  await addCustomer(page, customer, run + 31);
});

test("sells by carnê by keyboard, and one parcel is paid", async ({ page }) => {
  await beginSale(page, "300,01");
  await chooseRadio(page, "Boleto", "Carnê");
  await typeInto(page, page.getByLabel(/^Parcelas \(1 a 12\)/), "3");
  await typeDay(page, page.getByLabel("Primeiro vencimento"), day(10));
  const preview = page.getByRole("region", { name: "Prévia das parcelas" });
  await expect(preview.getByRole("row", { name: /3 de 3/ })).toContainText("100,01");
  await chooseRadio(page, "Dividir o total pelas parcelas", "Repetir o valor em cada parcela");
  await expect(preview.getByRole("row", { name: /1 de 3/ })).toContainText("300,01");
  await chooseRadio(page, "Repetir o valor em cada parcela", "Dividir o total pelas parcelas");
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Salvar venda e emitir carnê" }));

  await press(page, page.getByRole("link", { name: "Carnê de 3 parcelas" }));
  await expect(page.getByRole("heading", { name: /^Carnê da venda \d+$/ })).toBeVisible();
  const parcels = page.getByRole("region", { name: "Parcelas" });
  await expect(parcels.getByText("Aguardando pagamento")).toHaveCount(3, { timeout: 30_000 });
  await expect(page.getByRole("link", { name: "PDF do carnê" })).toBeVisible();
  await expectAccessible(page);
  const carnet = new URL(page.url()).pathname;

  await press(page, parcels.getByRole("row", { name: "1 de 3" }).getByRole("link"));
  await expect(page.getByRole("link", { name: "Carnê de 3 parcelas" })).toBeVisible();
  await press(page, page.getByRole("button", { name: "Simular pagamento" }));
  await expect(standing(page)).toHaveText("Paga", { timeout: 30_000 });
  await page.goto(carnet);
  await expect(page.getByText("1 de 3 recebidas")).toBeVisible();
});

test("cancels what is open of a whole carnê after asking", async ({ page }) => {
  await page.goto("/charges");
  await page.getByLabel("Cliente, número ou referência").fill(customer);
  const charges = page.getByRole("region", { name: "Cobranças" });
  const parcel = charges.getByRole("row", { name: "2 de 3" }).getByRole("link").first();
  const carnet = page.getByRole("link", { name: "Carnê de 3 parcelas" });
  await expect(async () => {
    await parcel.click({ timeout: 5_000 }); // again, when the search has just changed the address
    await expect(carnet).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await carnet.click();
  await press(page, page.getByRole("button", { name: "Cancelar carnê" }));
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("2 parcelas em aberto");
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Cancelar carnê" }));
  await expect(dialog).toBeHidden();
  const parcels = page.getByRole("region", { name: "Parcelas" });
  await expect(parcels.getByText("Cancelada")).toHaveCount(2, { timeout: 30_000 });
  await expect(parcels.getByText("Paga")).toBeVisible();
});

test("is paid by an immediate Pix, and a part is given back", async ({ page }) => {
  await beginSale(page, "80,00");
  await chooseRadio(page, "Boleto", "Pix");
  await chooseRadio(page, "Com vencimento", "Imediato");
  await typeInto(page, page.getByLabel("Validade"), "30");
  await tabTo(page, page.getByLabel("Unidade"));
  await page.keyboard.type("minutos");
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Salvar venda e gerar Pix" }));
  await openOnlyCharge(page);
  await expect(page.getByRole("img", { name: "QR Code do Pix desta cobrança" })).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByText(/^faltam (29|30):\d\d/)).toBeVisible();
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Simular pagamento" }));
  await expect(standing(page)).toHaveText("Paga", { timeout: 30_000 });

  await press(page, page.getByRole("button", { name: "Devolver pagamento" }));
  const dialog = page.getByRole("dialog", { name: "Devolver pagamento" });
  await chooseRadio(page, "Tudo o que resta: R$ 80,00", "Uma parte");
  await typeInto(page, dialog.getByLabel("Valor devolvido"), "80,01");
  await press(page, dialog.getByRole("button", { name: "Devolver" }));
  await expect(dialog.getByText("Informe um valor de até R$ 80,00.")).toBeVisible();
  await expectAccessible(page);
  await typeInto(page, dialog.getByLabel("Valor devolvido"), "30,00");
  await typeInto(page, dialog.getByLabel("Motivo"), "Aula cancelada");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  const refunds = page.getByRole("region", { name: "Devoluções" });
  await expect(refunds.getByRole("row", { name: /30,00.*Aula cancelada/ })).toContainText(
    "Devolvida",
    { timeout: 30_000 },
  );
  await press(page, page.getByRole("button", { name: "Devolver pagamento" }));
  await expect(dialog.getByRole("radio", { name: "Tudo o que resta: R$ 50,00" })).toBeVisible();
  await page.keyboard.press("Escape");
});

test("shows a payment link to send, which is paid", async ({ page }) => {
  await beginSale(page, "45,00");
  await chooseRadio(page, "Boleto", "Link de pagamento");
  await typeDay(page, page.getByLabel("Válido até"), day(5));
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Salvar venda e gerar link" }));
  await openOnlyCharge(page);
  await expect(page.getByRole("link", { name: /\/pagamento\// })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("button", { name: "Copiar endereço" })).toBeVisible();
  await press(page, page.getByRole("button", { name: "Simular pagamento" }));
  await expect(standing(page)).toHaveText("Paga", { timeout: 30_000 });
  await expect(page.getByText("Pago com")).toBeVisible();
});

/** Types a card where the form asks for one. */
async function typeCard(page: Page, number: string): Promise<void> {
  await typeInto(page, page.getByLabel("Número do cartão"), number);
  await typeInto(page, page.getByLabel("Nome no cartão"), "Ana Souza");
  await typeInto(page, page.getByLabel("Validade do cartão"), "12/35");
  await typeInto(page, page.getByLabel("Código de segurança"), "123");
}

test("charges a card that goes to nobody but the provider", async ({ page }) => {
  const sent: string[] = [];
  page.on("request", (request) => {
    const body = `${request.url()} ${request.postData() ?? ""}`;
    if (body.includes(approved)) sent.push(new URL(request.url()).pathname);
  });
  await beginSale(page, "120,00");
  await chooseRadio(page, "Boleto", "Cartão de crédito");
  await typeCard(page, "4111111111111112");
  await press(page, page.getByRole("button", { name: "Salvar venda e cobrar no cartão" }));
  await expect(page.getByText("Confira o número do cartão.")).toBeVisible();
  await expect(page.getByLabel("Número do cartão")).toBeFocused();
  await typeCard(page, approved);
  await expect(page.getByText("Visa", { exact: true })).toBeVisible();
  await tabTo(page, page.getByLabel("Parcelas no cartão"));
  await expect(page.getByLabel("Parcelas no cartão").getByRole("option")).not.toHaveCount(1);
  await page.keyboard.type("3");
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Salvar venda e cobrar no cartão" }));
  await openOnlyCharge(page);
  await expect(standing(page)).toHaveText("Paga", { timeout: 30_000 });
  await expect(page.locator(".facts").first()).toContainText("3 vezes");
  expect(sent).toEqual(["/sandbox/gerencianet/tokenizer"]);
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  );
  expect(stored).not.toContain("1111");
});

test("changes an amount in one step", async ({ page }) => {
  await beginSale(page, "90,00");
  await press(page, page.getByRole("button", { name: "Salvar venda e emitir boletos" }));
  await openOnlyCharge(page);
  await expect(standing(page)).toHaveText("Aguardando pagamento", { timeout: 30_000 });
  await press(page, page.getByRole("button", { name: "Alterar valor" }));
  const dialog = page.getByRole("dialog", { name: "Alterar valor" });
  await typeInto(page, dialog.getByLabel("Novo valor"), "95,00");
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Cancelar e emitir com o novo valor" }));
  await expect(dialog).toBeHidden();
  await expect(standing(page)).toHaveText("Cancelada", { timeout: 30_000 });
  await page.getByRole("link", { name: /^Venda \d+$/ }).click();
  const charges = page.getByRole("region", { name: "Cobranças" });
  await expect(charges.getByRole("row", { name: /95,00/ })).toContainText("Aguardando pagamento", {
    timeout: 30_000,
  });
});

test("tries another card when one was refused", async ({ page }) => {
  await page.goto("/charges/new");
  await chooseCustomer(page, customer);
  await typeInto(page, page.getByLabel("Descrição"), "Taxa única");
  await typeInto(page, page.getByLabel("Valor"), "60,00");
  await chooseRadio(page, "Boleto", "Cartão de crédito");
  await typeCard(page, refused);
  await press(page, page.getByRole("button", { name: "Emitir cobrança" }));
  await expect(page.getByRole("heading", { name: /^Cobrança \d+$/, level: 1 })).toBeVisible();
  await expect(standing(page)).toHaveText("Recusada", { timeout: 30_000 });
  await expect(page.getByText("O cartão foi recusado", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Tentar outro cartão" }));
  const dialog = page.getByRole("dialog", { name: "Tentar outro cartão" });
  await typeCard(page, approved);
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Cobrar neste cartão" }));
  await expect(dialog).toBeHidden();
  await expect(standing(page)).toHaveText("Paga", { timeout: 30_000 });
});
