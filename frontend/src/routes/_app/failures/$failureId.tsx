import { createFileRoute } from "@tanstack/react-router";
import { FailureScreen } from "@/screens/failures/FailureScreen";

export const Route = createFileRoute("/_app/failures/$failureId")({
  component: function FailureRoute() {
    const { failureId } = Route.useParams();
    return <FailureScreen key={failureId} failureId={failureId} />;
  },
});
