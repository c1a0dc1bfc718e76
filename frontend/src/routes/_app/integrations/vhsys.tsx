import { createFileRoute } from "@tanstack/react-router";
import { vhsysSearch } from "@/screens/integrations/search";
import { VhsysScreen } from "@/screens/integrations/VhsysScreen";

export const Route = createFileRoute("/_app/integrations/vhsys")({
  validateSearch: vhsysSearch,
  component: function VhsysRoute() {
    const { tab } = Route.useSearch();
    const navigate = Route.useNavigate();
    return (
      <VhsysScreen
        tab={tab ?? "detail"}
        onTab={(next) => navigate({ search: { tab: next === "detail" ? undefined : next } })}
      />
    );
  },
});
