import { useSyncExternalStore } from "react";

/** What somebody has switched on or off in this browser. */
const initial = {
  /** A short tone for each new failure; never without being asked for. */
  sound: false,
  /** Keys such as j, k and r; whoever uses speech input may need them off. */
  shortcuts: true,
};

export type Preference = keyof typeof initial;

const listeners = new Set<() => void>();
const memory = new Map<Preference, boolean>();

export function preference(name: Preference): boolean {
  return memory.get(name) ?? stored(name) ?? initial[name];
}

function stored(name: Preference): boolean | null {
  try {
    const value = localStorage.getItem(`ponte.${name}`);
    return value === null ? null : value === "on";
  } catch {
    return null; // storage may be shut off; the choice then lasts as long as the tab
  }
}

export function setPreference(name: Preference, on: boolean): void {
  memory.set(name, on);
  try {
    localStorage.setItem(`ponte.${name}`, on ? "on" : "off");
  } catch {
    // kept in memory only
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreference(name: Preference): boolean {
  return useSyncExternalStore(subscribe, () => preference(name));
}
