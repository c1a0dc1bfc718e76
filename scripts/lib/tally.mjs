// Counting tests, and the one line that every part of the tests ends with.

/** Prints the closing line and returns the exit code that goes with it. */
export function close({ passed, failed, skipped = 0 }) {
  const parts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  console.log(parts.join(", "));
  return failed > 0 ? 1 : 0;
}

/** Reads a closing line back, or returns undefined for any other line. */
export function readClosing(line) {
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line.trim());
  return found && { passed: +found[1], failed: +found[2], skipped: +(found[3] ?? 0) };
}

export const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: (a.skipped ?? 0) + (b.skipped ?? 0),
});

export const nothing = { passed: 0, failed: 0, skipped: 0 };
