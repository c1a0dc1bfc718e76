import { createFileRoute, useRouter } from "@tanstack/react-router";
import { FailuresScreen } from "@/screens/failures/FailuresScreen";
import { failuresSearch } from "@/screens/failures/search";

export const Route = createFileRoute("/_app/failures/")({
  validateSearch: failuresSearch,
  component: function FailuresRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    const router = useRouter();
    return (
      <FailuresScreen
        search={search}
        onSearch={(next) => navigate({ search: next })}
        onBack={() => router.history.back()}
      />
    );
  },
});
