import { createFileRoute, redirect } from "@tanstack/react-router";
import { authStatus } from "@/api/session";
import { SetupScreen } from "@/screens/setup/SetupScreen";

export const Route = createFileRoute("/setup")({
  beforeLoad: async () => {
    const status = await authStatus();
    if (!status.needsSetup) throw redirect({ to: "/login" });
  },
  component: function SetupRoute() {
    const navigate = Route.useNavigate();
    return <SetupScreen onDone={() => navigate({ to: "/" })} />;
  },
});
