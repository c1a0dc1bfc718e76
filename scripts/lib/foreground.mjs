// Programs that run until somebody ends them.
import { spawn } from "node:child_process";
import { exitCode, root } from "./run.mjs";

const windows = process.platform === "win32";

/**
 * Starts a program that shares our terminal. It gets a process group of its
 * own: a Ctrl-C comes to us from the terminal and once more from npm, and a
 * program that hears it twice would take it for impatience.
 */
export function launch(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
    detached: !windows,
  });
  child.ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? exitCode(signal)));
  });
  return child;
}

/**
 * Calls onSignal for each wish of the outside world that we end. npm passes a
 * signal to the shell between itself and us only, which dies of it without a
 * word; so becoming an orphan is such a wish, too.
 */
export function onEnd(onSignal) {
  let last = 0;
  const hear = (signal) => {
    if (Date.now() - last < 500) return; // the same wish, by another way
    last = Date.now();
    onSignal(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, hear);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    hear("SIGTERM");
  }, 250).unref();
}

/** Runs a program until it ends and returns its exit code. */
export async function runInForeground(command, args, env) {
  const child = launch(command, args, env);
  onEnd((signal) => child.kill(signal));
  return child.ended;
}
