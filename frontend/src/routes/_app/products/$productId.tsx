import { createFileRoute } from "@tanstack/react-router";
import { ProductScreen } from "@/screens/products/ProductScreen";

export const Route = createFileRoute("/_app/products/$productId")({
  component: function ProductRoute() {
    const { productId } = Route.useParams();
    return <ProductScreen key={productId} productId={productId} />;
  },
});
