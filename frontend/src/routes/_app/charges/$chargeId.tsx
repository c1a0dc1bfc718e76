import { createFileRoute } from "@tanstack/react-router";
import { ChargeScreen } from "@/screens/charges/ChargeScreen";

export const Route = createFileRoute("/_app/charges/$chargeId")({
  component: function ChargeRoute() {
    const { chargeId } = Route.useParams();
    return <ChargeScreen key={chargeId} chargeId={chargeId} />;
  },
});
