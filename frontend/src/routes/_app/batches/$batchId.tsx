import { createFileRoute, useRouter } from "@tanstack/react-router";
import { BatchScreen } from "@/screens/batches/BatchScreen";
import { batchSearch } from "@/screens/batches/search";

export const Route = createFileRoute("/_app/batches/$batchId")({
  validateSearch: batchSearch,
  component: function BatchRoute() {
    const { batchId } = Route.useParams();
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    const router = useRouter();
    return (
      <BatchScreen
        key={batchId}
        batchId={batchId}
        search={search}
        onSearch={(next) => navigate({ search: next })}
        onBack={() => router.history.back()}
      />
    );
  },
});
