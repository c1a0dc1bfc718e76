// Sells once however often it runs, and follows the charge until its boleto is issued.
//
// Needs PONTE_URL, PONTE_TOKEN with the scopes CUSTOMERS_WRITE, SALES_WRITE and
// CHARGES_READ, ORDER, the number of the order, and CENTS, its amount.
import { createClient } from "graphql-ws";

const {
  PONTE_URL = "http://127.0.0.1:8080",
  PONTE_TOKEN = "",
  ORDER = "1003",
  CENTS = "24000",
} = process.env;

interface UserError {
  code: string;
  field: string[];
  message: string;
}

/** Sends a document and answers its data. */
async function ask<Data>(query: string, variables: object): Promise<Data> {
  const response = await fetch(`${PONTE_URL}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${PONTE_TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${errors[0].extensions?.code}: ${errors[0].message}`);
  return data;
}

/** Throws why an input was refused. */
function accepted<Payload extends { userErrors: UserError[] }>(payload: Payload): Payload {
  const [refused] = payload.userErrors;
  if (refused) throw new Error(`${refused.code} (${refused.field.join(".")}): ${refused.message}`);
  return payload;
}

interface Imported {
  importCustomers: { rows: [{ id: string; userErrors: UserError[] }] };
}

const { importCustomers } = await ask<Imported>(
  `mutation($rows: [SaveCustomerInput!]!) {
    importCustomers(input: { rows: $rows }) { rows { id userErrors { code field message } } }
  }`,
  { rows: [{ name: "Carla Dias", taxId: "529.982.247-25", email: "carla@example.com" }] },
);

interface Sold {
  createSale: {
    sale: { id: string; charges: [{ id: string }] };
    replayed: boolean;
    userErrors: UserError[];
  };
}

const { createSale } = await ask<Sold>(
  `mutation($input: CreateSaleInput!) {
    createSale(input: $input) { sale { id charges { id } } replayed userErrors { code field message } }
  }`,
  {
    input: {
      customerId: accepted(importCustomers.rows[0]).id,
      items: [{ description: "Assinatura anual", unitCents: Number(CENTS) }],
      firstDueDate: new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10),
      idempotencyKey: `pedido-${ORDER}`,
    },
  },
);
const { sale, replayed } = accepted(createSale);
console.log(sale.id, replayed ? "replayed" : "new");

interface Changed {
  chargeChanged: { status: string; typeableLine: string | null };
}

const live = createClient({
  url: `${PONTE_URL.replace(/^http/, "ws")}/graphql`,
  connectionParams: { authorization: `Bearer ${PONTE_TOKEN}` },
});
const changes = live.iterate<Changed>({
  query: "subscription($id: ID) { chargeChanged(id: $id) { status typeableLine } }",
  variables: { id: sale.charges[0].id },
});
for await (const { data, errors } of changes) {
  if (errors) throw new Error(errors[0]?.message);
  if (!data) continue;
  const { status, typeableLine } = data.chargeChanged;
  console.log(sale.charges[0].id, status, typeableLine ?? "");
  if (typeableLine || status === "FAILED") break;
}
await live.dispose();
