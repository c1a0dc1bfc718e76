import { createFileRoute } from "@tanstack/react-router";
import { ProductsScreen } from "@/screens/products/ProductsScreen";
import { productsSearch } from "@/screens/products/search";

export const Route = createFileRoute("/_app/products/")({
  validateSearch: productsSearch,
  component: function ProductsRoute() {
    const search = Route.useSearch();
    const navigate = Route.useNavigate();
    return <ProductsScreen search={search} onSearch={(next) => navigate({ search: next })} />;
  },
});
