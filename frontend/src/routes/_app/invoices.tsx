import { createFileRoute } from "@tanstack/react-router";
import { InvoicesScreen } from "@/screens/invoices/InvoicesScreen";
import { invoicesSearch } from "@/screens/invoices/search";

export const Route = createFileRoute("/_app/invoices")({
  validateSearch: invoicesSearch,
  component: function InvoicesRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <InvoicesScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
