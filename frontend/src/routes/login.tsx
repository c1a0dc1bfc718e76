import { createFileRoute, redirect } from "@tanstack/react-router";
import { type RawSearch, textParam } from "@/api/search";
import { authStatus, refresh, signedIn } from "@/api/session";
import { LoginScreen } from "@/screens/login/LoginScreen";

export const Route = createFileRoute("/login")({
  validateSearch: (raw: RawSearch): { next?: string } => ({ next: ownPath(raw.next) }),
  beforeLoad: async ({ search }) => {
    const status = await authStatus();
    if (status.needsSetup) throw redirect({ to: "/setup" });
    if (signedIn() || (await refresh())) throw redirect({ href: search.next ?? "/" });
    return { status };
  },
  component: function LoginRoute() {
    const { next } = Route.useSearch();
    const { status } = Route.useRouteContext();
    const navigate = Route.useNavigate();
    return <LoginScreen status={status} onSignedIn={() => navigate({ href: next ?? "/" })} />;
  },
});

/** Only addresses of this panel may follow a login. */
function ownPath(value: unknown): string | undefined {
  const path = textParam(value);
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : undefined;
}
