import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";
import { Crashed } from "@/screens/shell/Crashed";
import { NotFoundPage } from "@/screens/shell/NotFound";

export const Route = createRootRouteWithContext<{ cache: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: Crashed,
});
