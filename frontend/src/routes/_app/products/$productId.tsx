import { createFileRoute } from "@tanstack/react-router";
import { ProductScreen } from "@/screens/products/ProductScreen";
import { productSearch } from "@/screens/products/search";

export const Route = createFileRoute("/_app/products/$productId")({
  validateSearch: productSearch,
  component: function ProductRoute() {
    const { productId } = Route.useParams();
    const { tab } = Route.useSearch();
    return <ProductScreen key={productId} productId={productId} tab={tab} />;
  },
});
