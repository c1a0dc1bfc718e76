import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const startMilliseconds = 90_000;

interface Running {
  url: string;
  end: () => Promise<void>;
}

/** Starts the demo for all tests, unless PANEL_URL names a server that runs already. */
export default async function start(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.PANEL_URL) return undefined;
  const { url, end } = await launch("demo", "--fresh");
  process.env.PANEL_URL = url;
  return end;
}

/** Starts the real server on a free port, with data of its own that is deleted at the end. */
export async function launch(...command: string[]): Promise<Running> {
  const binary = process.env.PONTE_BIN;
  if (!binary) throw new Error("PONTE_BIN must be the path of the server's binary");
  const data = mkdtempSync(join(tmpdir(), "ponte-e2e-"));
  const address = `127.0.0.1:${await freePort()}`;
  const output: string[] = [];
  const server = spawn(binary, command, {
    env: {
      ...process.env,
      DATABASE_URL: undefined,
      PONTE_DATA: join(data, "data"),
      PONTE_ADDR: address,
      PONTE_ADMIN_ADDR: "127.0.0.1:0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [server.stdout, server.stderr]) {
    stream.on("data", (chunk) => {
      output.push(String(chunk));
      if (output.length > 200) output.shift();
    });
  }
  const url = `http://${address}`;
  try {
    await ready(`${url}/readyz`, server);
  } catch (error) {
    await stop(server);
    throw new Error(`${error}\n${output.join("")}`);
  }
  const end = async () => {
    await stop(server);
    rmSync(data, { recursive: true, force: true });
  };
  return { url, end };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  const end = Date.now() + startMilliseconds;
  while (Date.now() < end) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the server was not ready in time");
}

function stop(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve();
    const hard = setTimeout(() => server.kill("SIGKILL"), 15_000);
    server.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    server.kill("SIGTERM");
  });
}
