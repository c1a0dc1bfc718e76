import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TypedDocument } from "./document";
import { currentConnection, disconnect, listen, onReturn } from "./live";
import { endSession, signIn } from "./session";

type Numbers = TypedDocument<{ number: number }, { after: number | null }>;
const numbers: Numbers = { kind: "subscription", name: "Numbers", text: "subscription Numbers…" };

interface Message {
  id?: string;
  type: string;
  payload?: Record<string, unknown>;
}

/** The server's end of a socket. */
class FakeSocket {
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

  subscribed() {
    return this.received.find(({ type }) => type === "subscribe");
  }

  tell(number: number) {
    this.say({ id: this.subscribed()?.id, type: "next", payload: { data: { number } } });
  }
}

function lastSocket(): FakeSocket {
  const socket = FakeSocket.opened.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

/** Answers login with t1 and each refresh with t2. */
function serveTokens(refreshStatus = 200) {
  const refreshes: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    if (path === "/auth/refresh") refreshes.push(path);
    const accessToken = path === "/auth/login" ? "t1" : "t2";
    const status = path === "/auth/refresh" ? refreshStatus : 200;
    return new Response(JSON.stringify({ accessToken, expiresInSeconds: 900 }), { status });
  });
  return refreshes;
}

const soon = () => vi.advanceTimersByTimeAsync(1);
const later = () => vi.advanceTimersByTimeAsync(12_000);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.opened = [];
});

afterEach(() => {
  endSession(false);
  disconnect();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("listen", () => {
  it("speaks graphql-transport-ws with the token in connection_init only", async () => {
    serveTokens();
    await signIn("a", "b");
    const heard: number[] = [];
    const stop = listen(
      numbers,
      () => ({ after: null }),
      ({ number }) => heard.push(number),
    );
    await soon();
    const socket = lastSocket();
    expect(socket.protocol).toBe("graphql-transport-ws");
    expect(socket.url).not.toContain("t1");
    expect(socket.received[0]).toEqual({
      type: "connection_init",
      payload: { authorization: "Bearer t1" },
    });
    expect(socket.subscribed()?.payload).toMatchObject({
      operationName: "Numbers",
      variables: { after: null },
    });
    socket.tell(7);
    await soon();
    expect(heard).toEqual([7]);
    expect(currentConnection()).toBe("connected");
    stop();
  });

  it("comes back after a loss and goes on from where it was", async () => {
    serveTokens();
    await signIn("a", "b");
    const returned = vi.fn();
    const forget = onReturn(returned);
    let after: number | null = null;
    const stop = listen(
      numbers,
      () => ({ after }),
      ({ number }) => {
        after = number;
      },
    );
    await soon();
    const first = lastSocket();
    first.tell(3);
    await soon();
    first.close(1006);
    await soon();
    expect(currentConnection()).toBe("lost");
    await later();
    const second = lastSocket();
    expect(second).not.toBe(first);
    expect(second.subscribed()?.payload).toMatchObject({ variables: { after: 3 } });
    expect(currentConnection()).toBe("connected");
    expect(returned).toHaveBeenCalledOnce();
    forget();
    stop();
  });

  it.each([4401, 4403])("renews the token when the server closes with %d", async (code) => {
    const refreshes = serveTokens();
    await signIn("a", "b");
    const stop = listen(
      numbers,
      () => ({ after: null }),
      () => {},
    );
    await soon();
    lastSocket().close(code);
    await later();
    expect(refreshes).toHaveLength(1);
    expect(lastSocket().received[0]?.payload).toEqual({ authorization: "Bearer t2" });
    stop();
  });

  it("leaves a server that no longer answers", async () => {
    serveTokens();
    await signIn("a", "b");
    const stop = listen(
      numbers,
      () => ({ after: null }),
      () => {},
    );
    await soon();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(FakeSocket.opened).toHaveLength(1);
    lastSocket().answersPings = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.opened).toHaveLength(2);
    stop();
  });

  it("stops for good when the session is over", async () => {
    serveTokens(401);
    await signIn("a", "b");
    const stop = listen(
      numbers,
      () => ({ after: null }),
      () => {},
    );
    await soon();
    const count = FakeSocket.opened.length;
    lastSocket().close(4401);
    await later();
    await later();
    expect(FakeSocket.opened).toHaveLength(count);
    stop();
  });

  it("does not come back after it was stopped", async () => {
    serveTokens();
    await signIn("a", "b");
    const stop = listen(
      numbers,
      () => ({ after: null }),
      () => {},
    );
    await soon();
    stop();
    await later();
    expect(FakeSocket.opened).toHaveLength(1);
  });
});
