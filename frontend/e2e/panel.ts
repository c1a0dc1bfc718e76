import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";

export const url = () => process.env.PANEL_URL ?? "";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the browser may say without anything being wrong. */
const harmless = [/status of 401/];

/** A page that fails its test when the browser complains, for example about the CSP. */
export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !harmless.some((known) => known.test(text))) {
        complaints.push(text);
      }
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await use(page);
    expect(complaints).toEqual([]);
  },
});

export interface Login {
  email: string;
  password: string;
}

export async function demoLogin(): Promise<Login> {
  const status = await fetch(`${url()}/auth/status`).then((response) => response.json());
  return status.demoLogin;
}

/** Signs in without the login page: the cookie is in the browser, the page renews by it. */
export async function signIn(page: Page, login?: Login): Promise<void> {
  const answer = await page.request.post("/auth/login", { data: login ?? (await demoLogin()) });
  expect(answer.ok()).toBe(true);
}

/** Asks the API as the person of the demo does; answers the data. */
export async function ask<Data>(document: string, variables: object = {}): Promise<Data> {
  const send = (path: string, body: object, headers = {}) =>
    fetch(`${url()}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    }).then((response) => response.json());
  const { accessToken } = await send("/auth/login", await demoLogin());
  const headers = { Authorization: `Bearer ${accessToken}` };
  const answer = await send("/graphql", { query: document, variables }, headers);
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

/** Has Gerencianet refuse the telephone number of the next boletos. */
export async function refusePhones(count: number): Promise<void> {
  const fault = {
    kind: "status",
    status: 400,
    count,
    body: JSON.stringify({
      code: 3500034,
      error: "validation_error",
      error_description: {
        property: "/payment/banking_billet/customer/phone_number",
        message: "O telefone é inválido.",
      },
    }),
  };
  const faults = `${url()}/sandbox/gerencianet/faults`;
  await fetch(faults, { method: "DELETE" });
  const body = JSON.stringify({ route: "POST /v1/charge/:id/pay", ...fault });
  await fetch(faults, { method: "POST", body });
}

/** Leaves nothing in the feed that needs attention or is unread. */
export async function quietFeed(): Promise<void> {
  const { failures } = await ask<{
    failures: { end: string; nodes: { failure: { id: string } }[] };
  }>(
    "{ failures(first: 100, filter: { state: [OPEN, RETRYING], latest: true }) { end nodes { failure { id } } } }",
  );
  await ask(
    "mutation($end: Cursor!) { markFailuresRead(input: { upTo: $end }) { unreadFailures } }",
    {
      end: failures.end,
    },
  );
  const ids = failures.nodes.map(({ failure }) => failure.id);
  if (ids.length === 0) return;
  await ask(
    'mutation($ids: [ID!]!) { acknowledgeFailures(input: { ids: $ids, ignoreReason: "de outro teste" }) { userErrors { code } } }',
    { ids },
  );
}

/** Sells in so many boletos, each of which is refused, and waits until all are told. */
export async function failBoletos(name: string, seed: number, count: number): Promise<void> {
  await refusePhones(count);
  const { saveCustomer } = await ask<{ saveCustomer: { customer: { id: string } } }>(
    "mutation($input: SaveCustomerInput!) { saveCustomer(input: $input) { customer { id } } }",
    { input: { name, taxId: cpf(seed), email: "cliente@example.com" } },
  );
  const told = async () => {
    const open = "{ failures(filter: { state: [OPEN], latest: true }) { totalCount } }";
    return (await ask<{ failures: { totalCount: number } }>(open)).failures.totalCount;
  };
  const before = await told();
  await ask("mutation($input: CreateSaleInput!) { createSale(input: $input) { sale { id } } }", {
    input: {
      customerId: saveCustomer.customer.id,
      items: [{ description: "Assinatura", unitCents: 5000 }],
      installments: count,
      firstDueDate: day(5),
    },
  });
  await expect.poll(told, { timeout: 45_000 }).toBe(before + count);
}

/** Waits until the page has its heading and nothing is loading. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("status", { name: "Carregando…" })).toHaveCount(0);
}

/** Finds no accessibility violation. Colours that are still changing with the theme are looked at again. */
export async function expectAccessible(page: Page): Promise<void> {
  await expectNoViolation(() => new AxeBuilder({ page }).withTags(tags));
}

/** The same of what differs between the themes: the colours. */
export async function expectContrast(page: Page): Promise<void> {
  await expectNoViolation(() => new AxeBuilder({ page }).withRules(["color-contrast"]));
}

async function expectNoViolation(axe: () => AxeBuilder): Promise<void> {
  await expect(async () => {
    const { violations } = await axe().analyze();
    const told = violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })),
    }));
    expect(told).toEqual([]);
  }).toPass({ timeout: 30_000 });
}

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${target}`);
}

/** Reaches a button by Tab and presses it. */
export async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** Reaches a field by Tab and types over what is in it. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
}

/** Reaches a day by Tab and types it in the order of the browser's language. */
export async function typeDay(page: Page, field: Locator, iso: string): Promise<void> {
  const [year, month, date] = iso.split("-");
  await tabTo(page, field);
  for (const text of [`${month}${date}${year}`, `${date}${month}${year}`]) {
    await page.keyboard.type(text);
    if ((await field.inputValue()) === iso) return;
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
  }
  throw new Error(`${field} holds ${await field.inputValue()} instead of ${iso}`);
}

/** Chooses a customer in a form by keyboard. */
export async function chooseCustomer(page: Page, name: string): Promise<void> {
  const field = page.getByRole("combobox", { name: "Cliente" });
  await tabTo(page, field);
  await page.keyboard.type(name);
  await expect(page.getByRole("listbox").getByRole("option")).toHaveText([new RegExp(name)]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue(new RegExp(name));
}

/** Adds a customer who has everything that any method of payment asks for. */
export async function addCustomer(page: Page, name: string, seed: number): Promise<void> {
  await page.goto("/customers");
  await page.getByRole("button", { name: "Novo cliente" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Novo cliente" });
  await dialog.getByLabel("Nome ou razão social").fill(name);
  await dialog.getByLabel("CPF ou CNPJ").fill(cpf(seed));
  await dialog.getByLabel("Telefone").fill(`119${String(10_000_000 + (seed % 80_000_000))}`);
  await dialog.getByLabel("E-mail").fill(`cliente${seed}@example.com`);
  await dialog.getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

/** A CPF with right check digits, another one for each seed. */
export function cpf(seed: number): string {
  const digits = String(100_000_000 + (seed % 800_000_000))
    .split("")
    .map(Number);
  for (const length of [9, 10]) {
    const sum = digits
      .slice(0, length)
      .reduce((total, digit, index) => total + digit * (length + 1 - index), 0);
    digits.push(sum % 11 < 2 ? 0 : 11 - (sum % 11));
  }
  return digits.join("");
}

/** The day some days from now in São Paulo, as a date input takes it. */
export function day(daysFromNow: number): string {
  const moment = new Date(Date.now() + daysFromNow * 86_400_000);
  return new Intl.DateTimeFormat("en-CA", { timeZone: "America/Sao_Paulo" }).format(moment);
}

export { expect };
