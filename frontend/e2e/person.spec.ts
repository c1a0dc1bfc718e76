import { readFileSync } from "node:fs";
import { ask, cpf, expect, expectAccessible, press, signIn, test } from "./panel";

const saveCustomer = `mutation($input: SaveCustomerInput!) {
  saveCustomer(input: $input) { customer { id } userErrors { message } }
}`;

test("exports a person's data, and erases it when the name is typed", async ({ page }) => {
  const name = `Quitéria Xanfré ${Date.now()}`;
  const input = { name, taxId: cpf(Date.now() + 31), email: "quiteria@cliente.example" };
  const { saveCustomer: saved } = await ask<{ saveCustomer: { customer: { id: string } } }>(
    saveCustomer,
    { input },
  );
  await signIn(page);
  await page.goto(`/customers/${saved.customer.id}`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Exportar tudo" }).click();
  const everything = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  expect(everything.customers[0]).toMatchObject({ name, email: input.email });
  expect(everything.audit_entries.length).toBeGreaterThan(0);

  await press(page, page.getByRole("button", { name: "Apagar dados pessoais" }));
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Motivo").fill("Pedido 17");
  await dialog.getByLabel("Para confirmar").fill("outra pessoa");
  await dialog.getByRole("button", { name: "Apagar dados pessoais" }).click();
  await expect(dialog.getByText("Digite o nome como está acima.")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("Para confirmar").fill(name);
  await dialog.getByRole("button", { name: "Apagar dados pessoais" }).click();
  await expect(page.getByRole("heading", { name: "Cliente anonimizado", level: 1 })).toBeVisible();
  await expect(page.getByText("Dados apagados em")).toBeVisible();
  await expect(page.getByText(name)).toHaveCount(0);
  await expect(page.getByText(input.email)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Apagar dados pessoais" })).toHaveCount(0);
});

test("exports the audit record as it is filtered", async ({ page }) => {
  await signIn(page);
  await page.goto("/audit?kind=customers");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Exportar" }).click();
  await page.getByRole("menuitem", { name: "Planilha (CSV)" }).click();
  const rows = readFileSync(await (await saved).path(), "utf8")
    .trim()
    .split("\r\n");
  expect(rows[0]).toContain("Quem");
  for (const row of rows.slice(1)) expect(row).toContain("customers");
});
