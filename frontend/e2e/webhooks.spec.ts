import { Webhook } from "standardwebhooks";
import {
  ask,
  day,
  expect,
  expectAccessible,
  press,
  settled,
  signIn,
  test,
  typeDay,
  typeInto,
} from "./panel";
import { type Received, receiver } from "./receiver";

/** What a request says, when the secret has signed it. */
const read = (secret: string, request: Received | undefined) =>
  new Webhook(secret).verify(request?.body ?? "", request?.headers ?? {});

/** Makes a charge; answers its id. */
async function makeCharge(): Promise<string> {
  const { customers } = await ask<{ customers: { nodes: { id: string }[] } }>(
    "{ customers(first: 1) { nodes { id } } }",
  );
  const { createCharge } = await ask<{ createCharge: { charge: { id: string } } }>(
    "mutation($input: CreateChargeInput!) { createCharge(input: $input) { charge { id } } }",
    {
      input: {
        customerId: customers.nodes[0]?.id,
        amountCents: 1000 + Math.floor(Math.random() * 90_000),
        dueDate: day(30),
        description: "Webhook",
      },
    },
  );
  return createCharge.charge.id;
}

test("tells an app of a charge, resends, replays, and switches off one that is gone", async ({
  page,
}) => {
  test.slow(); // axe looks at many states
  const app = await receiver();
  await signIn(page);
  await page.goto("/");
  await page.getByRole("link", { name: "Webhooks" }).click();
  await expect(page.getByText("Nenhum webhook")).toBeVisible();
  await settled(page);
  await expectAccessible(page);

  await press(page, page.getByRole("button", { name: "Novo webhook" }));
  const dialog = page.getByRole("dialog");
  await typeInto(page, dialog.getByLabel("Nome"), "Loja da Ana");
  await typeInto(page, dialog.getByLabel("Endereço"), "ftp://nada");
  await press(page, dialog.getByRole("button", { name: "Salvar" }));
  await expect(dialog.getByText("Informe o endereço completo")).toBeVisible();
  await expectAccessible(page);
  await typeInto(page, dialog.getByLabel("Endereço"), app.url);
  await dialog.getByLabel("charge.created").check();
  await press(page, dialog.getByRole("button", { name: "Salvar" }));
  await expect(page.getByText("Ele não será mostrado de novo.")).toBeVisible();
  const secret = await page.getByRole("dialog").locator("pre").innerText();
  expect(secret).toMatch(/^whsec_/);
  await expectAccessible(page);
  await press(page, page.getByRole("button", { name: "Já guardei" }));

  await expect(page.getByRole("heading", { name: "Loja da Ana", level: 1 })).toBeVisible();
  await press(page, page.getByRole("button", { name: "Enviar teste" }));
  await expect(page.getByText("Teste enviado")).toBeVisible();
  expect(read(secret, app.got[0])).toMatchObject({ type: "endpoint.test" });

  const charge = await makeCharge();
  await expect.poll(() => app.got.length).toBe(2);
  expect(read(secret, app.got[1])).toMatchObject({ type: "charge.created", data: { id: charge } });
  const delivery = page.getByRole("article", { name: "charge.created" }).first();
  await expect(delivery.getByText("Enviada")).toBeVisible();
  await delivery.locator("summary").first().click();
  await expect(delivery.getByRole("region", { name: "Enviado" })).toContainText(charge);
  await press(page, delivery.getByRole("button", { name: /^Reenviar/ }));
  await expect.poll(() => app.got.length).toBe(3);
  expect(app.got[2]?.headers["webhook-id"]).toBe(app.got[1]?.headers["webhook-id"]);

  await press(page, page.getByRole("button", { name: "Reenviar desde uma data" }));
  await typeDay(page, dialog.getByLabel("Desde"), day(-1));
  await expectAccessible(page);
  await press(page, dialog.getByRole("button", { name: "Reenviar" }));
  await expect(page.getByText("1 entrega a caminho.")).toBeVisible();
  await expect.poll(() => app.got.length).toBe(4);

  await press(page, page.getByRole("button", { name: "Trocar segredo" }));
  await press(page, dialog.getByRole("button", { name: "Trocar segredo" }));
  const next = await page.getByRole("dialog").locator("pre").innerText();
  await press(page, page.getByRole("button", { name: "Já guardei" }));
  expect(await page.content()).not.toContain(next);

  app.answer(410);
  await makeCharge();
  await expect(page.getByText("A Ponte desligou este webhook")).toBeVisible({ timeout: 25_000 });
  expect(read(secret, app.got[4])).toEqual(read(next, app.got[4]));
  await settled(page);
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
    .toBeLessThanOrEqual(360);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await expectAccessible(page);
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.goto("/failures");
  await expect(page.getByText("Webhook Loja da Ana").first()).toBeVisible();
  await page.goto("/webhooks");
  await page.getByRole("link", { name: "Loja da Ana" }).click();
  await press(page, page.getByRole("button", { name: "Ligar de novo" }));
  await expect(page.getByText("A Ponte desligou este webhook")).toHaveCount(0);
  await press(page, page.getByRole("button", { name: "Excluir" }));
  await press(page, dialog.getByRole("button", { name: "Excluir" }));
  await expect(page.getByText("Nenhum webhook")).toBeVisible();
  await app.end();
});
