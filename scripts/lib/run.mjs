// Running other programs: quietly, visibly, or to read what they say.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const path = (...parts) => join(root, ...parts);

/** An error whose message is all that the person at the keyboard needs. */
export class Refusal extends Error {}

/**
 * Runs a program to its end and returns { code, output }: what it wrote to both
 * streams, in order. With onLine each line of its standard output goes there
 * instead.
 */
export function run(command, args, { env, onLine, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (text) => {
      output += text;
    };
    child.stdout.setEncoding("utf8").on("data", onLine ? lines(onLine) : keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? exitCode(signal), output }));
  });
}

/** Runs a program whose words matter only when it fails: then they are thrown. */
export async function quietly(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Refusal(`${[command, ...args].join(" ")}\n${output.trim()}`);
  return output;
}

/** Splits a stream of text into lines. */
export function lines(onLine) {
  let rest = "";
  return (text) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    for (const line of parts) onLine(line);
  };
}

const signals = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGTERM: 15 };

/** The exit code that a shell gives to a program that ended by a signal. */
export const exitCode = (signal) => 128 + (signals[signal] ?? 0);

/** The path of a program on the PATH, or undefined. */
export function which(program) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** Runs a script's main function and turns what it throws into an exit code. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
  }
}
