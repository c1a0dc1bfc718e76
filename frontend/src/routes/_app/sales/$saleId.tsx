import { createFileRoute } from "@tanstack/react-router";
import { SaleScreen } from "@/screens/sales/SaleScreen";

export const Route = createFileRoute("/_app/sales/$saleId")({
  component: function SaleRoute() {
    const { saleId } = Route.useParams();
    return <SaleScreen key={saleId} saleId={saleId} />;
  },
});
