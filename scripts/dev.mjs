// npm run dev: the demo, built anew when Go code changes, and Vite's server for
// the panel, which reloads by itself. One Ctrl-C ends both.
import { existsSync, watch } from "node:fs";
import { launch, onEnd } from "./lib/foreground.mjs";
import { binary, ensureGo, ensureModules, ensureServer, hasPanel, tool } from "./lib/prepare.mjs";
import { main, path } from "./lib/run.mjs";

const goFolders = ["access", "billing", "ent", "frontend/src/gen", "graph", "server"].filter(
  (name) => existsSync(path(name)),
);

await main(async () => {
  await ensureGo();
  await ensureModules();
  await ensureServer();

  const panel = hasPanel()
    ? launch(process.execPath, [tool("vite", "bin", "vite.js"), "frontend"])
    : undefined;
  let ending = false;
  let server;
  let restart = Promise.resolve();

  const end = (signal) => {
    ending = true;
    panel?.kill(signal);
    server.kill(signal);
  };
  const startServer = () => {
    const child = launch(binary, ["demo", ...process.argv.slice(2)]);
    child.ended.then(() => child === server && end("SIGTERM"));
    server = child;
  };
  const rebuild = async () => {
    if (ending) return;
    try {
      await ensureServer();
    } catch (error) {
      console.error(error.message);
      return;
    }
    const old = server;
    server = undefined;
    old.kill("SIGTERM");
    await old.ended;
    if (!ending) startServer();
  };

  startServer();
  panel?.ended.then(() => end("SIGTERM"));
  onEnd(end);
  onGoChange(() => {
    restart = restart.then(rebuild);
  });
  await panel?.ended;
  await restart;
  const code = await server.ended;
  process.exit(code); // the watchers would keep us
});

/** Calls onChange once for each burst of changes to Go code. */
function onGoChange(onChange) {
  let timer;
  for (const folder of goFolders) {
    watch(path(folder), { recursive: true }, (_event, name) => {
      if (!/\.(go|graphqls|sql)$|^documents\.json$/.test(name ?? "")) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, 300);
    });
  }
}
