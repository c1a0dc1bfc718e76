import { createFileRoute } from "@tanstack/react-router";
import { NewProductScreen } from "@/screens/products/ProductScreen";

export const Route = createFileRoute("/_app/products/new")({ component: NewProductScreen });
