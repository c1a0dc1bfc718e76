import { createFileRoute } from "@tanstack/react-router";
import { HistoricosScreen } from "@/screens/historicos/HistoricosScreen";

export const Route = createFileRoute("/_app/historicos")({ component: HistoricosScreen });
