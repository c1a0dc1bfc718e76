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
    private position: string | null,
    private readonly tell: (event: Event) => void,
  ) {
    if (position !== null) this.seen.add(position);
  }

  /** What to ask the server for next. */
  variables(): { after: string | null } {
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
