// Carnês and their parcels.
import { test } from "node:test";
import { ask, call, day, equal, item, payer, refusal, unique } from "./vendor.mjs";

/** An issued carnê of three parcels. */
async function issue(more = {}) {
  const { data } = await call("createCarnet", {
    items: [item()],
    customer: payer(),
    expire_at: day(20),
    repeats: 3,
    split_items: false,
    configurations: { fine: 200, interest: 33 },
    message: "linha 1",
    metadata: { custom_id: unique("crn") },
    ...more,
  });
  return data;
}

const detail = async (id) => (await call("detailCarnet", { id })).data;

test("a carnê is issued and shown", async () => {
  const made = await issue();
  equal(
    made.charges.map(({ parcel, value }) => [parcel, value]),
    [
      ["1", 8990],
      ["2", 8990],
      ["3", 8990],
    ],
  );
  const found = await detail(made.carnet_id);
  equal(
    found.charges.map(({ parcel }) => parcel),
    [1, 2, 3],
  );
  equal(found.value, 3 * 8990);
});

test("a carnê that shares out its value", async () => {
  const made = await issue({ split_items: true, items: [item(9000)] });
  equal(made.charges[0].value, 3000);
});

test("a parcel is a charge, and listed as one", async () => {
  const custom_id = unique("crn");
  const { charges } = await issue({ metadata: { custom_id } });
  const { data } = await call("detailCharge", { id: charges[1].charge_id });
  equal([data.payment.method, data.payment.carnet.parcel], ["carnet", 2]);
  const period = { begin_date: day(0), end_date: day(1) };
  const found = await call("listCharges", { charge_type: "carnet", ...period, custom_id });
  equal(found.data.length, 3);
});

test("metadata", async () => {
  const { carnet_id: id } = await issue();
  const custom_id = unique("crn");
  await call(
    "updateCarnetMetadata",
    { id },
    { custom_id, notification_url: "https://erp.example/" },
  );
  equal((await detail(id)).custom_id, custom_id);
});

test("due dates, of one parcel and of several", async () => {
  const { carnet_id: id } = await issue();
  await call("updateCarnetParcel", { id, parcel: 1 }, { expire_at: day(22) });
  const parcels = [
    { parcel: 2, expire_at: day(60) },
    { parcel: 3, expire_at: day(90) },
  ];
  await call("updateCarnetParcels", { id }, { parcels });
  const { charges } = await detail(id);
  equal(
    charges.map(({ expire_at }) => expire_at),
    [day(22), day(60), day(90)],
  );
});

test("resend, of a carnê and of a parcel", async () => {
  const { carnet_id: id } = await issue();
  await call("sendCarnetEmail", { id }, { email: "ana@example.com" });
  await call("sendCarnetParcelEmail", { id, parcel: 2 }, { email: "ana@example.com" });
});

test("history", async () => {
  const { carnet_id: id } = await issue();
  await call("createCarnetHistory", { id }, { description: "Cliente ligou" });
  equal((await detail(id)).history.at(-1).message, "Cliente ligou");
});

test("cancel, of a parcel and of the rest", async () => {
  const { carnet_id: id } = await issue();
  await call("cancelCarnetParcel", { id, parcel: 1 });
  equal((await detail(id)).charges[0].status, "canceled");
  await call("cancelCarnet", { id });
  equal((await detail(id)).status, "finished");
  equal((await refusal(ask("cancelCarnet", { id }))).code, 3500068);
});

test("settle, of a parcel and of the rest", async () => {
  const { carnet_id: id } = await issue();
  await call("settleCarnetParcel", { id, parcel: 1 });
  await call("settleCarnet", { id });
  const { status, charges } = await detail(id);
  equal(
    [status, charges.map((one) => one.status)],
    ["finished", ["settled", "settled", "settled"]],
  );
});
