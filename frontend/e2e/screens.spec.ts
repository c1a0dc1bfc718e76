import { expect, expectAccessible, settled, signIn, test } from "./panel";

test("saves a histórico, and shows the server's refusal beside its field", async ({ page }) => {
  await signIn(page);
  await page.goto("/historicos");
  await page.getByRole("button", { name: "Novo histórico" }).click();
  const dialog = page.getByRole("dialog", { name: "Novo histórico" });
  await dialog.getByLabel("Código").fill(`E${Date.now()}`);
  await dialog.getByLabel("Texto do lançamento").fill("Recebimento de teste");
  await dialog.getByRole("button", { name: "Salvar" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("region", { name: "Históricos" })).toContainText(
    "Recebimento de teste",
  );
});

test("never shows a credential, and replaces it only on purpose", async ({ page }) => {
  await signIn(page);
  await page.goto("/integrations/gerencianet");
  await settled(page);
  for (const label of [
    "Ambiente",
    "Convênio",
    "Tarifa de pagamento",
    "Histórico de Recebimento",
    "Histórico de Entradas",
    "Histórico de Tarifas",
  ]) {
    await expect(page.getByLabel(label, { exact: true })).toBeVisible();
  }
  await expect(page.getByText("Usuários", { exact: true }).last()).toBeVisible();
  await expect(page.getByText(/configurado em .* termina em/)).toBeVisible();
  await page.getByRole("button", { name: "Substituir Client Id" }).click();
  await expect(page.getByLabel("Client Id")).toHaveValue("");
  await page.getByRole("button", { name: "Manter o atual" }).click();
  await page.getByLabel("Tarifa de pagamento").fill("1,99");
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByText("Integração salva.")).toBeVisible();
  await page.getByRole("button", { name: "Testar conexão" }).click();
  await expect(page.getByText("Conexão funcionando")).toBeVisible();
});

test("maps payment methods and statuses to those of Vhsys", async ({ page }) => {
  await signIn(page);
  await page.goto("/integrations/vhsys");
  await settled(page);
  await expect(page.getByLabel("Criar venda com juros")).toBeVisible();
  await expect(page.getByLabel("Enviar parcelas")).toBeVisible();
  await page.getByRole("tab", { name: "Formas de Pagamento" }).click();
  await expect(page).toHaveURL(/tab=methods/);
  const boleto = page.getByLabel("Forma de pagamento no Vhsys para Boleto");
  await expect(boleto).not.toHaveValue("");
  await boleto.selectOption({ index: 2 });
  await expect(page.getByText("Correspondência salva.")).toBeVisible();
  await page.getByRole("tab", { name: "Status" }).click();
  for (const name of ["Aprovada", "Cancelada/Expirada", "Pendente", "Reembolsada"]) {
    await expect(page.getByLabel(`Status no Vhsys para ${name}`)).toBeVisible();
  }
  await expectAccessible(page);
});

test("adds a product with its tab Faturamento", async ({ page }) => {
  await signIn(page);
  await page.goto("/products/new");
  await page.getByLabel("Código").fill(`P${Date.now()}`);
  await page.getByLabel("Nome").fill("Produto de teste");
  await page.getByLabel("Preço à vista").fill("49,90");
  await page.getByRole("tab", { name: "Faturamento" }).click();
  await page.getByRole("button", { name: "Escolher no Vhsys" }).click();
  await page.getByRole("combobox", { name: "Produto no Vhsys" }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await expect(page.getByRole("button", { name: "Escolher outro" })).toBeVisible();
  await page.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByRole("heading", { name: "Produto de teste", level: 1 })).toBeVisible();
});

test("adds a person, who then sees only what the role allows", async ({ page, browser }) => {
  const email = `leitor${Date.now()}@example.com`;
  const password = "senha-de-leitura";
  await signIn(page);
  await page.goto("/users");
  await page.getByRole("button", { name: "Novo usuário" }).click();
  const dialog = page.getByRole("dialog", { name: "Novo usuário" });
  await dialog.getByLabel("Nome completo").fill("Lia Leitora");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Perfil").selectOption({ label: "Leitor" });
  await dialog.getByLabel("Primeira senha").fill(password);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Salvar" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: /Lia Leitora/ }).first()).toBeVisible();

  const context = await browser.newContext();
  const reader = await context.newPage();
  await signIn(reader, { email, password });
  await reader.goto("/charges");
  await expect(reader.getByRole("heading", { name: "Cobranças", level: 1 })).toBeVisible();
  await expect(reader.getByRole("link", { name: "Usuários" })).toHaveCount(0);
  await reader.goto("/sales");
  await expect(reader.getByRole("link", { name: "Nova venda" })).toHaveCount(0);
  await context.close();
});

test("speaks English, keeps the theme, and signs out everywhere", async ({ page }) => {
  await signIn(page);
  await page.goto("/charges");
  await page.getByRole("button", { name: /^Conta de/ }).click();
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Charges", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Charges", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("eyJ");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto("/charges");
  await expect(page).toHaveURL(/\/login/);
});

test("tells after fifteen seconds, once, that the live connection is gone", async ({ page }) => {
  await signIn(page);
  await page.clock.install();
  await page.routeWebSocket(/\/graphql/, (socket) => socket.close());
  await page.goto("/");
  await settled(page);
  await page.clock.runFor(5_000);
  await expect(page.getByText("O que você vê pode estar desatualizado.")).toHaveCount(0);
  await page.clock.runFor(60_000);
  await expect(page.getByText("O que você vê pode estar desatualizado.")).toHaveCount(1);
});
