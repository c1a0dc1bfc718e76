// Reads the events of `go test -json`: counts the tests and keeps the words of
// those that fail.

/** Collects events; report() tells what to print, count() what it came to. */
export class GoEvents {
  #output = new Map(); // what a test, a package or a build said
  #failed = []; // keys of what failed, in order
  #passed = 0;
  #skipped = 0;
  #failedTests = new Set(); // packages with a test that failed

  read(line) {
    const event = parse(line);
    if (!event) return this.#keep("go", `${line}\n`);
    const key = [event.Package ?? event.ImportPath, event.Test].filter(Boolean).join(" ");
    switch (event.Action) {
      case "output":
      case "build-output":
        return this.#keep(key, event.Output);
      case "pass":
        if (event.Test) this.#passed++;
        return this.#output.delete(key);
      case "skip":
        if (event.Test) this.#skipped++;
        return this.#output.delete(key);
      case "build-fail":
        return this.#failed.push(key);
      case "fail":
        return this.#fail(event, key);
    }
  }

  // A package fails because of its tests or its build, and then those are
  // counted, or for a reason of its own, such as a TestMain that gives up.
  #fail(event, key) {
    if (event.Test) this.#failedTests.add(event.Package);
    else if (event.FailedBuild || this.#failedTests.has(event.Package)) return;
    this.#failed.push(key);
  }

  #keep(key, text) {
    this.#output.set(key, (this.#output.get(key) ?? "") + text);
  }

  /** The words of everything that failed. */
  report() {
    const failures = this.#failed.map((key) => `--- ${key}\n${this.#output.get(key) ?? ""}`);
    return [this.#output.get("go") ?? "", ...failures].filter(Boolean).join("\n");
  }

  count() {
    return { passed: this.#passed, failed: this.#failed.length, skipped: this.#skipped };
  }
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
