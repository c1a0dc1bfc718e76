// The order counts: each browser also says the names of those it descends from.
const browsers: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** The browser and system that a user agent tells of; null when it tells of neither. */
export function device(userAgent: string): string | null {
  const found = [browsers, systems].map(
    (list) => list.find(([pattern]) => pattern.test(userAgent))?.[1],
  );
  return found.filter(Boolean).join(", ") || null;
}
