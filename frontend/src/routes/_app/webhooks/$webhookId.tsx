import { createFileRoute, useRouter } from "@tanstack/react-router";
import { webhookSearch } from "@/screens/webhooks/search";
import { WebhookScreen } from "@/screens/webhooks/WebhookScreen";

export const Route = createFileRoute("/_app/webhooks/$webhookId")({
  validateSearch: webhookSearch,
  component: function WebhookRoute() {
    const { webhookId } = Route.useParams();
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    const router = useRouter();
    return (
      <WebhookScreen
        key={webhookId}
        webhookId={webhookId}
        search={search}
        onSearch={(next) => navigate({ search: next })}
        onBack={() => router.history.back()}
        onGone={() => navigate({ to: "/webhooks" })}
      />
    );
  },
});
