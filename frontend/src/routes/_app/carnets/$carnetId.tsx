import { createFileRoute } from "@tanstack/react-router";
import { CarnetScreen } from "@/screens/carnets/CarnetScreen";

export const Route = createFileRoute("/_app/carnets/$carnetId")({
  component: function CarnetRoute() {
    const { carnetId } = Route.useParams();
    return <CarnetScreen key={carnetId} carnetId={carnetId} />;
  },
});
