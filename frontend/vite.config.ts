import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.PONTE_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: "../node_modules/.vite",
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: `${import.meta.dirname}/src/routes`,
      generatedRouteTree: `${import.meta.dirname}/src/gen/routeTree.gen.ts`,
      quoteStyle: "double",
      semicolons: true,
      tmpDir: `${import.meta.dirname}/../node_modules/.cache/tanstack-router`,
    }),
    react(),
  ],
  resolve: { tsconfigPaths: true },
  build: { outDir: "dist", emptyOutDir: true, sourcemap: false, reportCompressedSize: false },
  server: {
    port: 5173,
    proxy: {
      "/graphql": { target: server, ws: true },
      "/auth": server,
      "/docs": server,
      "/graphiql": server,
      "/schema.graphql": server,
      "/sandbox": server,
    },
  },
});
