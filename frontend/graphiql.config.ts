// GraphiQL is built by itself, so that the panel loads nothing of it.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/graphiql/",
  publicDir: false,
  cacheDir: "../node_modules/.vite-graphiql",
  html: { cspNonce: "PONTE_NONCE" }, // the server puts another in with each answer
  plugins: [react()],
  resolve: { tsconfigPaths: true },
  build: {
    outDir: "dist/graphiql",
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { input: `${import.meta.dirname}/graphiql.html` },
  },
});
