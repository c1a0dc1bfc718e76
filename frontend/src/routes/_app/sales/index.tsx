import { createFileRoute } from "@tanstack/react-router";
import { SalesScreen } from "@/screens/sales/SalesScreen";
import { salesSearch } from "@/screens/sales/search";

export const Route = createFileRoute("/_app/sales/")({
  validateSearch: salesSearch,
  component: function SalesRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <SalesScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
