// A small shop that collects through Ponte: written from its documentation only.
//
//   POST /orders            {"number","name","taxId","email","cents"} sells once for each number
//   GET  /orders/{number}   what became of it
//   POST /webhooks/ponte    signed messages (Standard Webhooks)
//
// It can be killed at any moment and started again: what it meant to do is written
// down before it is done, and what it missed is told when it comes back.
//
// Needs PONTE_URL, PONTE_TOKEN with the scopes CUSTOMERS_WRITE, SALES_WRITE,
// CHARGES_READ and FAILURES_READ, WEBHOOK_SECRET, SHOP_PORT and SHOP_STATE.
import { createServer, type IncomingMessage } from "node:http";
import { Webhook } from "standardwebhooks";
import { accepted, Ponte, type UserError } from "./ponte.ts";
import { type Order, StateFile } from "./state.ts";

const env = process.env;
const ponte = new Ponte(env.PONTE_URL ?? "http://127.0.0.1:8080", env.PONTE_TOKEN ?? "");
const file = new StateFile(env.SHOP_STATE ?? "shop.json");
const { state } = file;

/** A charge that cannot change any more, for what the shop wants to know. */
const isOver = (status: string) => ["PAID", "SETTLED", "CANCELED", "EXPIRED"].includes(status);

async function customerOf({ name, taxId, email }: Order): Promise<string> {
  const { importCustomers } = await ponte.ask<{
    importCustomers: { rows: [{ id: string; userErrors: UserError[] }] };
  }>(
    `mutation($rows: [SaveCustomerInput!]!) {
      importCustomers(input: { rows: $rows }) { rows { id userErrors { code field message } } }
    }`,
    { rows: [{ name, taxId, email }] },
  );
  return accepted(importCustomers.rows[0]).id;
}

/** Sells what was ordered. The same key and input are the same sale, however often. */
async function sell(number: string, order: Order): Promise<void> {
  const { createSale } = await ponte.ask<{
    createSale: { sale: { charges: [{ id: string }] }; userErrors: UserError[] };
  }>(
    `mutation($input: CreateSaleInput!) {
      createSale(input: $input) { sale { charges { id } } userErrors { code field message } }
    }`,
    {
      input: {
        customerId: await customerOf(order),
        items: [{ description: `Pedido ${number}`, unitCents: order.cents }],
        firstDueDate: order.dueDate,
        idempotencyKey: `shop-${number}`,
      },
    },
  );
  order.chargeId = accepted(createSale).sale.charges[0].id;
  file.save();
}

/** Follows an order's charge: first as it is now, then at each change, until it is over. */
function followCharge(order: Order): void {
  void ponte.follow<{ chargeChanged: { status: string; typeableLine: string | null } }>(
    "subscription($id: ID) { chargeChanged(id: $id) { status typeableLine } }",
    () => ({ id: order.chargeId }),
    ({ chargeChanged }) => {
      Object.assign(order, chargeChanged);
      file.save();
      return !isOver(order.status);
    },
  );
}

/** Sells an order and follows it; one that Ponte refuses can be corrected and sent again. */
async function collect(number: string, order: Order): Promise<void> {
  try {
    if (!order.chargeId) await sell(number, order);
  } catch (refused) {
    delete state.orders[number];
    file.save();
    throw refused;
  }
  if (!isOver(order.status)) followCharge(order);
}

/** Hears of every failure once, also of those that happened while the shop was closed. */
function followFailures(): void {
  void ponte.follow<{
    failures: { cursor: string; kind: string; failure: { code: string; remedy: string } };
  }>(
    "subscription($after: Cursor) { failures(after: $after) { cursor kind failure { code remedy } } }",
    () => ({ after: state.cursor }),
    ({ failures: { cursor, kind, failure } }) => {
      state.failures.push({ kind, ...failure });
      state.cursor = cursor;
      file.save(); // both at once: none is lost, none comes twice
      return true;
    },
  );
}

/** Begins where the feed ends now, unless it was read before. */
async function firstCursor(): Promise<void> {
  if (state.cursor !== null) return;
  const { failures } = await ponte.ask<{ failures: { end: string } }>(
    "{ failures(first: 1) { end } }",
    {},
  );
  state.cursor = failures.end;
  file.save();
}

async function takeOrder(body: string): Promise<Order> {
  const { number, ...asked } = JSON.parse(body);
  const dueDate = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  state.orders[number] ??= { ...asked, dueDate, status: "NEW" } as Order;
  const order = state.orders[number];
  file.save(); // before anything is sent
  if (!order.chargeId) await collect(number, order);
  return order;
}

/** Believes a message only when its signature is right, and takes it once. */
function takeWebhook(headers: IncomingMessage["headers"], body: string): number {
  const id = String(headers["webhook-id"]);
  try {
    const verified = new Webhook(env.WEBHOOK_SECRET ?? "").verify(
      body,
      headers as Record<string, string>,
    );
    const { type, data } = verified as { type: string; data: { id?: string } };
    if (state.webhooks.some((one) => one.id === id)) return 204;
    state.webhooks.push({ id, type, about: data.id });
    file.save();
    return 204;
  } catch {
    return 400;
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  return body;
}

async function answer(request: IncomingMessage): Promise<[status: number, body?: object]> {
  const address = `${request.method} ${request.url}`;
  const [, number = ""] = /^GET \/orders\/(\w+)$/.exec(address) ?? [];
  if (state.orders[number]) return [200, state.orders[number]];
  if (address === "POST /orders") return [200, await takeOrder(await read(request))];
  if (address === "POST /webhooks/ponte")
    return [takeWebhook(request.headers, await read(request))];
  return [404];
}

await firstCursor();
followFailures();
for (const [number, order] of Object.entries(state.orders)) {
  collect(number, order).catch((error) => console.error(number, error.message));
}

createServer((request, response) => {
  answer(request)
    .catch((error): [number, object] => [400, { error: String(error.message) }])
    .then(([status, body]) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(body && JSON.stringify(body));
    });
}).listen(Number(env.SHOP_PORT ?? 3000), "127.0.0.1", () => console.log("open"));
