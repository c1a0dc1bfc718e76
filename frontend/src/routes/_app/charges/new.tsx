import { createFileRoute } from "@tanstack/react-router";
import { NewChargeScreen } from "@/screens/charges/NewChargeScreen";
import { newSaleSearch } from "@/screens/sales/search";

export const Route = createFileRoute("/_app/charges/new")({
  validateSearch: newSaleSearch,
  component: function NewChargeRoute() {
    const { customerId } = Route.useSearch();
    return <NewChargeScreen customerId={customerId} />;
  },
});
