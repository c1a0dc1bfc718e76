import { createFileRoute } from "@tanstack/react-router";
import { OperationScreen } from "@/screens/operations/OperationScreen";

export const Route = createFileRoute("/_app/operations/$operationId")({
  component: function OperationRoute() {
    const { operationId } = Route.useParams();
    return <OperationScreen key={operationId} operationId={operationId} />;
  },
});
