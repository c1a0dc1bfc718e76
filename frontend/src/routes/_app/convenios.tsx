import { createFileRoute } from "@tanstack/react-router";
import { ConveniosScreen } from "@/screens/convenios/ConveniosScreen";

export const Route = createFileRoute("/_app/convenios")({ component: ConveniosScreen });
