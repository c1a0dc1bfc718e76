import { createFileRoute } from "@tanstack/react-router";
import { ImportScreen } from "@/screens/imports/ImportScreen";
import { importSearch } from "@/screens/imports/search";

export const Route = createFileRoute("/_app/import")({
  validateSearch: importSearch,
  component: function ImportRoute() {
    const { kind } = Route.useSearch();
    const navigate = Route.useNavigate();
    return (
      <ImportScreen
        kind={kind ?? "customers"}
        onKind={(next) => navigate({ search: { kind: next } })}
      />
    );
  },
});
