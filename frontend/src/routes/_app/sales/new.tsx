import { createFileRoute } from "@tanstack/react-router";
import { NewSaleScreen } from "@/screens/sales/NewSaleScreen";
import { newSaleSearch } from "@/screens/sales/search";

export const Route = createFileRoute("/_app/sales/new")({
  validateSearch: newSaleSearch,
  component: function NewSaleRoute() {
    const { customerId } = Route.useSearch();
    return <NewSaleScreen customerId={customerId} />;
  },
});
