import { createFileRoute } from "@tanstack/react-router";
import { IssueBatchScreen } from "@/screens/batches/IssueBatchScreen";

export const Route = createFileRoute("/_app/batches/new")({ component: IssueBatchScreen });
