import { createFileRoute } from "@tanstack/react-router";
import { textSearch } from "@/api/search";
import { CustomersScreen } from "@/screens/customers/CustomersScreen";

export const Route = createFileRoute("/_app/customers/")({
  validateSearch: textSearch,
  component: function CustomersRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <CustomersScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
