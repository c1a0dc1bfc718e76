// The vendor's newer client (sdk-node-apis-efi), pointed at our simulators, and
// the schemas that come with it.
import { deepStrictEqual } from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { EfiPay } from "sdk-node-apis-efi";

// The package exports neither its endpoints nor these schemas, so that they are
// imported by their files.
const inside = (file) =>
  import(new URL(`node_modules/sdk-node-apis-efi/dist/esm/${file}`, import.meta.url));
const { endpoints } = await inside("constants/endpoints.js");
const schemas = {
  ...(await inside("types/charges.js")),
  ...(await inside("types/chargeResponses.js")),
  ...(await inside("types/pix.js")),
};

const { VENDOR_CHARGES, VENDOR_PIX, VENDOR_CONTROL, VENDOR_CERTIFICATES } = process.env;

endpoints.APIS.DEFAULT.URL.SANDBOX = VENDOR_CHARGES;
endpoints.APIS.PIX.URL.SANDBOX = VENDOR_PIX;

export const addresses = { charges: VENDOR_CHARGES, pix: VENDOR_PIX };
/** A certificate that the simulators hand out. */
export const file = (name) => readFileSync(`${VENDOR_CERTIFICATES}/${name}`);

export const certificate = (environment) => `${VENDOR_CERTIFICATES}/${environment}.p12`;

/** Credentials of the simulators' demo account (server/sandbox/sandbox.go). */
export const credentials = {
  client_id: "Client_Id_demo_5d7c1f0a9b3e48c6a2d41e7f80b95c13",
  client_secret: "Client_Secret_demo_e01b6a7d52c94f38b7c05a9d3e6f1284",
};

/** The vendor's client with other options. */
export const client = (options = {}) =>
  new EfiPay({
    ...credentials,
    sandbox: true,
    certificate: certificate("homologacao"),
    ...options,
  });

const efi = client();

// Where the vendor's own names do not agree with one another.
const renamed = { pixReceivedList: "PixListReceived" };

const schemaOf = (name, part) => {
  const noun = renamed[name] ?? name[0].toUpperCase() + name.slice(1);
  return schemas[`${noun}${part}Schema`];
};

/**
 * Calls the vendor's client and checks what we sent and what came back with the
 * vendor's schemas. Returns the answer.
 */
export async function call(name, ...args) {
  const answer = await ask(name, ...args);
  const expected = schemaOf(name, "Response");
  if (expected) check(expected, answer, `the answer of ${name}`);
  return answer;
}

// scripts/test-vendor.mjs reads them to see whether one was forgotten.
const called = new Set();
process.on("exit", () => {
  appendFileSync(`${VENDOR_CERTIFICATES}/called.txt`, `${[...called].join("\n")}\n`);
});

/** The same without a look at the answer. */
export function ask(name, ...args) {
  called.add(name);
  const wanted = [schemaOf(name, "Params"), schemaOf(name, "Body")].filter(Boolean);
  wanted.forEach((schema, at) => {
    check(schema, args[at], `what we send to ${name}`);
  });
  return efi[name](...args);
}

/** Fails with what a schema has to say. */
export function check(schema, value, what) {
  const { success, error } = schema.safeParse(value);
  if (!success) {
    const found = JSON.stringify(value, null, 1).slice(0, 2000);
    throw new Error(`${what} is not what the vendor's schema says:\n${error.message}\n${found}`);
  }
}

export const accepts = (name, value) => schemaOf(name, "Response").safeParse(value).success;

/** The error body that a call is refused with. */
export async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("This call was to be refused.");
}

/** Calls the simulators' control API. */
export async function control(method, path, body) {
  const answer = await fetch(VENDOR_CONTROL + path, { method, body: body && JSON.stringify(body) });
  const content = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(content)}`);
  return content;
}

/** Calls until a condition holds and returns what it was asked about. */
export async function until(ask, holds) {
  for (const end = Date.now() + 5000; ; ) {
    const found = await ask();
    if (holds(found)) return found;
    if (Date.now() > end) throw new Error(`never happened: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The day that is so many days from today, as in 2026-08-20. */
export const day = (days) => {
  const moment = new Date(Date.now() + days * 86400000);
  return moment.toLocaleDateString("sv-SE", { timeZone: "America/Sao_Paulo" });
};

let last = 0;

/** A name that nobody has used yet. */
export const unique = (prefix) => `${prefix}-${Date.now()}-${process.pid}-${++last}`;

/** A payer who is unlike all others: the provider counts identical charges. */
export const payer = () => ({ name: "Ana Maria Souza", cpf: cpf(), phone_number: "31999999999" });

/** A valid CPF. */
function cpf() {
  const digits = [...String(100000000 + ((process.pid * 1000 + ++last) % 899999999))].map(Number);
  for (const weight of [10, 11]) {
    const sum = digits.reduce((total, digit, at) => total + digit * (weight - at), 0);
    digits.push(((sum * 10) % 11) % 10);
  }
  return digits.join("");
}

export const item = (value = 8990) => ({ name: "Plano 100 Mb", value, amount: 1 });

export const equal = deepStrictEqual;
