import { Webhook } from "standardwebhooks";
import { expect, expectAccessible, press, settled, signIn, tabTo, test, typeInto } from "./panel";
import { receiver } from "./receiver";

test("makes a webhook by keyboard, tests it, and hears what happened", async ({ page }) => {
  test.slow(); // every key is pressed, and four states are looked at
  const target = await receiver();
  const name = `Meu sistema ${Date.now()}`;
  await signIn(page);
  await page.goto("/");
  await press(page, page.getByRole("button", { name: /^Conta de/ }));
  await page.getByRole("menuitem", { name: "Avisos" }).click();
  await expect(page.getByRole("heading", { name: "Avisos", level: 1 })).toBeVisible();
  await settled(page);

  await press(page, page.getByRole("button", { name: "Novo canal" }));
  const dialog = page.getByRole("dialog", { name: "Novo canal" });
  await dialog.getByLabel("Tipo", { exact: true }).selectOption({ label: "Webhook assinado" });
  await typeInto(page, dialog.getByLabel("Endereço", { exact: true }), "ftp://nada");
  await press(page, dialog.getByRole("button", { name: "Salvar" }));
  await expect(dialog.getByText("Informe o endereço completo")).toBeVisible();
  await expectAccessible(page);
  await typeInto(page, dialog.getByLabel("Endereço", { exact: true }), target.url);
  await typeInto(page, dialog.getByLabel("Nome", { exact: true }), name);
  await tabTo(page, dialog.getByLabel("Alarmes"));
  await page.keyboard.press("Space");
  await tabTo(page, dialog.getByLabel("Horário de silêncio"));
  await page.keyboard.press("Space");
  await press(page, dialog.getByRole("button", { name: "Salvar" }));

  const kept = page.getByRole("dialog", { name: "Segredo da assinatura" });
  const secret = await kept.getByRole("region", { name: "Segredo da assinatura" }).innerText();
  expect(secret).toMatch(/^whsec_/);
  await expectAccessible(page);
  await press(page, kept.getByRole("button", { name: "Já guardei" }));

  const card = page.getByRole("article", { name });
  await expect(card.getByText("Alarmes · Na hora · silêncio das 22:00 às 07:00")).toBeVisible();
  await press(page, card.getByRole("button", { name: /^Enviar teste/ }));
  await expect(card.getByText("Teste enviado")).toBeVisible();
  expect(target.got).toHaveLength(1);
  const [first] = target.got;
  expect(new Webhook(secret).verify(first?.body ?? "", first?.headers ?? {})).toMatchObject({
    type: "channel.test",
  });

  target.answer(403);
  await press(page, card.getByRole("button", { name: /^Enviar teste/ }));
  await expect(card.getByText("O teste não chegou")).toBeVisible();
  await expect(card.getByText(/O destino recusou o acesso \(403\)/).first()).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
    .toBeLessThanOrEqual(360);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page);

  await page.reload();
  await settled(page);
  expect(await page.content()).not.toContain(secret);
  expect(await page.content()).not.toContain("kkkkkkkkkkkk");
  await tabTo(page, card.getByRole("switch"));
  await page.keyboard.press("Space");
  await expect(card.getByRole("switch")).not.toBeChecked();
  await press(page, card.getByRole("button", { name: /^Excluir/ }));
  await press(page, page.getByRole("dialog").getByRole("button", { name: "Excluir" }));
  await expect(card).toHaveCount(0);
  await target.end();
});
