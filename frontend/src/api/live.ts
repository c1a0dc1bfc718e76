import { type Client, createClient } from "graphql-ws";
import { persisted, type TypedDocument } from "./document";
import { accessToken, endSession, refresh, signedIn } from "./session";

export type Connection = "idle" | "connected" | "lost";

/** Close codes by which the server says that the token is no longer good. */
const unauthorizedCodes = [4401, 4403];
const longestPauseMilliseconds = 10_000;
const keepAliveMilliseconds = 12_000;
/** A server that does not answer a ping for so long is gone, whatever the socket says. */
const answerMilliseconds = 5_000;

let client: Client | null = null;
let connection: Connection = "idle";
let wasLost = false;
let answerDue: ReturnType<typeof setTimeout> | undefined;
const connectionListeners = new Set<() => void>();
const returnListeners = new Set<() => void>();

function setConnection(next: Connection): void {
  if (next === connection) return;
  const returned = next === "connected" && wasLost;
  wasLost = next === "lost" || (wasLost && next !== "connected");
  connection = next;
  for (const listener of connectionListeners) listener();
  if (returned) for (const listener of returnListeners) listener();
}

export function currentConnection(): Connection {
  return connection;
}

export function onConnectionChange(listener: () => void): () => void {
  connectionListeners.add(listener);
  return () => connectionListeners.delete(listener);
}

/** Called when the connection is there again after it was lost. */
export function onReturn(listener: () => void): () => void {
  returnListeners.add(listener);
  return () => returnListeners.delete(listener);
}

function socket(): Client {
  client ??= createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${(await accessToken()) ?? ""}` }),
    retryAttempts: 0, // listen() below comes back by itself, with fresh variables
    keepAlive: keepAliveMilliseconds,
    on: {
      connected: () => setConnection("connected"),
      ping: (received) => {
        if (!received) answerDue = setTimeout(() => client?.terminate(), answerMilliseconds);
      },
      pong: (received) => {
        if (received) clearTimeout(answerDue);
      },
      closed: () => clearTimeout(answerDue),
    },
  });
  return client;
}

/** Closes the connection, for when the session ends. */
export function disconnect(): void {
  void client?.dispose();
  client = null;
  wasLost = false;
  setConnection("idle");
}

function closeCode(reason: unknown): number | null {
  return typeof reason === "object" && reason !== null && "code" in reason
    ? Number(reason.code)
    : null;
}

/** The code of the first error of a message, or of a list of errors. */
function refusalCode(errors: unknown): string | null {
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  const code = (first as { extensions?: { code?: unknown } } | null)?.extensions?.code;
  return typeof code === "string" ? code : null;
}

/**
 * Follows a subscription until it is stopped, across every loss of connection.
 * The variables are asked for at each beginning, so that a feed can go on from
 * where it was. onRefused hears why the server does not begin it, and answers
 * whether that ends it.
 */
export function listen<Result, Variables extends Record<string, unknown>>(
  document: TypedDocument<Result, Variables>,
  variables: () => Variables,
  onData: (result: Result) => void,
  onRefused: (code: string) => boolean = () => false,
): () => void {
  let stopped = false;
  let failures = 0;
  let unsubscribe = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  const again = () => {
    if (stopped) return;
    const pause = Math.min(500 * 2 ** failures, longestPauseMilliseconds);
    failures += 1;
    timer = setTimeout(begin, pause * (0.75 + Math.random() / 2));
  };

  const end = () => {
    stopped = true;
    clearTimeout(timer);
    unsubscribe();
  };

  const endedBy = (errors: unknown) => {
    const code = stopped ? null : refusalCode(errors);
    if (code === null || !onRefused(code)) return false;
    end();
    return true;
  };

  const lost = async (reason: unknown) => {
    if (stopped || endedBy(reason)) return;
    if (closeCode(reason) !== null) setConnection("lost");
    if (unauthorizedCodes.includes(closeCode(reason) ?? 0)) {
      await refresh();
      if (!signedIn()) {
        endSession(true);
        return;
      }
    }
    again();
  };

  function begin() {
    if (!signedIn()) return;
    unsubscribe = socket().subscribe<Result>(
      { ...persisted(document), query: "", variables: variables() }, // the client wants a text
      {
        next: (message) => {
          if (endedBy(message.errors)) return;
          if (message.data != null) failures = 0;
          if (message.data != null) onData(message.data);
        },
        error: (reason) => void lost(reason),
        complete: again,
      },
    );
  }

  begin();
  return end;
}
