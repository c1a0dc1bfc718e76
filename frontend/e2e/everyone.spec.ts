import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectContrast, settled, signIn, tabTo, test } from "./panel";

const lists = [
  "/",
  "/sales",
  "/sales/new",
  "/sales/record",
  "/charges",
  "/charges/new",
  "/invoices",
  "/invoices?state=MANUAL",
  "/batches",
  "/batches/new",
  "/approvals",
  "/differences",
  "/customers",
  "/products",
  "/products/new",
  "/convenios",
  "/accounts",
  "/historicos",
  "/integrations",
  "/integrations/gerencianet",
  "/integrations/vhsys",
  "/integrations/vhsys?tab=methods",
  "/integrations/vhsys?tab=status",
  "/users",
  "/tokens",
  "/webhooks",
  "/audit",
  "/profile",
  "/failures",
  "/channels",
  "/operations",
  "/ledger",
  "/import?kind=sales",
  "/no-such-page",
];

/** The first detail page behind a list, when the list has one. */
const details = [
  "/sales",
  "/charges",
  "/batches",
  "/customers",
  "/products",
  "/accounts",
  "/operations",
];

async function visitAll(page: Page, check: () => Promise<void>): Promise<void> {
  for (const path of lists) {
    await page.goto(path);
    await settled(page);
    await test.step(path, check);
  }
  for (const path of details) {
    await page.goto(path);
    await settled(page);
    const first = page.locator("tbody tr th a").first();
    if ((await first.count()) === 0) continue;
    await first.click();
    await expect(page).not.toHaveURL(new RegExp(`${path}$`));
    await settled(page);
    await test.step(`first of ${path}`, check);
  }
}

/** Accessible in both themes, and no wider than a narrow screen. */
async function check(page: Page): Promise<void> {
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expectContrast(page);
  await page.setViewportSize({ width: 360, height: 740 });
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  await expect.poll(width, "the page fits, once it is laid out").toBeLessThanOrEqual(360);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

test("has no accessibility violation in both themes and fits 360 pixels, on every page", async ({
  page,
}) => {
  test.setTimeout(900_000);
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Entrar" })).toBeVisible();
  await check(page);
  await signIn(page);
  await visitAll(page, () => check(page));
});

test("opens the menu by keyboard on a narrow screen, and leaves it out when closed", async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page);
  await page.goto("/charges");
  await settled(page);
  const products = page.getByRole("link", { name: "Produtos" });
  await expect(products).toBeHidden();
  await tabTo(page, page.getByRole("button", { name: "Abrir menu" }));
  await page.keyboard.press("Enter");
  await expect(products).toBeVisible();
  await tabTo(page, products);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Produtos", level: 1 })).toBeVisible();
  await expect(products).toBeHidden();
});

test("skips to the content", async ({ page }) => {
  await signIn(page);
  await page.goto("/charges");
  await settled(page);
  await tabTo(page, page.getByRole("link", { name: "Pular para o conteúdo" }));
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

test("wears the stripe of the sandbox on every page", async ({ page }) => {
  await signIn(page);
  for (const path of ["/", "/charges", "/integrations/gerencianet"]) {
    await page.goto(path);
    await expect(page.getByText("Ambiente de testes")).toBeVisible();
  }
});

test("keeps the login within 200 kB of compressed JavaScript", async ({ page }) => {
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith(".js")) {
      sizes.push(response.body().then((body) => gzipSync(body).length));
    }
  });
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Entrar" })).toBeVisible();
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThanOrEqual(200_000);
});
