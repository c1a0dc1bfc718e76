import { createFileRoute } from "@tanstack/react-router";
import { pageParams } from "@/api/search";
import { WebhooksScreen } from "@/screens/webhooks/WebhooksScreen";

export const Route = createFileRoute("/_app/webhooks/")({
  validateSearch: pageParams,
  component: function WebhooksRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return (
      <WebhooksScreen
        search={search}
        onSearch={(next) => navigate({ search: next })}
        onOpen={(webhookId) => navigate({ to: "/webhooks/$webhookId", params: { webhookId } })}
      />
    );
  },
});
