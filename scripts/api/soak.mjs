// The clients of TestSoak in server/soak_test.go, which starts this program: it
// reads the run from the first line of its input, follows the failure feed as so many
// subscribers, and tells what each has heard when the input ends.
import { createInterface } from "node:readline";
import { createClient as createStream } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import { WebSocket } from "ws";

const query =
  "subscription ($after: Cursor) { failures(after: $after) { cursor kind failure { subject { id } } } }";
const quietMilliseconds = 4000;

// graphql-ws leaves a promise to itself when one leaves while it connects; when the
// server is killed just then, nobody catches what becomes of it.
process.on("unhandledRejection", (reason) => {
  if (!["close", "error"].includes(reason?.type)) throw reason; // no event of a socket
});

const input = createInterface({ input: process.stdin });
const [line] = await new Promise((resolve) => input.once("line", (text) => resolve([text])));
const { addresses, subscribers, seed } = JSON.parse(line);

let connections = 0;
let finishing = false;
let heardAt = Date.now();

/** A number from 0 to 1; the same seed gives the same series. */
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const connect = {
  ws: (address, token) =>
    createSocket({
      url: `ws://${address}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
      lazy: true,
      lazyCloseTimeout: 0,
    }),
  sse: (address, token) =>
    createStream({
      url: `http://${address}/graphql`,
      headers: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
    }),
};

/** Follows from the cursor until the connection ends, by itself or because we leave it. */
function follow(subscriber, onEvent) {
  const address = addresses[Math.floor(random() * addresses.length)];
  const client = connect[subscriber.transport](address, subscriber.token);
  connections++;
  let leaving;
  const ended = new Promise((resolve) => {
    const leave = client.subscribe(
      { query, variables: { after: subscriber.cursor } },
      {
        next: ({ data, errors }) => {
          if (errors) subscriber.ended = JSON.stringify(errors);
          else onEvent(data.failures, stop);
        },
        error: resolve,
        complete: resolve,
      },
    );
    const stop = () => {
      leave();
      resolve();
    };
    leaving = setTimeout(stop, finishing ? 1e9 : 200 + random() * 15000);
    subscriber.stop = stop;
  });
  return ended.then(() => {
    clearTimeout(leaving);
    client.dispose();
  });
}

async function listen(subscriber) {
  subscriber.subjects = [];
  subscriber.kinds = [];
  while (!subscriber.ended && !subscriber.over) {
    await follow(subscriber, (event, stop) => {
      subscriber.cursor = event.cursor;
      subscriber.subjects.push(event.failure.subject.id);
      subscriber.kinds.push(event.kind);
      heardAt = Date.now();
      if (!finishing && random() < 0.01) stop();
    });
    await pause(random() * 300);
  }
}

const listening = subscribers.map(listen);
console.log("following");

await new Promise((resolve) => input.once("close", resolve));
finishing = true;
heardAt = Date.now();
for (const subscriber of subscribers) subscriber.stop(); // come back once more
while (Date.now() - heardAt < quietMilliseconds) await pause(100);
for (const subscriber of subscribers) {
  subscriber.over = true;
  subscriber.stop();
}
await Promise.all(listening);
const told = subscribers.map(({ name, subjects, kinds, ended }) => ({
  name,
  subjects,
  kinds,
  ended,
}));
process.stdout.write(JSON.stringify({ connections, subscribers: told }), () => process.exit(0));
