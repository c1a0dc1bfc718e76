import { createFileRoute } from "@tanstack/react-router";
import { pageParams } from "@/api/search";
import { BatchesScreen } from "@/screens/batches/BatchesScreen";

export const Route = createFileRoute("/_app/batches/")({
  validateSearch: pageParams,
  component: function BatchesRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <BatchesScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
