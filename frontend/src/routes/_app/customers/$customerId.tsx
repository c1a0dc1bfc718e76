import { createFileRoute } from "@tanstack/react-router";
import { CustomerScreen } from "@/screens/customers/CustomerScreen";

export const Route = createFileRoute("/_app/customers/$customerId")({
  component: function CustomerRoute() {
    const { customerId } = Route.useParams();
    return <CustomerScreen key={customerId} customerId={customerId} />;
  },
});
