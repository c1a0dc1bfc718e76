import type { Page } from "@playwright/test";
import {
  expect,
  expectAccessible,
  failBoletos,
  press,
  quietFeed,
  settled,
  signIn,
  test,
} from "./panel";

test.describe.configure({ mode: "serial", timeout: 120_000 });

const run = Date.now();
const badge = (page: Page) => page.getByRole("img", { name: /falhas? não lidas?/ });
const rows = (page: Page) => page.getByRole("article").filter({ hasText: "3500034" });

test.beforeAll(quietFeed);

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test("tells a refusal live, with cause and remedy, and lets it be handled", async ({ page }) => {
  const customer = `Cliente Recusado ${run}`;
  await page.goto("/sales");
  await settled(page);
  await failBoletos(customer, run + 7, 1);
  const toast = page
    .getByRole("alert")
    .filter({ has: page.getByRole("link", { name: "Ver falha", exact: true }) });
  await expect(toast).toBeVisible({ timeout: 30_000 });
  await expect(badge(page)).toBeVisible();
  await expect(page).toHaveTitle("(1) Vendas · Ponte");
  await expectAccessible(page);
  await page.goto("/failures");
  await expect(page.getByRole("heading", { name: "Falhas de integração", level: 1 })).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).getByText("Não lida")).toBeVisible();
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: /^Marcar 1 como lida/ }));
  await expect(badge(page)).toHaveCount(0);
  await expect(page).toHaveTitle("Falhas de integração · Ponte");

  await press(page, rows(page).getByRole("link").first());
  const detail = page.getByRole("heading", { level: 1 });
  await expect(detail).toContainText("Um dos dados não está no formato");
  await expect(page.getByText("O telefone é inválido.").first()).toBeVisible();
  const attempts = page.getByRole("heading", { name: "Tentativas" });
  await expect(attempts).toBeVisible();
  await page.locator("details").last().locator("summary").click();
  const answer = page.getByRole("region", { name: "Recebido" });
  await expect(answer).toContainText("3500034");
  await expect(page.getByText("Aconteceu pela primeira vez")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: /^Corrigir/ }).click();
  await expect(page.getByRole("heading", { name: customer, level: 1 })).toBeVisible();
  await page.goBack();
  await press(page, page.getByRole("button", { name: /^Tentar de novo/ }));
  await expect(page.locator("h1 + .status")).toHaveText("Resolvida", { timeout: 30_000 });
  await expect(page.getByText("Tentada de novo")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Resolvida: Cobrança" })).toBeVisible();

  await page.goto("/failures");
  await expect(page.getByText("Nada precisa de você")).toBeVisible();
  await page.getByRole("link", { name: "Ver todas as falhas" }).click();
  await expect(rows(page).first()).toContainText("Resolvida");
});

test("tells many at once as one, and lists them in groups that open and close", async ({
  page,
}) => {
  await page.goto("/failures");
  await settled(page);
  await failBoletos(`Cliente Rajada ${run}`, run + 8, 6);
  await expect(page.getByRole("alert").filter({ hasText: "6 novas falhas" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(1);
  await expect(page.getByRole("article")).toHaveCount(6);

  await page.getByLabel("Agrupar").selectOption({ label: "Por causa" });
  await expect(page).toHaveURL(/group=CODE/);
  const group = page.getByRole("button", { name: /gerencianet\.3500034/ });
  await expect(group).toContainText("6 falhas");
  await expect(group).toHaveAttribute("aria-expanded", "false");
  await expect(rows(page)).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("j");
  await expect(group).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(rows(page)).toHaveCount(6);
  await expect(page).toHaveURL(/open=/);
  await expectAccessible(page);
  await page.reload();
  await expect(rows(page)).toHaveCount(6);
  await group.click();
  await expect(rows(page)).toHaveCount(0);
  await page.getByLabel("Agrupar").selectOption({ label: "Por integração" });
  await expect(page.getByRole("button", { name: /^Gerencianet/ })).toContainText("6 falhas");
  await page.getByLabel("Código ou objeto").fill("nada disso");
  await expect(page.getByText("Nada encontrado")).toBeVisible();
});

test("goes through the failures by keyboard, one and several at a time", async ({ page }) => {
  await page.goto("/failures");
  await settled(page);
  await expect(rows(page)).toHaveCount(6);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Atalhos de teclado" });
  await expect(help).toContainText("Falha seguinte");
  await expectAccessible(page);
  await page.keyboard.press("j");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(rows(page).nth(1)).toBeFocused();
  await page.keyboard.press("u");
  await expect(rows(page).nth(1).getByText("Não lida")).toHaveCount(0);
  await page.keyboard.press("e");
  await expect(rows(page).nth(1)).toContainText("vista por");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Marcada como vista", { exact: true })).toBeVisible();
  await page.goBack();

  await expect(rows(page)).toHaveCount(6);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  const bar = page.getByRole("region", { name: "Falhas selecionadas" });
  await expect(bar).toContainText("2 selecionadas");
  await expectAccessible(page);
  await page.keyboard.press("i");
  const dialog = page.getByRole("dialog", { name: "Ignorar 2 falhas" });
  await page.keyboard.type("clientes de teste, já combinado");
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Ignorar" }));
  await expect(page.getByText("2 falhas ignoradas")).toBeVisible();
  await expect(rows(page)).toHaveCount(4);
  await expect(bar).toBeHidden();

  await page.keyboard.press("?");
  await help.getByRole("switch", { name: "Usar atalhos de teclado" }).press("Space");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(bar).toBeHidden();
});

test("tries several again, and tells which were refused and why", async ({ page }) => {
  await page.goto("/failures?state=ALL&group=CODE");
  await page.getByRole("button", { name: /gerencianet\.3500034/ }).click();
  await page.getByRole("checkbox", { name: /^Selecionar as \d+ falhas deste grupo/ }).check();
  const bar = page.getByRole("region", { name: "Falhas selecionadas" });
  await press(page, bar.getByRole("button", { name: "Tentar de novo" }));
  await expect(page.getByText("6 falhas sendo tentadas de novo")).toBeVisible();
  await expect(page.getByText(/^\d+ (foi recusada|foram recusadas):/)).toBeVisible();
  await expect(page.getByText("Já está resolvida.")).toBeVisible();
  await expectAccessible(page);
  await expect(
    page
      .getByRole("status")
      .filter({ hasText: /resolvidas?/ })
      .first(),
  ).toBeVisible({
    timeout: 30_000,
  });
  await page.goto("/failures");
  await expect(page.getByText("Nada precisa de você")).toBeVisible({ timeout: 30_000 });
});

test("tells what was missed while the connection was away as one", async ({ page }) => {
  let away = false;
  let cut = () => {};
  await page.routeWebSocket(/\/graphql/, (socket) => {
    if (away) return void socket.close();
    const server = socket.connectToServer();
    cut = () => {
      void server.close();
      void socket.close();
    };
  });
  await page.goto("/customers");
  await settled(page);
  await expect(page.getByText("Ao vivo")).toBeVisible();
  away = true;
  cut();
  await failBoletos(`Cliente Longe ${run}`, run + 9, 5);
  await expect(page.getByRole("alert")).toHaveCount(0);
  away = false;
  const missed = page
    .getByRole("alert")
    .filter({ hasText: "Enquanto a conexão esteve fora: 5 falhas novas" });
  await expect(missed).toBeVisible({ timeout: 45_000 });
  await expect(page.getByRole("alert")).toHaveCount(1);
  await expectAccessible(page);
  await missed.getByRole("link", { name: "Ver falhas" }).click();
  await expect(rows(page)).toHaveCount(5);
});

test("keeps a failure from those who are not to hear of it", async ({ page }) => {
  await page.goto("/failures/flr_00000000000000000000000000");
  await expect(page.getByRole("heading", { name: "Falha não encontrada" })).toBeVisible();
  await expectAccessible(page);
});
