import { createFileRoute } from "@tanstack/react-router";
import { OperationsScreen } from "@/screens/operations/OperationsScreen";
import { operationsSearch } from "@/screens/operations/search";

export const Route = createFileRoute("/_app/operations/")({
  validateSearch: operationsSearch,
  component: function OperationsRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <OperationsScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
