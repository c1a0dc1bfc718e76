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
const customer = `Cliente Lote ${run}`;

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test("issues charges from a pasted table, once its errors are corrected", async ({ page }) => {
  await addCustomer(page, customer, run + 77);
  await page.goto("/batches/new");
  const [year, month, date] = day(20).split("-");
  const due = `${date}/${month}/${year}`;
  const line = (name: string, amount: string) => `${name};${amount};${due};Mensalidade`;
  const table = page.getByLabel("Cole as linhas da planilha");
  await tabTo(page, table);
  await page.keyboard.insertText(
    ["Cliente;Valor;Vencimento;Descrição", line(customer, "11,00"), line("Ninguém", "zero")].join(
      "\n",
    ),
  );
  await press(page, page.getByRole("button", { name: "Conferir" }));
  const preview = page.getByRole("region", { name: "Prévia" });
  await expect(preview.getByRole("row", { name: /Ninguém/ })).toContainText("Nenhum cliente");
  await expect(preview.getByRole("row", { name: /Ninguém/ })).toContainText("maior que zero");
  await expect(preview.getByRole("row", { name: new RegExp(customer) })).toContainText("certo");
  await expect(page.getByRole("button", { name: "Emitir 2 cobranças" })).toBeDisabled();
  await expectAccessible(page);
  await table.fill(["11,00", "12,00", "13,00"].map((amount) => line(customer, amount)).join("\n"));
  await press(page, page.getByRole("button", { name: "Conferir" }));
  await press(page, page.getByRole("button", { name: "Emitir 3 cobranças" }));
  await expect(page.getByRole("heading", { name: "Emitir cobranças", level: 1 })).toBeVisible();
  await expect(page.getByText("3 de 3 terminadas")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Nada falhou até agora.")).toBeVisible();
  await page.getByLabel("Mostrar").selectOption({ label: "Tudo" });
  await expect(page).toHaveURL(/show=ALL/);
  await expect(page.getByRole("row", { name: /12,00/ })).toContainText("Concluída");
});

test("cancels several by keyboard, and tells which one could not be", async ({ page }) => {
  await page.goto("/charges");
  await page.getByLabel("Cliente, número ou referência").fill(customer);
  const table = page.getByRole("region", { name: "Cobranças" });
  await expect(table.getByText("Aguardando pagamento")).toHaveCount(3, { timeout: 30_000 });
  await table.getByRole("row", { name: /12,00/ }).getByRole("link").first().click();
  await press(page, page.getByRole("button", { name: "Simular pagamento" }));
  await expect(page.locator("h1 + .status")).toHaveText("Paga", { timeout: 30_000 });
  await page.goBack();

  const all = page.getByRole("checkbox", { name: "Selecionar todas desta página" });
  await tabTo(page, all);
  await page.keyboard.press("Space");
  const bar = page.getByRole("region", { name: "Cobranças selecionadas" });
  await expect(bar).toContainText("3 selecionadas");
  await expectAccessible(page);
  await press(page, bar.getByRole("button", { name: "Cancelar" }));
  const dialog = page.getByRole("dialog", { name: "Cancelar 3 cobranças?" });
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Cancelar", exact: true }).last());
  await expect(page.getByRole("heading", { name: "Cancelar", level: 1 })).toBeVisible();
  await expect(page.getByText("3 de 3 terminadas")).toBeVisible({ timeout: 30_000 });
  await expect(page.locator("h1 + .status")).toHaveText("Concluído");
  const items = page.getByRole("region", { name: "Cobranças do lote" });
  await expect(items.getByRole("row")).toHaveCount(2);
  await expect(items.getByRole("row", { name: /12,00/ })).toContainText("Falhou");
  await expectAccessible(page);
  const download = page.waitForEvent("download");
  await press(page, page.getByRole("button", { name: "Baixar falhas (CSV)" }));
  expect((await download).suggestedFilename()).toBe("falhas-do-lote.csv");
});

test("lists the batches, newest first", async ({ page }) => {
  await page.goto("/batches");
  const rows = page.getByRole("region", { name: "Lotes" }).getByRole("row");
  await expect(rows.nth(1)).toContainText("Cancelar");
  await expect(rows.nth(2)).toContainText("Emitir cobranças");
});

test("moves the due dates of two charges at once", async ({ page }) => {
  await page.goto("/sales/new");
  await chooseCustomer(page, customer);
  await typeInto(page, page.getByLabel("Descrição"), "Curso");
  await typeInto(page, page.getByLabel("Preço unitário"), "70,00");
  await typeInto(page, page.getByLabel(/^Parcelas/), "2");
  await press(page, page.getByRole("button", { name: "Salvar venda e emitir boletos" }));
  await expect(page.getByText("Aguardando pagamento")).toHaveCount(2, { timeout: 30_000 });
  await page.goto(`/charges?search=${encodeURIComponent(customer)}&status=WAITING`);
  await page.getByRole("checkbox", { name: "Selecionar todas desta página" }).check();
  await page.getByRole("button", { name: "Alterar vencimento" }).click();
  const dialog = page.getByRole("dialog", { name: "Alterar o vencimento de 2 cobranças" });
  await dialog.getByLabel("Novo vencimento").fill(day(40));
  await dialog.getByRole("button", { name: "Alterar vencimento" }).click();
  await expect(page.getByText("2 de 2 terminadas")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Nada falhou até agora.")).toBeVisible();
});
