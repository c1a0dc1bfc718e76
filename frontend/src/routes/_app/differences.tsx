import { createFileRoute } from "@tanstack/react-router";
import { DifferencesScreen } from "@/screens/differences/DifferencesScreen";
import { differencesSearch } from "@/screens/differences/search";

export const Route = createFileRoute("/_app/differences")({
  validateSearch: differencesSearch,
  component: function DifferencesRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <DifferencesScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
