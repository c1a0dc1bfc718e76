import { readFileSync } from "node:fs";
import { cpf, day, expect, expectAccessible, press, signIn, test } from "./panel";

test("imports customers and their sales, once their errors are known", async ({ page }) => {
  const run = Date.now();
  const [maria, joao] = [cpf(run + 11), cpf(run + 12)];
  await signIn(page);
  await page.goto("/");
  await page.getByRole("link", { name: "Importar planilha" }).click();
  await expect(page.getByRole("heading", { name: "Importar planilha", level: 1 })).toBeVisible();
  await page
    .getByLabel("Cole as linhas da planilha")
    .fill(
      [
        "CPF/CNPJ;Nome;E-mail",
        `${maria};Maria ${run};maria@cliente.example`,
        `${joao};João ${run};`,
        "123;Sem CPF;",
        `${maria};Maria outra vez;`,
      ].join("\n"),
    );
  await press(page, page.getByRole("button", { name: "Conferir" }));
  await expect(page.getByText("2 novos")).toBeVisible();
  await expect(page.getByText("CPF/CNPJ repetido nesta planilha.")).toBeVisible();
  await expectAccessible(page);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Baixar os erros (CSV)" }).click();
  const errors = readFileSync(await (await saved).path(), "utf8");
  expect(errors.split("\r\n")).toHaveLength(4);
  await press(page, page.getByRole("button", { name: "Importar 2 linhas" }));
  await page.getByRole("dialog").getByRole("button", { name: "Importar 2 linhas" }).click();
  await expect(page.getByText("2 incluídos")).toBeVisible();

  await page.getByLabel("O que importar").selectOption({ label: "Vendas" });
  const sales = [
    "Referência;CPF/CNPJ;Descrição;Preço unitário;Parcelas;Primeiro vencimento",
    `p-${run};${maria};Assinatura;90,00;3;${day(10).split("-").reverse().join("/")}`,
  ].join("\n");
  for (const outcome of ["1 incluído", "1 que já existe"]) {
    await page.getByLabel("Cole as linhas da planilha").fill(sales);
    await page.getByRole("button", { name: "Conferir" }).click();
    if (outcome === "1 que já existe") break;
    await page.getByRole("button", { name: "Importar 1 linha" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Importar 1 linha" }).click();
    await expect(page.getByText(outcome)).toBeVisible();
  }
  await expect(page.getByText("1 que já existe")).toBeVisible();
  await expect(page.getByRole("button", { name: "Nada a importar" })).toBeDisabled();
});

test("exports a list as it is filtered", async ({ page }) => {
  await signIn(page);
  await page.goto("/charges?status=PAID");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Exportar" }).click();
  await page.getByRole("menuitem", { name: "Planilha (CSV)" }).click();
  const rows = readFileSync(await (await saved).path(), "utf8")
    .trim()
    .split("\r\n");
  expect(rows[0]).toContain("Situação");
  for (const row of rows.slice(1)) expect(row).toContain("Paga");
});
