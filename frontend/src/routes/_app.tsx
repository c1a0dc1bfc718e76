import { createFileRoute, redirect } from "@tanstack/react-router";
import { refresh, signedIn } from "@/api/session";
import { Shell } from "@/screens/shell/Shell";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ location }) => {
    if (signedIn() || (await refresh())) return;
    throw redirect({
      to: "/login",
      search: { next: location.href === "/" ? undefined : location.href },
    });
  },
  component: Shell,
});
