// Payment links.
import { test } from "node:test";
import { accepts, ask, call, control, day, equal, item, refusal, unique } from "./vendor.mjs";

const settings = () => ({
  billet_discount: 500,
  card_discount: 300,
  message: "Obrigado",
  expire_at: day(20),
  request_delivery_address: false,
  payment_method: "all",
});

const oneStep = () =>
  call("createOneStepLink", {
    items: [item()],
    metadata: { custom_id: unique("lnk") },
    settings: settings(),
  });

test("a link in two steps", async () => {
  const metadata = { custom_id: unique("lnk") };
  const { data } = await call("createCharge", { items: [item()], metadata });
  const id = data.charge_id;
  equal((await call("defineLinkPayMethod", { id }, settings())).data.status, "link");
  equal((await refusal(ask("defineLinkPayMethod", { id }, settings()))).code, 3500080);
});

test("a link in one step, with its details", async () => {
  const { data } = await oneStep();
  const found = await call("detailCharge", { id: data.charge_id });
  equal([found.data.status, found.data.link.payment_url], ["link", data.payment_url]);
});

test("other settings", async () => {
  const { data } = await oneStep();
  const conditional_discount = { type: "percentage", value: 500, until_date: day(10) };
  const changed = { ...settings(), conditional_discount, expire_at: day(30) };
  await call("updateChargeLink", { id: data.charge_id }, changed);
  const { link } = (await call("detailCharge", { id: data.charge_id })).data;
  equal([link.expire_at, link.conditional_discount_date], [day(30), day(10)]);
});

test("resend", async () => {
  const { data } = await oneStep();
  await call("sendLinkEmail", { id: data.charge_id }, { email: "ana@example.com" });
});

test("a paid link", async () => {
  const { data } = await oneStep();
  await control("POST", `/gerencianet/charges/${data.charge_id}/pay`, { via: "boleto" });
  equal((await call("detailCharge", { id: data.charge_id })).data.status, "paid");
});

test("an unpaid link in the list has no customer, whom the vendor's schema demands", async () => {
  const { data } = await oneStep();
  const { custom_id } = data;
  const period = { begin_date: day(0), end_date: day(1) };
  const found = await ask("listCharges", { charge_type: "billet", ...period, custom_id });
  equal([found.data[0].id, found.data[0].customer], [data.charge_id, null]);
  equal(accepts("listCharges", found), false);
});

test("a cancelled link", async () => {
  const { data } = await oneStep();
  await call("cancelCharge", { id: data.charge_id });
  equal((await call("detailCharge", { id: data.charge_id })).data.status, "canceled");
});
