import { expect, expectAccessible, test } from "./panel";
import { launch } from "./server";

test.skip(!process.env.PONTE_BIN, "needs a server of its own, in PONTE_BIN");

test("makes the first owner and shows the first steps", async ({ page }) => {
  const { url, end } = await launch("serve");
  try {
    await page.goto(`${url}/`);
    await expect(page).toHaveURL(/\/setup$/);
    await expectAccessible(page);
    await page.getByLabel("Nome completo").fill("Olga Dona");
    await page.getByLabel("E-mail").fill("olga@example.com");
    await page.getByLabel("Senha", { exact: false }).first().fill("uma-senha-longa");
    await page.getByLabel("Repita a senha").fill("outra-senha-longa");
    await page.getByRole("button", { name: "Criar conta e começar" }).click();
    await expect(page.getByText("As senhas não são iguais.")).toBeVisible();
    await page.getByLabel("Repita a senha").fill("uma-senha-longa");
    await page.getByRole("button", { name: "Criar conta e começar" }).click();
    await expect(page.getByRole("heading", { name: "Olá, Olga", level: 1 })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Primeiros passos" })).toBeVisible();
    await expect(page.getByText("Ambiente de testes")).toHaveCount(0);
    await expectAccessible(page);
    for (const path of ["/sales", "/convenios", "/integrations/vhsys?tab=status"]) {
      await page.goto(`${url}${path}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expectAccessible(page);
    }
  } finally {
    await page.goto("about:blank"); // a page whose server has gone would complain
    await end();
  }
});
