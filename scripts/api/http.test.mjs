// GraphQL over HTTP, as its own audits see it (npm graphql-http).
import { test } from "node:test";
import { serverAudits } from "graphql-http";
import { graphql, token } from "./server.mjs";

const fetchFn = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });

for (const audit of serverAudits({ url: graphql, fetchFn })) {
  test(`${audit.id} ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    if (status !== "ok") throw new Error(`${status}: ${reason}`);
  });
}
