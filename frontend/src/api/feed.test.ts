import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket, lastSocket, serveTokens } from "@/test/socket";
import type { TypedDocument } from "./document";
import { FeedPosition, followFeed } from "./feed";
import { disconnect } from "./live";
import { endSession, signIn } from "./session";

function setup(position: string) {
  const told: string[] = [];
  const feed = new FeedPosition<{ cursor: string }>(position, ({ cursor }) => told.push(cursor));
  return { feed, told };
}

describe("FeedPosition", () => {
  it("goes on from where it was", () => {
    const { feed, told } = setup("a");
    expect(feed.variables()).toEqual({ after: "a" });
    feed.receive({ cursor: "b" });
    feed.receive({ cursor: "c" });
    expect(feed.variables()).toEqual({ after: "c" });
    expect(told).toEqual(["b", "c"]);
  });

  it("tells an event that comes twice once", () => {
    const { feed, told } = setup("a");
    for (const cursor of ["b", "b", "a", "c", "b"]) feed.receive({ cursor });
    expect(told).toEqual(["b", "c"]);
  });

  it("remembers only so many", () => {
    const { feed, told } = setup("end");
    for (let count = 0; count < 1200; count += 1) feed.receive({ cursor: String(count) });
    expect(told).toHaveLength(1200);
    feed.receive({ cursor: "1199" });
    expect(told).toHaveLength(1200);
  });
});

interface Event {
  cursor: string;
}
const events: TypedDocument<{ failures: Event }, { after?: string | null }> = {
  kind: "subscription",
  name: "Feed",
  hash: "feed",
};
const end: TypedDocument<{ end: string }, Record<string, never>> = {
  kind: "query",
  name: "End",
  hash: "end",
};

describe("followFeed", () => {
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

  async function follow(...ends: string[]) {
    serveTokens(200, ...ends.map((position) => ({ end: position })));
    await signIn("a", "b");
    const told: string[] = [];
    const beganAnew = vi.fn();
    const stop = followFeed({
      events,
      eventOf: ({ failures }) => failures,
      end,
      endOf: (result) => result.end,
      tell: ({ cursor }) => told.push(cursor),
      beganAnew,
    });
    await vi.advanceTimersByTimeAsync(10);
    return { told, beganAnew, stop };
  }

  const tell = async (...cursors: string[]) => {
    for (const cursor of cursors) lastSocket().next({ data: { failures: { cursor } } });
    await vi.advanceTimersByTimeAsync(10);
  };
  const asked = () => lastSocket().subscribed()?.payload;
  const later = () => vi.advanceTimersByTimeAsync(12_000);

  it("begins at the end of the feed, though nothing was told yet", async () => {
    const { stop } = await follow("end0");
    expect(asked()).toMatchObject({ variables: { after: "end0" } });
    lastSocket().close(1006);
    await later();
    expect(asked()).toMatchObject({ variables: { after: "end0" } });
    stop();
  });

  it.each([1006, 4413])("goes on after a close with %d without gap or repetition", async (code) => {
    const { told, beganAnew, stop } = await follow("end0");
    await tell("a", "b");
    lastSocket().close(code);
    await later();
    expect(asked()).toMatchObject({ variables: { after: "b" } });
    await tell("b", "c");
    expect(told).toEqual(["a", "b", "c"]);
    expect(beganAnew).not.toHaveBeenCalled();
    stop();
  });

  it("begins anew, with one notice, when its position is no longer good", async () => {
    const { told, beganAnew, stop } = await follow("end0", "end9");
    await tell("a");
    lastSocket().close(1006);
    await later();
    lastSocket().refuse("CURSOR_EXPIRED", "next");
    await later();
    expect(beganAnew).toHaveBeenCalledOnce();
    expect(asked()).toMatchObject({ variables: { after: "end9" } });
    await tell("z");
    expect(told).toEqual(["a", "z"]);
    stop();
  });

  it("asks again for the end when it was not answered", async () => {
    const { stop } = await follow();
    expect(FakeSocket.opened).toHaveLength(0);
    serveTokens(200, { end: "end1" });
    await later();
    expect(asked()).toMatchObject({ variables: { after: "end1" } });
    stop();
  });
});
