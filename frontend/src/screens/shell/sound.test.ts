import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setPreference } from "@/ui/preferences";
import { chime } from "./sound";

let notes: number[];

/** What a browser plays with; jsdom is mute. */
class Audio {
  currentTime = 0;
  destination = {};
  resume = async () => {};
  createGain = () => ({
    gain: {
      setValueAtTime() {},
      linearRampToValueAtTime() {},
      exponentialRampToValueAtTime() {},
    },
    connect() {},
  });
  createOscillator = () => ({
    frequency: { value: 0 },
    connect() {},
    start: (at: number) => notes.push(at),
    stop() {},
  });
}

/** One lock for all tabs, as the Web Locks API has it. */
function locks() {
  let held = false;
  return {
    async request(
      _name: string,
      _options: LockOptions,
      work: (lock: object | null) => Promise<void>,
    ) {
      if (held) return work(null);
      held = true;
      await work({});
      held = false;
    },
  };
}

beforeEach(() => {
  notes = [];
  vi.useFakeTimers();
  vi.stubGlobal("AudioContext", Audio);
  vi.stubGlobal("navigator", { locks: locks() });
});

afterEach(() => {
  setPreference("sound", false);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the sound of a failure", () => {
  it("is off until somebody switches it on", () => {
    chime();
    expect(notes).toEqual([]);
  });

  it("plays two notes once in five seconds, however many failures come", async () => {
    setPreference("sound", true);
    chime();
    chime();
    expect(notes).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    chime();
    expect(notes).toHaveLength(4);
  });
});
