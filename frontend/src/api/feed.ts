import type { TypedDocument } from "./document";
import { listen } from "./live";
import { request } from "./request";

/** An event with its position in a feed. */
interface Positioned {
  cursor: string;
}

/** How many positions are remembered to recognise an event that comes twice. */
const remembered = 500;

/**
 * Where the viewer stands in a feed. The position is kept in memory only; after a
 * lost connection the feed goes on from it, and an event that comes twice is
 * told once.
 */
export class FeedPosition<Event extends Positioned> {
  private readonly seen = new Set<string>();

  constructor(
    private position: string,
    private readonly tell: (event: Event) => void,
  ) {
    this.seen.add(position);
  }

  /** What to ask the server for next. */
  variables(): { after: string } {
    return { after: this.position };
  }

  receive(event: Event): void {
    this.position = event.cursor;
    if (this.seen.has(event.cursor)) return;
    this.seen.add(event.cursor);
    if (this.seen.size > remembered) {
      const oldest = this.seen.values().next().value;
      if (oldest !== undefined) this.seen.delete(oldest);
    }
    this.tell(event);
  }
}

/** What the server refuses a position with: the feed cannot go on from there. */
const lostThread = ["CURSOR_EXPIRED", "INVALID_CURSOR"];
const askAgainMilliseconds = 2_000;

interface Feed<Result, Event, EndResult> {
  events: TypedDocument<Result, { after?: string | null }>;
  eventOf: (result: Result) => Event;
  end: TypedDocument<EndResult, Record<string, never>>;
  endOf: (result: EndResult) => string;
  /** Hears each event once, in order. */
  tell: (event: Event) => void;
  /** Hears that the feed begins anew, because it could not go on from where it was. */
  beganAnew: () => void;
}

/**
 * Follows a feed from where it ends now. The position is known before the stream
 * begins, even when the feed is empty, so that nothing falls between.
 */
export function followFeed<Result, Event extends Positioned, EndResult>(
  feed: Feed<Result, Event, EndResult>,
): () => void {
  let stopped = false;
  let stop = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = () => {
    timer = setTimeout(begin, askAgainMilliseconds);
  };

  const refused = (code: string) => {
    if (!lostThread.includes(code)) return false;
    feed.beganAnew();
    later();
    return true;
  };

  async function begin() {
    const end = await request(feed.end, {}).then(feed.endOf, () => null);
    if (stopped) return;
    if (end === null) return later();
    const position = new FeedPosition(end, feed.tell);
    stop = listen(
      feed.events,
      () => position.variables(),
      (result) => position.receive(feed.eventOf(result)),
      refused,
    );
  }

  void begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    stop();
  };
}
