import { createFileRoute } from "@tanstack/react-router";
import { GerencianetScreen } from "@/screens/integrations/GerencianetScreen";

export const Route = createFileRoute("/_app/integrations/gerencianet")({
  component: GerencianetScreen,
});
