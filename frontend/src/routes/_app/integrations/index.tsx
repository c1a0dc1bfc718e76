import { createFileRoute } from "@tanstack/react-router";
import { IntegrationsScreen } from "@/screens/integrations/IntegrationsScreen";

export const Route = createFileRoute("/_app/integrations/")({ component: IntegrationsScreen });
