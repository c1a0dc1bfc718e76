// The demonstration that scripts/test-api.mjs has started, and who is signed in.
export const base = process.env.API_BASE;
export const graphql = `${base}/graphql`;
export const socket = graphql.replace("http", "ws");

const login = { email: "ana@livrariahorizonte.example", password: "ponte-demo-2026" };

/** Signs the owner in: an access token, and the cookies as a browser sends them. */
export async function signIn() {
  const answer = await fetch(`${base}/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(login),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((text) => text.split(";")[0])
    .join("; ");
  return { token: (await answer.json()).accessToken, cookie };
}

export const { token, cookie } = await signIn();

/** Asks and returns the data. */
export async function ask(query, variables) {
  const answer = await fetch(graphql, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Calls the simulators' control API. */
export async function control(method, path, body) {
  const answer = await fetch(`${base}/sandbox${path}`, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
}

/** Makes so many failures: charges that the provider refuses. Returns the charges' ids. */
export async function fail(count) {
  await control("POST", "/gerencianet/faults", {
    route: "POST /v1/charge",
    kind: "status",
    status: 400,
    count,
    body: '{"code":3500034,"error":"validation_error","error_description":{"property":"/customer/phone_number","message":"recusado"}}',
  });
  const { customers } = await ask("{ customers(first: 1) { nodes { id } } }");
  const dueDate = new Date(Date.now() + 20 * 86400000).toISOString().slice(0, 10);
  const ids = [];
  for (let at = 0; at < count; at++) {
    const { createCharge } = await ask(
      "mutation ($input: CreateChargeInput!) { createCharge(input: $input) { charge { id } userErrors { code message } } }",
      {
        input: {
          customerId: customers.nodes[0].id,
          description: "Assinatura",
          amountCents: 1000 + Math.floor(Math.random() * 1e6),
          dueDate,
        },
      },
    );
    if (!createCharge.charge) throw new Error(JSON.stringify(createCharge.userErrors));
    ids.push(createCharge.charge.id);
  }
  return ids;
}

/** The newest cursor of the feed, in which something has to be. */
export async function newest() {
  for (const end = Date.now() + 20_000; ; ) {
    const { failures } = await ask("{ failures(first: 1) { nodes { cursor } } }");
    if (failures.nodes.length > 0) return failures.nodes[0].cursor;
    if (Date.now() > end) throw new Error("no failure was delivered");
    await fail(1);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
