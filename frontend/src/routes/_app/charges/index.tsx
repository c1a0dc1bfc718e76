import { createFileRoute } from "@tanstack/react-router";
import { ChargesScreen } from "@/screens/charges/ChargesScreen";
import { chargesSearch } from "@/screens/charges/search";

export const Route = createFileRoute("/_app/charges/")({
  validateSearch: chargesSearch,
  component: function ChargesRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <ChargesScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
