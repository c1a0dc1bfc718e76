// What a command needs before it can start. Each function does nothing when its
// thing is there already, so that a second run costs next to nothing.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { path, quietly, Refusal, run, which } from "./run.mjs";

const windows = process.platform === "win32";

export const binary = path(".build", windows ? "ponte.exe" : "ponte");

/** The JavaScript file of a program that an npm package brings. */
export const tool = (...parts) => path("node_modules", ...parts);

/** Installs the npm packages of a folder when its node_modules is not what the lock file says. */
export async function ensureModules(folder = path(), ...options) {
  if (modulesAreFresh(folder)) return;
  console.log("Installing npm packages…");
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const ci = [...npm.slice(1), "ci", "--include=dev", "--include=optional", ...options];
  await quietly(npm[0], ci, { cwd: folder });
}

// npm writes what it installed at the very end of an installation, so that an
// interrupted one counts as none. Packages for other machines are not in it.
function modulesAreFresh(folder) {
  const installed = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const have = readJSON(installed).packages;
  const want = readJSON(join(folder, "package-lock.json")).packages;
  return Object.entries(want).every(
    ([name, { version, optional }]) => name === "" || optional || have[name]?.version === version,
  );
}

const readJSON = (file) => JSON.parse(readFileSync(file, "utf8"));

/** Refuses to go on without a Go that is as new as go.mod asks for. */
export async function ensureGo() {
  const wanted = /^go (\S+)$/m.exec(readFileSync(path("go.mod"), "utf8"))[1];
  const found = await goVersion();
  if (found && !olderThan(found, wanted)) return;
  const what = found ? `Go ${found}` : "nenhum Go / no Go";
  throw new Refusal(
    [
      `Ponte precisa do Go ${wanted} ou mais novo (encontrado: ${what}). Instale-o de https://go.dev/dl/ e tente de novo.`,
      `Ponte needs Go ${wanted} or newer (found: ${what}). Install it from https://go.dev/dl/ and try again.`,
    ].join("\n"),
  );
}

async function goVersion() {
  try {
    const { output } = await run("go", ["env", "GOVERSION"], { env: { GOTOOLCHAIN: "local" } });
    return /go(\d+\.\d+(\.\d+)?)/.exec(output)?.[1];
  } catch {
    return undefined;
  }
}

export function olderThan(found, wanted) {
  const [a, b] = [found, wanted].map((version) => version.split(".").map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

export const hasPanel = () => existsSync(path("frontend", "index.html"));

const hasServer = () => existsSync(path("server", "main.go"));

/** Builds frontend/dist when a source of the panel changed since the last time. */
export async function ensurePanel() {
  if (!hasPanel()) return;
  const stamp = path(".build", "panel.stamp");
  const now = panelFingerprint();
  const built = existsSync(path("frontend", "dist", "index.html"));
  if (built && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  console.log("Building the panel…");
  await buildPanel();
  mkdirSync(path(".build"), { recursive: true });
  writeFileSync(stamp, panelFingerprint());
}

async function buildPanel() {
  const vite = tool("vite", "bin", "vite.js");
  await quietly(process.execPath, [vite, "build", "frontend", "--logLevel", "warn"]);
  const graphiql = ["--config", "frontend/graphiql.config.ts", "--logLevel", "warn"];
  await quietly(process.execPath, [vite, "build", "frontend", ...graphiql]);
  writeFileSync(path("frontend", "dist", ".gitkeep"), ""); // Vite empties the folder
}

function panelFingerprint() {
  const sources = readdirSync(path("frontend"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (file) => !/[\\/]frontend[\\/](dist|e2e|coverage|node_modules|test-results)[\\/]/.test(file),
    );
  const hash = createHash("sha256");
  for (const file of [...sources.sort(), path("package-lock.json")]) {
    hash.update(file.slice(path().length)).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Builds the server with the panel inside; Go knows what is up to date. */
export async function ensureServer() {
  if (!hasServer()) throw new Refusal("There is no server/main.go to build.");
  if (!existsSync(binary)) console.log("Building the server (a first time takes a minute or two)…");
  await quietly("go", ["build", "-trimpath", "-buildvcs=false", "-o", binary, "./server"], {
    env: { CGO_ENABLED: "0" },
  });
}

/** Everything that the finished binary needs. */
export async function ensureBinary() {
  await ensureGo();
  await ensureModules();
  await ensurePanel();
  await ensureServer();
}

/** The C compiler that Go's race detector is linked with. */
export async function ensureCompiler() {
  if (process.env.CC || ["gcc", "clang", "cc"].some(which)) return;
  await install(["gcc", "libc6-dev"], "a C compiler, which go test -race needs");
}

/** The path of a Chromium for the end-to-end tests. */
export async function ensureChromium() {
  const find = () =>
    process.env.PONTE_CHROMIUM ??
    ["chromium", "chromium-browser", "google-chrome"].map(which).find(Boolean);
  if (!find()) await install(["chromium", "fonts-liberation"], "Chromium");
  return find();
}

async function install(packages, purpose) {
  if (!which("apt-get") || process.getuid?.() !== 0) {
    throw new Refusal(
      `Please install ${purpose} (on Debian as root: apt-get install ${packages.join(" ")}).`,
    );
  }
  console.log(`Installing ${purpose}…`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await quietly("apt-get", ["update", "-q"], { env });
  await quietly("apt-get", ["install", "-qy", "--no-install-recommends", ...packages], { env });
}
