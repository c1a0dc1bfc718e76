import { createFileRoute } from "@tanstack/react-router";
import { AuditScreen } from "@/screens/audit/AuditScreen";
import { auditSearch } from "@/screens/audit/search";

export const Route = createFileRoute("/_app/audit")({
  validateSearch: auditSearch,
  component: function AuditRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <AuditScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
