// Charges, boletos and their notifications.
import { test } from "node:test";
import {
  accepts,
  ask,
  call,
  client,
  control,
  day,
  equal,
  item,
  payer,
  refusal,
  unique,
  until,
} from "./vendor.mjs";

const billet = (customer = payer()) => ({
  payment: { banking_billet: { customer, expire_at: day(20) } },
});

const create = (metadata = {}) =>
  call("createCharge", {
    items: [item()],
    metadata: { custom_id: unique("chg"), ...metadata },
  });

/** A boleto in two steps. */
async function issue(metadata) {
  const { data } = await create(metadata);
  await call("definePayMethod", { id: data.charge_id }, billet());
  return data.charge_id;
}

test("credentials that are wrong", async () => {
  const error = await refusal(client({ client_secret: "wrong" }).detailCharge({ id: 1 }));
  equal(error, "Unauthorized");
});

test("a boleto in two steps", async () => {
  const { data } = await create();
  equal(data.status, "new");
  const body = billet();
  Object.assign(body.payment.banking_billet, {
    configurations: { days_to_write_off: 60, fine: 200, interest: { value: 100, type: "monthly" } },
    message: "linha 1\nlinha 2",
  });
  const paid = await call("definePayMethod", { id: data.charge_id }, body);
  equal(paid.data.status, "waiting");
  const error = await refusal(ask("definePayMethod", { id: data.charge_id }, body));
  equal(error.code, 3500030);
});

test("a boleto in one step", async () => {
  const { data } = await call("createOneStepCharge", {
    items: [item()],
    metadata: { custom_id: unique("chg") },
    ...billet(),
  });
  equal(data.payment, "banking_billet");
});

test("a company's boleto, with its details", async () => {
  const { data } = await create();
  const { name, phone_number } = payer();
  const customer = {
    phone_number,
    juridical_person: { corporate_name: name, cnpj: "11222333000181" },
  };
  await call("definePayMethod", { id: data.charge_id }, billet(customer));
  const found = await call("detailCharge", { id: data.charge_id });
  equal(found.data.customer.cnpj, "11222333000181");
});

test("details, before and after a payment", async () => {
  const { data } = await create({ notification_url: "http://127.0.0.1:9/" });
  await call("detailCharge", { id: data.charge_id });
  await call("definePayMethod", { id: data.charge_id }, billet());
  await call("detailCharge", { id: data.charge_id });
  await control("POST", `/gerencianet/charges/${data.charge_id}/pay`, {});
  const found = await call("detailCharge", { id: data.charge_id });
  equal(found.data.status, "paid");
  equal(found.data.payment.method, "banking_billet");
});

test("the list, of open and of paid charges", async () => {
  const custom_id = unique("chg");
  const id = await issue({ custom_id });
  const query = { charge_type: "billet", begin_date: day(0), end_date: day(1), custom_id };
  const open = await call("listCharges", query);
  equal(
    open.data.map((row) => row.id),
    [id],
  );
  await control("POST", `/gerencianet/charges/${id}/pay`, {});
  const paid = await call("listCharges", { ...query, status: "paid", limit: 100, page: 1 });
  equal(paid.data[0].payment.payment_method, "banking_billet");
});

test("metadata", async () => {
  const id = await issue();
  const custom_id = unique("chg");
  await call(
    "updateChargeMetadata",
    { id },
    { custom_id, notification_url: "https://erp.example/" },
  );
  const found = await call("detailCharge", { id });
  equal(found.data.custom_id, custom_id);
});

test("another due date", async () => {
  const id = await issue();
  await call("updateBillet", { id }, { expire_at: day(25) });
  const found = await call("detailCharge", { id });
  equal(found.data.payment.banking_billet.expire_at, day(25));
});

test("cancel", async () => {
  const id = await issue();
  await call("cancelCharge", { id });
  equal((await refusal(ask("cancelCharge", { id }))).code, 3500043);
});

test("resend", async () => {
  await call("sendBilletEmail", { id: await issue() }, { email: "ana@example.com" });
});

test("history", async () => {
  const id = await issue();
  await call("createChargeHistory", { id }, { description: "Cliente ligou" });
  const found = await call("detailCharge", { id });
  equal(found.data.history.at(-1).message, "Cliente ligou");
});

test("settle", async () => {
  const id = await issue();
  await call("settleCharge", { id });
  equal((await call("detailCharge", { id })).data.status, "settled");
});

test("a notification", async () => {
  const id = await issue({ notification_url: "http://127.0.0.1:9/" });
  await control("POST", `/gerencianet/charges/${id}/pay`, {});
  const { token } = await control("GET", `/gerencianet/charges/${id}`);
  const { data } = await call("getNotification", { token });
  equal(
    data.map((entry) => entry.status.current),
    ["new", "waiting", "paid"],
  );
  equal(data[2].value, 8990);
});

test("a notification of a carnê names two identifiers, which the vendor's schema refuses", async () => {
  const { data } = await call("createCarnet", {
    items: [item()],
    customer: payer(),
    expire_at: day(20),
    repeats: 2,
    split_items: false,
    metadata: { custom_id: unique("crn"), notification_url: "http://127.0.0.1:9/" },
  });
  const token = await until(
    async () => (await control("GET", `/gerencianet/charges/${data.charges[0].charge_id}`)).token,
    Boolean,
  );
  const found = await ask("getNotification", { token });
  equal(accepts("getNotification", found), false);
  const parcels = found.data.filter((entry) => entry.type === "carnet_charge");
  equal(Object.keys(parcels[0].identifiers).sort(), ["carnet_id", "charge_id"]);
  const carnet = { ...found, data: found.data.filter((entry) => entry.type === "carnet") };
  equal(accepts("getNotification", carnet), true);
});
