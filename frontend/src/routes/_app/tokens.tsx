import { createFileRoute } from "@tanstack/react-router";
import { tokensSearch } from "@/screens/tokens/search";
import { TokensScreen } from "@/screens/tokens/TokensScreen";

export const Route = createFileRoute("/_app/tokens")({
  validateSearch: tokensSearch,
  component: function TokensRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <TokensScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
