import { vi } from "vitest";

interface Message {
  id?: string;
  type: string;
  payload?: unknown;
}

/** The server's end of a socket. */
export class FakeSocket {
  static opened: FakeSocket[] = [];
  static readonly OPEN = 1;
  static readonly CLOSED = 3;
  readyState = 0;
  answersPings = true;
  received: Message[] = [];
  onopen?: () => void;
  onclose?: (event: { code: number; reason: string; wasClean: boolean }) => void;
  onerror?: () => void;
  onmessage?: (event: { data: string }) => void;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.opened.push(this);
    queueMicrotask(() => {
      this.readyState = FakeSocket.OPEN;
      this.onopen?.();
    });
  }

  send(text: string) {
    const message = JSON.parse(text) as Message;
    this.received.push(message);
    if (message.type === "connection_init") this.say({ type: "connection_ack" });
    if (message.type === "ping" && this.answersPings) this.say({ type: "pong" });
  }

  say(message: Message) {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(message) }));
  }

  close(code = 1000, reason = "") {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code, reason, wasClean: true });
  }

  subscriptions() {
    return this.received.filter(({ type }) => type === "subscribe");
  }

  /** The last subscription. */
  subscribed() {
    return this.subscriptions().at(-1);
  }

  tell(number: number) {
    this.next({ data: { number } });
  }

  next(payload: unknown) {
    this.say({ id: this.subscribed()?.id, type: "next", payload });
  }

  /** Refuses the last subscription, as an answer with errors or as an error. */
  refuse(code: string, type: string) {
    const errors = [{ message: "Recusado.", extensions: { code } }];
    const { id } = this.subscribed() ?? {};
    this.say({ id, type, payload: type === "next" ? { errors } : errors });
    if (type === "next") this.say({ id, type: "complete" });
  }
}

export function lastSocket(): FakeSocket {
  const socket = FakeSocket.opened.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

/** Answers login with t1, each refresh with t2, and what is asked with the answers, the last of which is kept. */
export function serveTokens(refreshStatus = 200, ...answers: object[]) {
  const refreshes: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    if (path === "/auth/refresh") refreshes.push(path);
    if (path === "/graphql") {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return new Response(JSON.stringify({ data: answer ?? null }), { status: 200 });
    }
    const accessToken = path === "/auth/login" ? "t1" : "t2";
    const status = path === "/auth/refresh" ? refreshStatus : 200;
    return new Response(JSON.stringify({ accessToken, expiresInSeconds: 900 }), { status });
  });
  return refreshes;
}
