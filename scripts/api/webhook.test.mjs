// What apps are told verifies with the standardwebhooks package, which is not ours.
import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { ask, fail } from "./server.mjs";

const got = [];
const app = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  got.push({ headers: request.headers, body });
  response.writeHead(204).end();
});
before(() => new Promise((resolve) => app.listen(0, "127.0.0.1", resolve)));
after(() => app.close());

const read = (secret, { headers, body }) => new Webhook(secret).verify(body, headers);

async function until(count) {
  for (const end = Date.now() + 20_000; got.length < count && Date.now() < end; ) await pause(50);
  ok(got.length >= count, `${got.length} requests`);
}

test("the npm package verifies tests, events, and both secrets of a rotation", async () => {
  const { createWebhookEndpoint } = await ask(
    "mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } secret userErrors { message } } }",
    {
      input: {
        name: "App",
        url: `http://127.0.0.1:${app.address().port}/`,
        types: ["charge.created"],
      },
    },
  );
  deepStrictEqual(createWebhookEndpoint.userErrors, []);
  const { endpoint, secret } = createWebhookEndpoint;
  const input = { id: endpoint.id };
  const { testWebhookEndpoint } = await ask(
    "mutation($input: WebhookEndpointInput!) { testWebhookEndpoint(input: $input) { ok } }",
    { input },
  );
  ok(testWebhookEndpoint.ok);
  deepStrictEqual(read(secret, got[0]).data, { endpointId: endpoint.id });

  const { rotateWebhookSecret } = await ask(
    "mutation($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret } }",
    { input },
  );
  const [charge] = await fail(1);
  await until(2);
  for (const good of [secret, rotateWebhookSecret.secret]) {
    const event = read(good, got[1]);
    equal(event.type, "charge.created");
    equal(event.data.id, charge);
  }
  throws(() => read(`whsec_${Buffer.alloc(32).toString("base64")}`, got[1]));
  throws(() => read(secret, { ...got[1], body: got[1].body.replace("QUEUED", "PAID") }));
  await ask(
    "mutation($input: WebhookEndpointInput!) { deleteWebhookEndpoint(input: $input) { deletedId } }",
    { input },
  );
});
