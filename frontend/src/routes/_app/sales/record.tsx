import { createFileRoute } from "@tanstack/react-router";
import { RecordSaleScreen } from "@/screens/sales/RecordSaleScreen";
import { newSaleSearch } from "@/screens/sales/search";

export const Route = createFileRoute("/_app/sales/record")({
  validateSearch: newSaleSearch,
  component: function RecordSaleRoute() {
    const { customerId } = Route.useSearch();
    return <RecordSaleScreen customerId={customerId} />;
  },
});
