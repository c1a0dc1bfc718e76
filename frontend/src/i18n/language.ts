export const languages = ["pt-BR", "en"] as const;
export type Language = (typeof languages)[number];

const storageKey = "ponte.language";
const listeners = new Set<() => void>();
let chosen: Language = stored() ?? "pt-BR";

function stored(): Language | null {
  try {
    const value = localStorage.getItem(storageKey);
    return languages.find((name) => name === value) ?? null;
  } catch {
    return null; // storage may be shut off; the choice then lasts as long as the tab
  }
}

/** The language of the panel and of the server's sentences. */
export function language(): Language {
  return chosen;
}

export function chooseLanguage(next: Language): void {
  chosen = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // kept in memory only
  }
  for (const listener of listeners) listener();
}

export function onLanguageChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
