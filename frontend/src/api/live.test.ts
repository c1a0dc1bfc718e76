import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket, lastSocket, serveTokens } from "@/test/socket";
import type { TypedDocument } from "./document";
import { currentConnection, disconnect, listen, onReturn } from "./live";
import { endSession, signIn } from "./session";

type Numbers = TypedDocument<{ number: number }, { after: number | null }>;
const numbers: Numbers = { kind: "subscription", name: "Numbers", hash: "numbers" };

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

  it.each(["next", "error"])(
    "tells why it is refused in a message of type %s, and ends",
    async (type) => {
      serveTokens();
      await signIn("a", "b");
      const refused = vi.fn(() => true);
      listen(
        numbers,
        () => ({ after: null }),
        () => {},
        refused,
      );
      await soon();
      lastSocket().refuse("CURSOR_EXPIRED", type);
      await later();
      expect(refused).toHaveBeenCalledExactlyOnceWith("CURSOR_EXPIRED");
      expect(FakeSocket.opened).toHaveLength(1);
      expect(lastSocket().subscriptions()).toHaveLength(1);
    },
  );

  it("goes on after a refusal that nobody ends it for", async () => {
    serveTokens();
    await signIn("a", "b");
    const stop = listen(
      numbers,
      () => ({ after: null }),
      () => {},
    );
    await soon();
    lastSocket().refuse("UNAVAILABLE", "error");
    await later();
    expect(FakeSocket.opened.flatMap((socket) => socket.subscriptions()).length).toBeGreaterThan(1);
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
