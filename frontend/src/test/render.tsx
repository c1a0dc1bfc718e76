import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createCache } from "@/api/cache";
import { LanguageProvider } from "@/i18n";

/** Renders a part with everything that it expects around it. */
export function renderPart(part: ReactNode) {
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={createCache()}>
        <LanguageProvider>{part}</LanguageProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}
