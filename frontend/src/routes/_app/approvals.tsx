import { createFileRoute } from "@tanstack/react-router";
import { ApprovalsScreen } from "@/screens/approvals/ApprovalsScreen";
import { approvalsSearch } from "@/screens/approvals/search";

export const Route = createFileRoute("/_app/approvals")({
  validateSearch: approvalsSearch,
  component: function ApprovalsRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <ApprovalsScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
