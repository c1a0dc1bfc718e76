import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, expectAccessible, press, settled, signIn, test, typeInto, url } from "./panel";

const password = "uma-senha-longa";

/** The code that an authenticator shows for a secret (RFC 6238), so many steps from now. */
function codeOf(secret: string, steps = 0): string {
  const bits = [...secret]
    .map((letter) =>
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
    )
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("makes a token by keyboard, uses it, rotates and revokes it", async ({ page, request }) => {
  test.slow(); // axe looks at many states
  await signIn(page);
  const ask = (token: string) =>
    request.post(`${url()}/graphql`, {
      headers: { Authorization: `Bearer ${token}` },
      data: { query: "{ charges(first: 1) { nodes { id } } }" },
    });
  await page.goto("/tokens");
  await settled(page);
  await expect(page.getByText("Nenhum token")).toBeVisible();
  await expectAccessible(page);

  const saved = page.waitForEvent("download");
  await press(page, page.getByRole("button", { name: "Baixar schema.graphql" }));
  const schema = await saved;
  expect(schema.suggestedFilename()).toBe("schema.graphql");
  expect(readFileSync(await schema.path(), "utf8")).toContain("type Mutation {");

  await press(page, page.getByRole("button", { name: "Novo token" }));
  const dialog = page.getByRole("dialog");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Criar token" }).click();
  await expect(dialog.getByText("Escolha o que o token pode fazer.")).toBeVisible();
  await typeInto(page, dialog.getByLabel("Nome"), "Loja da Ana");
  await dialog.getByLabel("Cobranças").selectOption("Ler");
  await dialog.getByRole("button", { name: "Criar token" }).click();
  await expect(page.getByText("Copie agora e guarde")).toBeVisible();
  await expectAccessible(page);
  const first = await page.getByRole("dialog").locator("pre").innerText();
  expect(first).toMatch(/^ponte_[a-z2-7]{52}$/);
  expect((await ask(first)).status()).toBe(200);
  await page.getByRole("button", { name: "Já guardei" }).click();
  await expect(page.getByText(first)).toHaveCount(0);

  await page.getByRole("button", { name: "Trocar o segredo do token Loja da Ana" }).click();
  await page.getByLabel("O segredo atual ainda vale por").selectOption("Deixa de valer agora");
  await page.getByRole("dialog").getByRole("button", { name: "Trocar segredo" }).click();
  const second = await page.getByRole("dialog").locator("pre").innerText();
  expect((await ask(first)).status()).toBe(401);
  expect((await ask(second)).status()).toBe(200);
  await page.getByRole("button", { name: "Já guardei" }).click();

  await page.getByRole("button", { name: "Revogar o token Loja da Ana" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revogar" }).click();
  await expect(page.getByText("Nenhum token")).toBeVisible();
  expect((await ask(second)).status()).toBe(401);
  await page.getByLabel("Mostrar também os que terminaram").click();
  await expect(page.getByText("Loja da Ana")).toBeVisible();
  await expectAccessible(page);

  await page.goto("/audit?kind=api_tokens");
  await settled(page);
  await expect(page.getByText("Criou: Token de API").first()).toBeVisible();
  await expect(page.getByText("createApiToken").first()).toBeVisible();
  await expectAccessible(page);
});

test("invites a person, who chooses a password and a second factor", async ({ page, browser }) => {
  test.slow(); // axe looks at many states
  await signIn(page);
  await page.goto("/users");
  await settled(page);
  await page.getByRole("button", { name: "Novo usuário" }).click();
  const email = `rita-${Date.now()}@example.com`;
  await page.getByRole("dialog").getByLabel("Nome completo").fill("Rita Alves");
  await page.getByRole("dialog").getByLabel("E-mail").fill(email);
  await page.getByRole("dialog").getByRole("button", { name: "Salvar" }).click();
  await expect(page.getByText("vale uma vez, por três dias")).toBeVisible();
  const link = await page.getByRole("dialog").locator("pre").innerText();
  await page.getByRole("button", { name: "Já guardei" }).click();

  const context = await browser.newContext({ baseURL: url(), locale: "pt-BR" });
  const rita = await context.newPage();
  try {
    await rita.goto(new URL(link).pathname + new URL(link).hash);
    await expectAccessible(rita);
    await rita.getByLabel("Nova senha").fill(password);
    await rita.getByLabel("Repita a senha").fill(password);
    await rita.getByRole("button", { name: "Salvar e ir para a entrada" }).click();
    await expect(rita).toHaveURL(/\/login$/);
    await rita.getByLabel("E-mail").fill(email);
    await rita.getByLabel("Senha").fill(password);
    await rita.getByRole("button", { name: "Entrar" }).click();
    await rita.getByRole("button", { name: /Rita Alves/ }).click();
    await rita.getByRole("menuitem", { name: "Minha conta" }).click();
    await settled(rita);
    await expect(rita.getByText("Esta sessão")).toBeVisible();
    await expectAccessible(rita);

    await rita.getByRole("button", { name: "Ligar a verificação em duas etapas" }).click();
    await expect(rita.getByRole("img", { name: "Código QR para o aplicativo" })).toBeVisible();
    await expectAccessible(rita);
    const secret = await rita.locator("code").innerText();
    await rita.getByLabel("Código de verificação").fill("000000");
    await rita.getByRole("button", { name: "Confirmar e ligar" }).click();
    await expect(rita.getByText("O código não confere")).toBeVisible();
    await rita.getByLabel("Código de verificação").fill(codeOf(secret));
    await rita.getByRole("button", { name: "Confirmar e ligar" }).click();
    const codes = (await rita.getByRole("dialog").locator("pre").innerText()).split("\n");
    expect(codes).toHaveLength(10);
    await rita.getByRole("button", { name: "Já guardei" }).click();
    await expect(rita.getByText("Restam 10 códigos de recuperação.")).toBeVisible();
    await rita.setViewportSize({ width: 360, height: 740 });
    await rita.emulateMedia({ colorScheme: "dark" });
    await expectAccessible(rita);
    expect(await rita.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      360,
    );

    await rita.getByRole("button", { name: /Rita Alves/ }).click();
    await rita.getByRole("menuitem", { name: "Sair", exact: true }).click();
    await expect(rita).toHaveURL(/\/login/);
    await rita.getByLabel("E-mail").fill(email);
    await rita.getByLabel("Senha").fill(password);
    await rita.getByRole("button", { name: "Entrar" }).click();
    await expect(rita.getByLabel("Código de verificação")).toBeFocused();
    await expectAccessible(rita);
    await rita.getByLabel("Código de verificação").fill(codes[4] ?? "");
    await rita.getByRole("button", { name: "Entrar" }).click();
    await expect(rita.getByRole("heading", { name: "Olá, Rita", level: 1 })).toBeVisible();
  } finally {
    await context.close();
  }
});

test("shows a tax id without its mask, and writes down who saw it", async ({ page }) => {
  test.slow(); // axe looks at many states
  await signIn(page);
  await page.goto("/customers");
  await settled(page);
  await page.getByRole("table").getByRole("link").first().click();
  await settled(page);
  await page.getByRole("button", { name: /Mostrar o CPF ou CNPJ sem máscara/ }).click();
  await expect(page.getByText(/^\d{11}(\d{3})?$/)).toBeVisible();
  await expect(page.getByText("Viu sem máscara: Cliente").first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Ver todas" }).click();
  await expect(page.getByRole("heading", { name: "Auditoria", level: 1 })).toBeVisible();
  await expect(page.getByText("revealTaxId").first()).toBeVisible();
});

test("fits 360 pixels in the dark", async ({ page }) => {
  test.slow(); // axe looks at many states
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: "dark" });
  await signIn(page);
  for (const path of ["/tokens", "/audit", "/profile", "/users"]) {
    await page.goto(path);
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      360,
    );
    await expectAccessible(page);
  }
  await page.goto("/tokens");
  await page.getByRole("button", { name: "Novo token" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessible(page);
});
