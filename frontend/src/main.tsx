import "@/ui/styles";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRouter, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createCache } from "@/api/cache";
import { routeTree } from "@/gen/routeTree.gen";
import { LanguageProvider } from "@/i18n";
import { cssVariablesResolver, theme } from "@/ui/theme";

const cache = createCache();
const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

// An old tab asks for parts that a new release no longer has: load the page anew, once.
window.addEventListener("vite:preloadError", () => {
  if (sessionStorage.getItem("ponte.reloaded") === location.pathname) return;
  sessionStorage.setItem("ponte.reloaded", location.pathname);
  location.reload();
});

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
    >
      <LanguageProvider>
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  </StrictMode>,
);
