import { createFileRoute } from "@tanstack/react-router";
import { PasswordScreen } from "@/screens/password/PasswordScreen";

export const Route = createFileRoute("/password")({
  component: function PasswordRoute() {
    const navigate = Route.useNavigate();
    return (
      <PasswordScreen
        secret={window.location.hash.slice(1)}
        onDone={() => navigate({ to: "/login", hash: "" })}
      />
    );
  },
});
