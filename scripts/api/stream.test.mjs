// Server-Sent Events: the protocol's own client (npm graphql-sse), and the bytes.
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "graphql-sse";
import { cookie, fail, graphql, newest, token } from "./server.mjs";

const query =
  "subscription ($after: Cursor) { failures(after: $after) { cursor kind failure { subject { id } } } }";
const headers = { Authorization: `Bearer ${token}` };

/** Opens a stream as an EventSource does, and returns its events as they come. */
async function* events(variables, more = {}) {
  const leave = new AbortController();
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const answer = await fetch(`${graphql}?${search}`, {
    headers: { Accept: "text/event-stream", ...more },
    signal: leave.signal,
  });
  equal(answer.status, 200);
  equal(answer.headers.get("content-type"), "text/event-stream");
  try {
    let text = "";
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop();
      yield* blocks;
    }
  } finally {
    leave.abort();
  }
}

test("the protocol's own client hears every failure, once and in order", async () => {
  const client = createClient({ url: graphql, headers });
  const after = await newest();
  const charges = await fail(5);
  const heard = [];
  for await (const { data } of client.iterate({ query, variables: { after } })) {
    if (data.failures.kind === "OPENED") heard.push(data.failures.failure.subject.id);
    if (heard.length === charges.length) break;
  }
  deepStrictEqual(heard.toSorted(), charges.toSorted());
  const answers = [];
  for await (const answer of client.iterate({ query: "{ system { demo } }" })) answers.push(answer);
  deepStrictEqual(answers, [{ data: { system: { demo: true } } }]);
  client.dispose();
});

test("an event has its cursor as its id, and Last-Event-ID goes on after it", async () => {
  const after = await newest();
  const charges = await fail(3);
  const ids = [];
  const subjects = [];
  for await (const block of events({ after }, { cookie })) {
    if (block === ":") continue;
    const [, id, data] = /^event: next\nid: (\S+)\ndata: (.*)$/.exec(block) ?? [];
    const { cursor, failure } = JSON.parse(data).data.failures;
    equal(id, cursor);
    ids.push(id);
    subjects.push(failure.subject.id);
    if (subjects.length === charges.length) break;
  }
  deepStrictEqual(subjects.toSorted(), charges.toSorted());
  for await (const block of events({ after }, { cookie, "Last-Event-ID": ids[0] })) {
    if (block === ":") continue;
    ok(block.includes(`id: ${ids[1]}\n`), block);
    break;
  }
});

test("a query is one event and the end", async () => {
  const answer = await fetch(graphql, {
    method: "POST",
    headers: { ...headers, Accept: "text/event-stream", "Content-Type": "application/json" },
    body: '{"query":"{ system { demo } }"}',
  });
  equal(
    await answer.text(),
    ':\n\nevent: next\ndata: {"data":{"system":{"demo":true}}}\n\nevent: complete\ndata:\n\n',
  );
});

test("a document that is not valid is told in the stream", async () => {
  const answer = await fetch(graphql, {
    method: "POST",
    headers: { ...headers, Accept: "text/event-stream", "Content-Type": "application/json" },
    body: '{"query":"subscription { nothing }"}',
  });
  match(await answer.text(), /event: next\ndata: {"errors":.*\n\nevent: complete/);
});

test("without credentials there is no stream, and the cookie does not change anything", async () => {
  const post = (more) =>
    fetch(graphql, {
      method: "POST",
      headers: { Accept: "text/event-stream", "Content-Type": "application/json", ...more },
      body: '{"query":"{ system { demo } }"}',
    });
  equal((await post({})).status, 401);
  equal((await post({ cookie })).status, 401);
  const search = new URLSearchParams({
    query: "mutation { stopBatch(input: {id: 1}) { replayed } }",
  });
  const stream = await fetch(`${graphql}?${search}`, {
    headers: { Accept: "text/event-stream", cookie },
  });
  match(await stream.text(), /errors/);
});
