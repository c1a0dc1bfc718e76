import type { GraphiQLProps } from "graphiql";
import { type ExecutionResult, getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";
import { language } from "@/i18n/language";

/** Sends what GraphiQL asks: subscriptions over WebSocket, all else by POST. */
export function createFetcher(token: () => Promise<string>): GraphiQLProps["fetcher"] {
  const live = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    connectionParams: async () => ({
      authorization: `Bearer ${await token()}`,
      acceptLanguage: language(),
    }),
    retryAttempts: 0,
  });
  return ({ query, operationName, variables }) => {
    const asked = { query, operationName, variables };
    const operation = getOperationAST(parse(query), operationName);
    if (operation?.operation !== "subscription") return send(asked, token);
    return live.iterate(asked) as AsyncGenerator<ExecutionResult>; // errors as they were sent
  };
}

async function send(asked: object, token: () => Promise<string>) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Accept-Language": language(),
      Authorization: `Bearer ${await token()}`,
    },
    body: JSON.stringify(asked),
  });
  return response.json();
}
