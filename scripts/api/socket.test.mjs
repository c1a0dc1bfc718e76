// graphql-transport-ws: what its protocol says about closing, by a bare socket
// (npm ws), and the protocol's own client (npm graphql-ws).
import { deepStrictEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { base, cookie, fail, newest, token, socket as url } from "./server.mjs";

const init = (payload = { Authorization: `Bearer ${token}` }) => ({
  type: "connection_init",
  payload,
});
const subscribe = (id, query) => ({ id, type: "subscribe", payload: { query } });
const endless = "subscription { chargeChanged { id } }";

/** Sends each message when the one before was acknowledged, and returns how the socket is closed. */
function closing(messages, { protocol = "graphql-transport-ws", headers } = {}) {
  const client = new WebSocket(url, protocol, { headers });
  const rest = [...messages];
  const send = () => {
    while (rest.length > 0) {
      const next = rest.shift();
      client.send(typeof next === "string" ? next : JSON.stringify(next));
      if (next.type === "connection_init" && rest[0]?.now !== true) return;
    }
  };
  client.on("open", send);
  client.on("message", (content) => {
    if (JSON.parse(content).type === "connection_ack") send();
  });
  return new Promise((resolve, reject) => {
    client.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    client.on("error", reject);
  });
}

const table = [
  ["no JSON", ["nonsense"], 4400, "Invalid message received"],
  ["an unknown type", [init(), { type: "start", id: "1" }], 4400, "Invalid message received"],
  ["no id", [init(), { type: "subscribe", payload: { query: "{a}" } }], 4400],
  ["no query", [init(), { type: "subscribe", id: "1", payload: {} }], 4400],
  ["a payload that is no object", [{ type: "connection_init", payload: [1] }], 4400],
  ["subscribe before the acknowledgement", [subscribe("1", endless)], 4401, "Unauthorized"],
  ["no credentials", [init(null)], 4403, /^Forbidden/],
  ["bad credentials", [init({ Authorization: "Bearer x" })], 4403, /^Forbidden/],
  [
    "one id twice",
    [init(), subscribe("um", endless), subscribe("um", endless)],
    4409,
    "Subscriber for um already exists",
  ],
  ["two initialisations", [init(), init()], 4429, "Too many initialisation requests"],
];
for (const [name, messages, code, reason] of table) {
  test(`${name}: ${code}`, async () => {
    const closed = await closing(messages);
    equal(closed.code, code);
    if (typeof reason === "string") equal(closed.reason, reason);
    else if (reason) match(closed.reason, reason);
  });
}

test("another subprotocol: 4406", async () => {
  // npm ws refuses a server that chooses none of the protocols that it offered
  const none = new WebSocket(url);
  const code = await new Promise((resolve) => none.on("close", resolve));
  equal(code, 4406);
});

test("no initialisation for ten seconds: 4408", async () => {
  const began = Date.now();
  const { code, reason } = await closing([]);
  deepStrictEqual([code, reason], [4408, "Connection initialisation timeout"]);
  const took = Date.now() - began;
  if (took < 9000 || took > 15000) throw new Error(`it took ${took} ms`);
});

test("a page of another site is refused", async () => {
  const client = new WebSocket(url, "graphql-transport-ws", { origin: "https://evil.example" });
  const status = await new Promise((resolve) => {
    client.on("unexpected-response", (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    client.on("error", () => {});
  });
  equal(status, 403);
});

test("the cookie of a browser signs in", async () => {
  const client = new WebSocket(url, "graphql-transport-ws", { headers: { cookie }, origin: base });
  client.on("open", () => client.send(JSON.stringify(init(null))));
  const type = await new Promise((resolve, reject) => {
    client.on("message", (content) => resolve(JSON.parse(content).type));
    client.on("close", reject);
  });
  equal(type, "connection_ack");
  client.terminate();
});

test("ping and pong, of the protocol and of WebSocket", async () => {
  const client = new WebSocket(url, "graphql-transport-ws");
  const pong = new Promise((resolve) => client.on("pong", (content) => resolve(`${content}`)));
  const message = new Promise((resolve) => client.on("message", (text) => resolve(`${text}`)));
  client.on("open", () => {
    client.send('{"type":"ping","payload":{"a":1}}');
    client.ping("oi");
  });
  deepStrictEqual(JSON.parse(await message), { type: "pong", payload: { a: 1 } });
  equal(await pong, "oi");
  client.terminate();
});

test("the protocol's own client hears every failure, once and in order", async () => {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
  });
  const after = await newest();
  const charges = await fail(5);
  const heard = [];
  const query =
    "subscription ($after: Cursor) { failures(after: $after) { cursor kind failure { subject { id } } } }";
  for await (const { data } of client.iterate({ query, variables: { after } })) {
    if (data.failures.kind === "OPENED") heard.push(data.failures.failure.subject.id);
    if (heard.length === charges.length) break;
  }
  deepStrictEqual(heard.toSorted(), charges.toSorted());
  const { value } = await client.iterate({ query: "{ system { demo } }" }).next();
  deepStrictEqual(value, { data: { system: { demo: true } } });
  await client.dispose();
});
