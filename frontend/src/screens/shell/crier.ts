/** What the crier has to know of an event of the feed. */
export interface News {
  kind: "OPENED" | "RESOLVED";
  failure: { id: string };
}

/** How many failures began and how many ended. */
export interface Tally {
  opened: number;
  resolved: number;
}

/** How news reach the viewer. */
export interface Voice<Event extends News> {
  /** One event, with all that is to be said of it. */
  one(event: Event): void;
  /** What was said of a failure is taken back: it is over, or part of many. */
  withdraw(kind: News["kind"], failureId: string): void;
  /** Many at once; said again, with more, while they go on. */
  many(kind: News["kind"], count: number): void;
  /** What happened while the connection was away. */
  missed(tally: Tally): void;
}

/** So many are told one by one; more within the same burst are told as one. */
const singles = 3;
/** A burst is over when nothing came for so long. */
const burstMilliseconds = 5_000;
/** What was missed has all come when nothing came for so long. */
const caughtUpMilliseconds = 1_500;

/**
 * Decides how the news of the feed are told: one by one as they come, as one when
 * many come at once, and as one when they were missed.
 */
export class Crier<Event extends News> {
  private readonly bursts: Record<News["kind"], Burst>;
  private missed: Map<string, Event> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly voice: Voice<Event>) {
    this.bursts = { OPENED: new Burst(), RESOLVED: new Burst() };
  }

  hear(event: Event): void {
    if (this.missed === null) {
      this.tell(event);
    } else {
      this.missed.set(event.failure.id, event);
      this.caughtUpSoon();
    }
  }

  /** The connection is lost: what comes next was missed. */
  away(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.missed ??= new Map();
  }

  /** The connection is there again, and what was missed comes. */
  back(): void {
    if (this.missed !== null) this.caughtUpSoon();
  }

  stop(): void {
    clearTimeout(this.timer);
    for (const burst of Object.values(this.bursts)) burst.end();
  }

  private caughtUpSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tellMissed(), caughtUpMilliseconds);
  }

  private tellMissed(): void {
    const events = [...(this.missed?.values() ?? [])];
    this.missed = null;
    const [first, second] = events;
    if (first === undefined) return;
    if (second === undefined) {
      this.tell(first);
      return;
    }
    for (const { kind, failure } of events) {
      if (kind === "RESOLVED") this.voice.withdraw("OPENED", failure.id);
    }
    const resolved = events.filter(({ kind }) => kind === "RESOLVED").length;
    this.voice.missed({ opened: events.length - resolved, resolved });
  }

  private tell(event: Event): void {
    const { kind, failure } = event;
    if (kind === "RESOLVED") this.voice.withdraw("OPENED", failure.id);
    const burst = this.bursts[kind];
    const count = burst.add(failure.id);
    if (count <= singles) {
      this.voice.one(event);
      return;
    }
    for (const id of burst.takeSingles()) this.voice.withdraw(kind, id);
    this.voice.many(kind, count);
  }
}

/** Events that follow one another closely. */
class Burst {
  private ids: string[] = [];
  private count = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Counts one more and answers how many they are. */
  add(failureId: string): number {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(), burstMilliseconds);
    this.count += 1;
    if (this.count <= singles) this.ids.push(failureId);
    return this.count;
  }

  /** Those that were told one by one, once. */
  takeSingles(): string[] {
    const taken = this.ids;
    this.ids = [];
    return taken;
  }

  end(): void {
    clearTimeout(this.timer);
    this.ids = [];
    this.count = 0;
  }
}
