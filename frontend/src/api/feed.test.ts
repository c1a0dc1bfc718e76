import { describe, expect, it } from "vitest";
import { FeedPosition } from "./feed";

function setup(position: string | null) {
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

  it("begins with what comes from now on when the feed is empty", () => {
    const { feed, told } = setup(null);
    expect(feed.variables()).toEqual({ after: null });
    feed.receive({ cursor: "x" });
    expect(told).toEqual(["x"]);
  });

  it("remembers only so many", () => {
    const { feed, told } = setup(null);
    for (let count = 0; count < 1200; count += 1) feed.receive({ cursor: String(count) });
    expect(told).toHaveLength(1200);
    feed.receive({ cursor: "1199" });
    expect(told).toHaveLength(1200);
  });
});
