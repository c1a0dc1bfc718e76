import { expect, expectAccessible, test } from "./panel";

const pages = ["", "quickstart", "errors", "error-codes", "subscriptions", "failures"];

for (const scheme of ["light", "dark"] as const) {
  test(`the documentation is accessible and fits 360 pixels, ${scheme}`, async ({ page }) => {
    test.slow(); // axe looks at long tables
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const name of pages) {
      await page.goto(`/docs/${scheme === "light" ? "pt-BR" : "en"}/${name}`);
      await expectAccessible(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, name).toBeLessThanOrEqual(360);
    }
  });
}

test("the documentation is read by keyboard, in both languages, without signing in", async ({
  page,
}) => {
  await page.goto("/docs/pt-BR/limits");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Ir para o conteúdo" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.getByRole("link", { name: "English" }).click();
  await expect(page).toHaveURL(/\/docs\/en\/limits$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Limits");
  await page.getByRole("link", { name: "All codes" }).click();
  await expect(page.getByRole("cell", { name: "DUE_DATE_PAST" }).first()).toBeVisible();
});
