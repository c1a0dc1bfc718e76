// Credit cards. The last digit of a token decides what becomes of it, see
// server/sandbox/README.md.
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ask, call, day, equal, item, payer, refusal, unique, until } from "./vendor.mjs";

const approved = "a";
const refused = "0";

const token = (last) => randomBytes(20).toString("hex").slice(0, 39) + last;

const payment = (last, installments = 1) => ({
  credit_card: {
    customer: { ...payer(), email: "ana@example.com", birth: "1990-01-15" },
    installments,
    payment_token: token(last),
    billing_address: {
      street: "Rua A",
      number: "10",
      neighborhood: "Centro",
      zipcode: "35400000",
      city: "Ouro Preto",
      complement: "",
      state: "MG",
    },
  },
});

const oneStep = async (last, installments) => {
  const metadata = { custom_id: unique("crd") };
  const { data } = await call("createOneStepCharge", {
    items: [item()],
    metadata,
    payment: payment(last, installments),
  });
  return { ...data, ...metadata };
};

const detail = async (id) => (await call("detailCharge", { id })).data;
const paid = (id) =>
  until(
    () => detail(id),
    ({ status }) => status === "paid",
  );

test("a card in two steps", async () => {
  const { data } = await call("createCharge", { items: [item()] });
  const answer = await call(
    "definePayMethod",
    { id: data.charge_id },
    { payment: payment(approved, 3) },
  );
  equal([answer.data.payment, answer.data.installments], ["credit_card", 3]);
});

test("a card in one step, with its details, and listed", async () => {
  const { charge_id, custom_id } = await oneStep(approved);
  equal((await paid(charge_id)).payment.method, "credit_card");
  const period = { begin_date: day(0), end_date: day(1) };
  const found = await call("listCharges", { charge_type: "card", ...period, custom_id });
  equal(found.data[0].id, charge_id);
});

test("a refused card, and another one", async () => {
  const { charge_id: id, status, refusal: why } = await oneStep(refused);
  equal([status, why.retry], ["unpaid", true]);
  await call("cardPaymentRetry", { id }, { payment: payment(approved) });
  await paid(id);
  equal(
    (await refusal(ask("cardPaymentRetry", { id }, { payment: payment(approved) }))).code,
    3500081,
  );
});

test("a refund, of a part and of the rest", async () => {
  const { charge_id: id } = await oneStep(approved);
  await paid(id);
  await call("refundCard", { id }, { amount: 1000 });
  await call("refundCard", { id }, {});
  await until(
    () => detail(id),
    ({ status }) => status === "refunded",
  );
});

test("installments", async () => {
  const { data } = await call("getInstallments", { total: 9990, brand: "visa" });
  equal(data.installments[0].value, 9990);
});
