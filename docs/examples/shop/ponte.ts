// Ponte's API as this shop uses it: questions by fetch, subscriptions by npm graphql-ws.
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "graphql-ws";

export interface UserError {
  code: string;
  field: string[];
  message: string;
}

export class Ponte {
  private readonly live;

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {
    this.live = createClient({
      url: `${url.replace(/^http/, "ws")}/graphql`,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0, // follow() below comes back by itself, with fresh variables
    });
  }

  /** Sends a document and answers its data; what got no answer is sent again. */
  async ask<Data>(query: string, variables: object): Promise<Data> {
    for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
      const answer = await this.send(query, variables);
      const code = answer?.errors?.[0]?.extensions?.code;
      if (answer && !["UNAVAILABLE", "TIMEOUT", "RATE_LIMITED"].includes(code)) {
        if (answer.errors) throw new Error(`${code}: ${answer.errors[0].message}`);
        return answer.data;
      }
      await pause(wait);
    }
  }

  private async send(query: string, variables: object) {
    try {
      const response = await fetch(`${this.url}/graphql`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
        body: JSON.stringify({ query, variables }),
      });
      return await response.json();
    } catch {
      return null; // no answer: it may have been done, or not
    }
  }

  /**
   * Follows a subscription, over every loss of the connection, until next answers
   * false. The variables are asked for at each beginning, so that a feed goes on after
   * the cursor that was kept last.
   */
  async follow<Data>(query: string, variables: () => object, next: (data: Data) => boolean) {
    for (;;) {
      try {
        const events = this.live.iterate<Data>({ query, variables: { ...variables() } });
        for await (const { data, errors } of events) {
          if (errors) throw new Error(errors[0]?.message);
          if (data && !next(data)) return;
        }
      } catch (error) {
        console.error("the stream was cut", error instanceof Error ? error.message : "");
      }
      await pause(1000);
    }
  }
}

/** Throws why an input was refused. */
export function accepted<Payload extends { userErrors: UserError[] }>(payload: Payload): Payload {
  const [refused] = payload.userErrors;
  if (refused) throw new Error(`${refused.code} (${refused.field.join(".")}): ${refused.message}`);
  return payload;
}
