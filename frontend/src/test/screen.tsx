import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { createCache } from "@/api/cache";
import { ShellContext } from "@/api/viewer";
import type { Role, ShellQuery } from "@/gen/schema";
import { LanguageProvider } from "@/i18n";

/** What the server says to somebody who is signed in. */
export function shellOf(role: Role, change: Partial<ShellQuery> = {}): ShellQuery {
  return {
    viewer: {
      __typename: "Viewer",
      user: {
        __typename: "User",
        id: "usr_me",
        name: "Ana Souza",
        email: "ana@example.com",
        role,
        locale: "pt-BR",
      },
      unreadFailures: 0,
    },
    system: { __typename: "System", version: "1", demo: false },
    gerencianetIntegration: null,
    accessRules: { __typename: "AccessRules", id: "rul_1", requireApproval: true },
    waiting: { __typename: "ApprovalConnection", nodes: [] },
    lastAsked: { __typename: "ApprovalConnection", nodes: [] },
    ...change,
  } as ShellQuery;
}

/** Renders a screen with its links and notices, as somebody sees it who is signed in. */
export function renderScreen(screen: ReactNode, shell: ShellQuery) {
  notifications.clean(); // those of the test before
  const rootRoute = createRootRoute({
    component: () => (
      <ShellContext value={shell}>
        <Notifications />
        {screen}
      </ShellContext>
    ),
  });
  const router = createRouter({ routeTree: rootRoute, history: createMemoryHistory() });
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={createCache()}>
        <LanguageProvider>
          {/* The router of a test has no routes but this screen. */}
          <RouterProvider router={router as never} />
        </LanguageProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

type Answers = Record<string, object | ((variables: never) => object)>;

/** Answers the operations by their names, and tells what was asked. */
export function serveGraphql(answers: Answers) {
  const asked: { name: string; variables: unknown }[] = [];
  vi.stubGlobal("fetch", async (_path: string, { body }: { body: string }) => {
    const { operationName: name, variables } = JSON.parse(body);
    asked.push({ name, variables });
    const answer = answers[name];
    if (answer === undefined) throw new Error(`nobody answers ${name}`);
    const data = typeof answer === "function" ? answer(variables as never) : answer;
    return new Response(JSON.stringify({ data }), { status: 200 });
  });
  return asked;
}
