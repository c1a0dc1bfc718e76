// The examples of docs/examples do what the documentation says of them: against the
// demonstration, in the name of an app with a token.
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Webhook } from "standardwebhooks";
import { ask, base, control, fail } from "./server.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const built = join(root, ".build", "examples");
const shim = ["--import", new URL("./websocket.mjs", import.meta.url).href];
// An order of another run would be the same sale, an equal amount the same charge.
const stamp = Date.now();
const CENTS = String(10_000 + (stamp % 90_000));
const folder = mkdtempSync(join(tmpdir(), "ponte-examples-"));

let token;
before(async () => {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  await run(process.execPath, [tsc, "-p", join(root, "docs", "examples")]);
  token = await newToken();
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function newToken() {
  const { createApiToken } = await ask(
    "mutation($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret } }",
    {
      input: {
        name: "Exemplos",
        scopes: ["CUSTOMERS_WRITE", "SALES_WRITE", "CHARGES_READ", "FAILURES_READ", "SCHEMA_READ"],
      },
    },
  );
  return createApiToken.secret;
}

const environment = (more = {}) => ({
  env: { ...process.env, PONTE_URL: base, PONTE_TOKEN: token, ...more },
});

test("bash and curl sell once for each order, and hear when the boleto is there", async () => {
  const sell = () =>
    run(
      "bash",
      [join(root, "docs/examples/curl/sell.sh")],
      environment({ ORDER: `1${stamp}`, CENTS }),
    );
  const first = await sell();
  match(first.stdout, /"replayed":false/);
  match(first.stdout, /"status":"WAITING","typeableLine":"[\d. ]{47,}"/);
  const again = await sell();
  match(again.stdout, /"replayed":true/);
  equal(/chg_\w+/.exec(again.stdout)[0], /chg_\w+/.exec(first.stdout)[0]);
});

test("bash and curl read lists, a table and the schema", async () => {
  const { stdout } = await run("bash", [join(root, "docs/examples/curl/read.sh")], environment());
  match(stdout, /"scopes":\["CHARGES_READ",/);
  match(stdout, /"hasNextPage":false/);
  match(stdout, /^\uFEFF?Cobrança;Venda;/m);
  match(stdout, /^type Mutation \{$/m);
});

test("Go sells once, and follows the charge", async () => {
  const binary = join(folder, "sell");
  await run("go", ["build", "-o", binary, "./docs/examples/go"], { cwd: root });
  const sell = () => run(binary, [], environment({ ORDER: `2${stamp}`, CENTS }));
  const first = await sell();
  match(first.stdout, /^chg_\w+ WAITING [\d. ]{47,}$/m);
  equal((await sell()).stdout.trim(), first.stdout.trim().split("\n").at(-1));
});

test("TypeScript sells once, and follows the charge", async () => {
  const sell = () =>
    run(
      process.execPath,
      [...shim, join(built, "typescript/sell.js")],
      environment({ ORDER: `3${stamp}`, CENTS }),
    );
  match((await sell()).stdout, /^sal_\w+ new\n(chg_\w+ \w+ \n)*chg_\w+ WAITING [\d. ]{47,}\n$/);
  match((await sell()).stdout, /^sal_\w+ replayed\nchg_\w+ WAITING/);
});

test("the examples depend on what is tested here", () => {
  const read = (name) => JSON.parse(readFileSync(join(root, name), "utf8"));
  const ours = { ...read("package.json").dependencies, ...read("package.json").devDependencies };
  for (const name of ["typescript", "shop"]) {
    const { dependencies } = read(`docs/examples/${name}/package.json`);
    for (const [one, version] of Object.entries(dependencies)) equal(version, ours[one], one);
  }
});

/** The shop, as a process that can be killed. */
class Shop {
  constructor(port, secret) {
    this.url = `http://127.0.0.1:${port}`;
    this.state = join(folder, "shop.json");
    this.env = environment({
      SHOP_PORT: String(port),
      SHOP_STATE: this.state,
      WEBHOOK_SECRET: secret,
    });
  }

  async open() {
    this.process = spawn(process.execPath, [...shim, join(built, "shop/shop.js")], {
      ...this.env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve, reject) => {
      this.process.stdout.once("data", resolve);
      this.process.once("close", reject);
    });
  }

  async kill() {
    const ended = new Promise((resolve) => this.process.once("close", resolve));
    this.process.kill("SIGKILL");
    await ended;
  }

  remembered() {
    return JSON.parse(readFileSync(this.state, "utf8"));
  }

  async order(body) {
    const answer = await fetch(`${this.url}/orders`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { answered: answer.status, ...(await answer.json()) };
  }

  async until(what, condition) {
    for (const end = Date.now() + 20_000; !condition(this.remembered()); await pause(50)) {
      ok(
        Date.now() < end,
        `waited in vain: ${what}\n${JSON.stringify(this.remembered(), null, 1)}`,
      );
    }
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

test("the shop collects, is killed, comes back, and has missed nothing", async () => {
  const port = await freePort();
  const { createWebhookEndpoint } = await ask(
    "mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } secret userErrors { message } } }",
    {
      input: {
        name: "Loja",
        url: `http://127.0.0.1:${port}/webhooks/ponte`,
        types: ["charge.issued", "charge.paid"],
      },
    },
  );
  deepStrictEqual(createWebhookEndpoint.userErrors, []);
  const { endpoint, secret } = createWebhookEndpoint;
  const shop = new Shop(port, secret);
  await shop.open();
  try {
    await sellsOnce(shop);
    await believesSignedMessagesOnly(shop, secret);
    await missesNothing(shop);
  } finally {
    await shop.kill();
    await ask(
      "mutation($id: ID!) { deleteWebhookEndpoint(input: { id: $id }) { userErrors { code } } }",
      { id: endpoint.id },
    );
  }
});

const number = `4${stamp}`;

async function sellsOnce(shop) {
  const order = {
    number,
    name: "Rui Alves",
    taxId: "390.533.447-05",
    email: "rui@example.com",
    cents: Number(CENTS),
  };
  const refused = await shop.order({ ...order, taxId: "1" });
  equal(refused.answered, 400);
  match(refused.error, /TAX_ID_INVALID/);
  const [one, other] = await Promise.all([shop.order(order), shop.order(order)]);
  equal(one.answered, 200, JSON.stringify(one));
  equal(one.chargeId, other.chargeId);
  await shop.until("the boleto", ({ orders }) => orders[number].typeableLine);
}

async function believesSignedMessagesOnly(shop, secret) {
  const { chargeId } = shop.remembered().orders[number];
  await shop.until("the webhook", ({ webhooks }) =>
    webhooks.some(({ type, about }) => type === "charge.issued" && about === chargeId),
  );
  const before = shop.remembered().webhooks.length;
  const body = '{"type":"charge.paid","data":{"id":"chg_1"}}';
  const now = new Date();
  const post = (id, body, key, signed = body) =>
    fetch(`${shop.url}/webhooks/ponte`, {
      method: "POST",
      headers: {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now / 1000)),
        "webhook-signature": new Webhook(key).sign(id, now, signed),
      },
      body,
    });
  equal((await post("msg_1", body, secret)).status, 204);
  equal((await post("msg_1", body, secret)).status, 204);
  equal((await post("msg_2", body, secret, "{}")).status, 400);
  equal((await post("msg_3", body, `whsec_${btoa("another secret")}`)).status, 400);
  deepStrictEqual(
    shop
      .remembered()
      .webhooks.slice(before)
      .map(({ id }) => id),
    ["msg_1"],
  );
}

async function missesNothing(shop) {
  await shop.kill();
  const { chargeId } = shop.remembered().orders[number];
  const { node } = await ask("query($id: ID!) { node(id: $id) { ... on Charge { providerId } } }", {
    id: chargeId,
  });
  await control("POST", `/gerencianet/charges/${node.providerId}/pay`, {});
  const before = shop.remembered().failures.length;
  await fail(2);
  await pause(1000);
  await shop.open();
  await shop.until("the payment", ({ orders }) => orders[number].status === "PAID");
  const opened = () => shop.remembered().failures.slice(before);
  await shop.until("the failures", () => opened().length === 2);
  deepStrictEqual(
    opened().map(({ kind, code }) => [kind, code]),
    [
      ["OPENED", "gerencianet.3500034"],
      ["OPENED", "gerencianet.3500034"],
    ],
  );
  await shop.kill();
  await shop.open(); // and nothing comes twice
  await fail(1);
  await shop.until("one more", () => opened().length >= 3);
  equal(opened().length, 3);
}
