/**
 * What GraphiQL keeps of its tabs, for as long as the page is open: variables may
 * hold personal data, which has no business in the browser's storage.
 */
export function pageStorage() {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
    clear: () => kept.clear(),
  };
}
