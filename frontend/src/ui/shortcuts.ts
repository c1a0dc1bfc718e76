import { useEffect, useRef } from "react";
import { usePreference } from "./preferences";

/** What each key does; a key without an entry keeps its meaning. */
export type Shortcuts = Record<string, (() => void) | undefined>;

const typing = "textarea, select, [contenteditable], [role=menu], [role=listbox], [role=combobox]";
const overlaid = "[role=dialog], [aria-modal=true], [role=menu]";
/** Inputs that letters do not write into. */
const untyped = ["checkbox", "radio", "button", "submit"];

/** Keys that may be held down. */
const held = ["j", "k"];

/** Whether a key is the page's to use: nobody types, nothing lies over the page. */
export function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (document.querySelector(overlaid)) return false;
  const target = event.target;
  if (!(target instanceof Element)) return true;
  if (target instanceof HTMLInputElement) return untyped.includes(target.type);
  return target.closest(typing) === null;
}

/** Keys for those who work without a mouse, unless they are switched off. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const on = usePreference("shortcuts");
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      const act = current.current[event.key];
      if (!act || !isFree(event) || (event.repeat && !held.includes(event.key))) return;
      // Enter belongs to the button or link that has the focus.
      if (event.key === "Enter" && (event.target as Element).closest("a, button, summary, input"))
        return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on]);
}

/** The rows that j and k go through, from top to bottom. */
function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")];
}

/** The row that has the focus, or in which something has it. */
export function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;
}

/** Moves the focus some rows down, or up; from outside of the rows, to the first or last. */
export function moveRow(by: 1 | -1): void {
  const all = rows();
  const current = currentRow();
  const from = current ? all.indexOf(current) : by === 1 ? -1 : all.length;
  const next = all[Math.max(0, Math.min(all.length - 1, from + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/**
 * Keeps the place of whoever goes through rows by keyboard: when the row with the
 * focus is gone, the row that took its place has it.
 */
export function useRowPlace(): void {
  const place = useRef<number | null>(null);
  useEffect(() => {
    const remember = () => {
      const row = currentRow();
      place.current = row ? rows().indexOf(row) : null;
    };
    const forget = () => {
      place.current = null;
    };
    document.addEventListener("focusin", remember);
    document.addEventListener("pointerdown", forget);
    return () => {
      document.removeEventListener("focusin", remember);
      document.removeEventListener("pointerdown", forget);
    };
  }, []);
  useEffect(() => {
    if (place.current === null || document.activeElement !== document.body) return;
    const all = rows();
    all[Math.min(place.current, all.length - 1)]?.focus({ preventScroll: true });
  });
}
