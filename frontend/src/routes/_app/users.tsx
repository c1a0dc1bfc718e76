import { createFileRoute } from "@tanstack/react-router";
import { textSearch } from "@/api/search";
import { UsersScreen } from "@/screens/users/UsersScreen";

export const Route = createFileRoute("/_app/users")({
  validateSearch: textSearch,
  component: function UsersRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <UsersScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
