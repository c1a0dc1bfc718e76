import { createRootRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";

// What is rarely seen is loaded when it is.
export const Route = createRootRoute({
  component: Outlet,
  notFoundComponent: lazyRouteComponent(() => import("@/screens/shell/NotFound"), "NotFoundPage"),
  errorComponent: lazyRouteComponent(() => import("@/screens/shell/Crashed"), "Crashed"),
});
