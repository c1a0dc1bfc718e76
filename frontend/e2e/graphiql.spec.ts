import type { Locator, Page } from "@playwright/test";
import { ask, cpf, expect, signIn, test } from "./panel";

const result = (page: Page) => page.locator(".result-window");

async function open(page: Page, tab: string): Promise<void> {
  await page.getByRole("tab", { name: tab }).click();
  await page.waitForTimeout(500); // it reads the operation's name a moment later
}

/** Runs the tab until that shows: on a busy machine GraphiQL still names the operation of the last tab. */
async function run(page: Page, shows: Locator): Promise<void> {
  await expect(async () => {
    await page.getByRole("button", { name: /^Execute query/ }).click();
    await expect(shows).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
}

test("asks and follows with an owner's session, and keeps nothing", async ({ page }) => {
  await signIn(page);
  await page.goto("/graphiql/");
  await open(page, "OverdueCharges");
  await run(page, result(page).filter({ hasText: '"totalCount"' }));

  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await expect(page.getByText("Root Types")).toBeVisible();
  await page.getByRole("button", { name: "Open settings dialog" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");

  await open(page, "FollowCharges");
  const stop = page.getByRole("button", { name: /^Stop/ });
  await run(page, stop);
  const { saveCustomer } = await ask<{ saveCustomer: { customer: { id: string } } }>(
    "mutation($input: SaveCustomerInput!) { saveCustomer(input: $input) { customer { id } } }",
    { input: { name: "Cliente do GraphiQL", taxId: cpf(4711), email: "graphiql@example.com" } },
  );
  await ask("mutation($input: CreateSaleInput!) { createSale(input: $input) { sale { id } } }", {
    input: {
      customerId: saveCustomer.customer.id,
      items: [{ description: "Assinatura", unitCents: 7711 }],
      firstDueDate: new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10),
    },
  });
  await expect(result(page)).toContainText('"status": "WAITING"', { timeout: 20_000 });
  await stop.click();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain("chargeChanged");
});

test("asks with a pasted token, which is not kept", async ({ page }) => {
  const { createApiToken } = await ask<{ createApiToken: { secret: string } }>(
    'mutation { createApiToken(input: { name: "GraphiQL", scopes: [CHARGES_READ, SCHEMA_READ] }) { secret } }',
  );
  await page.goto("/graphiql/");
  await expect(page.getByRole("status")).toHaveText(/cole um token/);
  await page.getByLabel("Token").fill(createApiToken.secret);
  await page.getByRole("button", { name: "Usar este token" }).click();
  await open(page, "OverdueCharges");
  await run(page, result(page).filter({ hasText: "CUSTOMERS_READ" })); // the scope that it lacks
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain(createApiToken.secret);
  expect(await page.content()).not.toContain(createApiToken.secret);
  await page.reload();
  await expect(page.getByRole("status")).toHaveText(/cole um token/);
});
