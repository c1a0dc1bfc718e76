import type { Browser, Page } from "@playwright/test";
import {
  addCustomer,
  ask,
  day,
  expect,
  expectAccessible,
  expectContrast,
  type Login,
  press,
  settled,
  signIn,
  test,
  typeInto,
  url,
} from "./panel";

test.describe.configure({ mode: "serial", timeout: 240_000 });

const run = Date.now();
const password = "senha-de-quem-aprova";

interface Person {
  id: string;
  page: Page;
}

const joined: Person[] = [];
let fernanda: Page; // FINANCE
let otavio: Page; // OWNER, as the person of the demo is

/** Adds a person by the API, and opens a browser in which that person has signed in. */
async function join(browser: Browser, name: string, role: string): Promise<Page> {
  const login: Login = { email: `${role.toLowerCase()}-${run}@example.com`, password };
  const { createUser } = await ask<{ createUser: { user: { id: string } } }>(
    "mutation($input: CreateUserInput!) { createUser(input: $input) { user { id } } }",
    { input: { ...login, name, role } },
  );
  const context = await browser.newContext({
    baseURL: url(),
    locale: "pt-BR",
    timezoneId: "America/Sao_Paulo",
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  joined.push({ id: createUser.user.id, page });
  await signIn(page, login);
  return page;
}

/** Leaves nothing that waits. */
async function denyAll(): Promise<void> {
  const { approvals } = await ask<{ approvals: { nodes: { id: string }[] } }>(
    "{ approvals(first: 100, state: [ASKED]) { nodes { id } } }",
  );
  for (const { id } of approvals.nodes) {
    await ask("mutation($input: DenyInput!) { deny(input: $input) { userErrors { code } } }", {
      input: { id, reason: "de outro teste" },
    });
  }
}

/** Switches the rule off, whatever has failed before: other tests use the same server. */
async function endRule(): Promise<void> {
  const { requireApprovals } = await ask<{
    requireApprovals: { approval: { id: string } | null };
  }>("mutation { requireApprovals(input: { required: false }) { approval { id } } }");
  if (!requireApprovals.approval) return;
  await openApprovals(otavio);
  await otavio.getByRole("button", { name: "Aprovar: Dispensar a segunda pessoa" }).click();
  await otavio.getByRole("dialog").getByRole("button", { name: "Aprovar" }).click();
  await expect(otavio.getByRole("dialog")).toHaveCount(0);
}

/** Makes a charge; answers its id. */
async function makeCharge(input: object): Promise<string> {
  const { createCharge } = await ask<{ createCharge: { charge: { id: string } } }>(
    "mutation($input: CreateChargeInput!) { createCharge(input: $input) { charge { id } userErrors { message } } }",
    { input },
  );
  return createCharge.charge.id;
}

async function openApprovals(page: Page): Promise<void> {
  await page.goto("/approvals");
  await settled(page);
}

/** Has no poor contrast in the dark, and is no wider than a narrow screen. */
async function expectFitsInTheDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 360, height: 740 });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expectContrast(page);
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  await expect.poll(width).toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

const customer = `Cliente Aprovado ${run}`;
const standing = (page: Page) => page.locator("h1 + .status");
const rule = (page: Page) => page.getByRole("switch", { name: "Exigir duas pessoas" });
let customerId: string;

test.beforeAll(async ({ browser }) => {
  fernanda = await join(browser, "Fernanda Financeira", "FINANCE");
  otavio = await join(browser, "Otávio Proprietário", "OWNER");
});

test.afterAll(async () => {
  await denyAll();
  await endRule();
  for (const { id, page } of joined.splice(0)) {
    await page.context().close();
    await ask(
      "mutation($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { code } } }",
      { input: { id, active: false } },
    );
  }
});

test("helps where the rule is off, and switches it on by keyboard", async ({ page }) => {
  await signIn(page);
  await openApprovals(page);
  await expect(page.getByText("A aprovação por duas pessoas está desligada")).toBeVisible();
  await expectAccessible(page);
  await press(page, page.getByRole("link", { name: "Ligar em Minha conta" }));
  await expect(page.getByRole("heading", { name: "Minha conta", level: 1 })).toBeVisible();
  await settled(page);
  await rule(page).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("Regra salva.")).toBeVisible();
  await expect(rule(page)).toBeChecked();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Aprovações" }).click();
  await expect(page.getByText("Nada aguarda aprovação")).toBeVisible();
});

test("gives a payment back once another person has approved it by keyboard", async ({ page }) => {
  await signIn(page);
  await addCustomer(page, customer, run + 613);
  customerId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const charge = await makeCharge({
    customerId,
    description: "Aula",
    amountCents: 8000,
    paymentMethod: "PIX",
    pixExpiresInSeconds: 3600,
  });
  await fernanda.goto(`/charges/${charge}`);
  await press(fernanda, fernanda.getByRole("button", { name: "Simular pagamento" }));
  await expect(standing(fernanda)).toHaveText("Paga", { timeout: 30_000 });
  const number = (await fernanda.getByRole("heading", { level: 1 }).innerText()).match(/\d+/)?.[0];

  await press(fernanda, fernanda.getByRole("button", { name: "Devolver pagamento" }));
  const refund = fernanda.getByRole("dialog", { name: "Devolver pagamento" });
  await refund.getByRole("radio", { name: "Uma parte" }).check();
  await typeInto(fernanda, refund.getByLabel("Valor devolvido"), "50,00");
  await typeInto(fernanda, refund.getByLabel("Motivo"), "Aula cancelada");
  await fernanda.keyboard.press("Enter");
  await expect(refund).toBeHidden();
  await expect(fernanda.getByText("outra pessoa precisa aprovar")).toBeVisible();
  await expect(fernanda.getByRole("region", { name: "Devoluções" })).toHaveCount(0);
  await fernanda.getByRole("link", { name: "Ver aprovações" }).click();

  const what = `Devolver R$ 50,00 da cobrança ${number}`;
  const asked = (of: Page) => of.getByRole("article", { name: what });
  await expect(asked(fernanda)).toContainText("Foi você quem pediu");
  await expect(asked(fernanda).getByRole("button")).toHaveText(["Retirar pedido"]);
  await expectAccessible(fernanda);

  await otavio.goto("/");
  await settled(otavio);
  await expect(otavio.getByRole("img", { name: "1 pedido para você aprovar" })).toBeVisible();
  await openApprovals(otavio);
  await expect(asked(otavio)).toContainText("Motivo de quem pediu: Aula cancelada");
  await expectAccessible(otavio);
  await expectFitsInTheDark(otavio);
  await press(otavio, otavio.getByRole("button", { name: `Aprovar: ${what}` }));
  const dialog = otavio.getByRole("dialog", { name: "Aprovar este pedido?" });
  await expect(dialog).toContainText(`R$ 50,00 voltam para ${customer}`);
  await expectAccessible(otavio);
  await press(otavio, dialog.getByRole("button", { name: "Aprovar" }));
  await expect(otavio.getByText("Nada aguarda aprovação")).toBeVisible();
  await expect(otavio.getByRole("img", { name: /para você aprovar/ })).toHaveCount(0);
  await otavio.getByLabel("Situação").selectOption({ label: "Aprovados" });
  await expect(asked(otavio)).toContainText("Aprovado por Otávio Proprietário");
  await expectAccessible(otavio);

  await fernanda.goto(`/charges/${charge}`);
  const row = fernanda.getByRole("region", { name: "Devoluções" }).getByRole("row", {
    name: /50,00.*Fernanda Financeira.*Aula cancelada/,
  });
  await expect(row).toContainText("Devolvida", { timeout: 30_000 });
});

test("asks before many charges are cancelled, and tells why that was denied", async ({ page }) => {
  await signIn(page);
  for (const amountCents of [1100, 1200]) {
    await makeCharge({ customerId, description: "Curso", amountCents, dueDate: day(30) });
  }
  await page.goto(`/charges?search=${encodeURIComponent(customer)}&status=WAITING`);
  const charges = page.getByRole("region", { name: "Cobranças" });
  await expect(charges.getByText("Aguardando pagamento")).toHaveCount(2, { timeout: 30_000 });
  await page.getByRole("checkbox", { name: "Selecionar todas desta página" }).check();
  const bar = page.getByRole("region", { name: "Cobranças selecionadas" });
  await press(page, bar.getByRole("button", { name: "Cancelar" }));
  await press(page, page.getByRole("dialog").getByRole("button", { name: "Cancelar" }).last());
  await expect(page.getByText("outra pessoa precisa aprovar")).toBeVisible();

  const what = "Cancelar 2 cobranças (R$ 23,00 no total)";
  await openApprovals(fernanda);
  const asked = fernanda.getByRole("article", { name: what });
  await press(fernanda, asked.getByText("Ver 2 cobranças"));
  await expect(asked.getByRole("link", { name: /^Cobrança \d+$/ })).toHaveCount(2);
  await expectAccessible(fernanda);
  await press(fernanda, fernanda.getByRole("button", { name: `Recusar: ${what}` }));
  const dialog = fernanda.getByRole("dialog", { name: "Recusar este pedido?" });
  await press(fernanda, dialog.getByRole("button", { name: "Recusar" }));
  await expect(dialog.getByText("Diga por que o pedido é recusado.")).toBeVisible();
  await expectAccessible(fernanda);
  await typeInto(fernanda, dialog.getByLabel("Motivo da recusa"), "O cliente vai pagar");
  await fernanda.keyboard.press("Enter");
  await expect(dialog).toBeHidden();

  await page.goto("/approvals?state=DENIED");
  await expect(page.getByRole("article", { name: what })).toContainText(
    /Recusado por Fernanda Financeira em .*Motivo: O cliente vai pagar/,
  );
  await page.goto("/audit?kind=approvals");
  await settled(page);
  await expect(page.getByText("Criou: Pedido de aprovação").first()).toBeVisible();
});

test("ends the rule only when another owner agrees", async ({ page }) => {
  await signIn(page);
  await page.goto("/profile");
  await settled(page);
  await rule(page).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("outro proprietário precisa aprovar")).toBeVisible();
  await expect(rule(page)).toBeChecked();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Ver aprovações" }).click();
  const asked = page.getByRole("article", { name: "Dispensar a segunda pessoa" });
  await expect(asked.getByRole("button")).toHaveText(["Retirar pedido"]);

  await openApprovals(fernanda);
  await expect(fernanda.getByRole("article", { name: "Dispensar a segunda pessoa" })).toContainText(
    "Quem decide é outro proprietário.",
  );
  await expect(fernanda.getByRole("button", { name: /Dispensar/ })).toHaveCount(0);

  await openApprovals(otavio);
  await press(otavio, otavio.getByRole("button", { name: "Aprovar: Dispensar a segunda pessoa" }));
  await press(otavio, otavio.getByRole("dialog").getByRole("button", { name: "Aprovar" }));
  await expect(otavio.getByText("A aprovação por duas pessoas está desligada")).toBeVisible();
  await page.goto("/profile");
  await settled(page);
  await expect(rule(page)).not.toBeChecked();
});
