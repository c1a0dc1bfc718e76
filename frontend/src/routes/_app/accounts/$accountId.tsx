import { createFileRoute, useRouter } from "@tanstack/react-router";
import { StatementScreen } from "@/screens/accounts/StatementScreen";
import { statementSearch } from "@/screens/accounts/search";

export const Route = createFileRoute("/_app/accounts/$accountId")({
  validateSearch: statementSearch,
  component: function StatementRoute() {
    const { accountId } = Route.useParams();
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    const router = useRouter();
    return (
      <StatementScreen
        key={accountId}
        accountId={accountId}
        search={search}
        onSearch={(next) => navigate({ search: next })}
        onBack={() => router.history.back()}
      />
    );
  },
});
