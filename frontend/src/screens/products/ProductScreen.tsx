import { useLoad } from "@/api/hooks";
import { ProductDetailsDocument } from "@/gen/documents/products";
import { useT } from "@/i18n";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Status } from "@/ui/Status";
import { ObjectAudit } from "../audit/ObjectAudit";
import { NotFound } from "../shell/NotFound";
import { ProductForm } from "./ProductForm";
import type { ProductTab } from "./search";

function Back() {
  const t = useT();
  return (
    <AppLink to="/products" size="sm">
      {t("products.title")}
    </AppLink>
  );
}

export function NewProductScreen() {
  const t = useT();
  return (
    <Page title={t("products.new")} back={<Back />}>
      <ProductForm product={null} />
    </Page>
  );
}

export function ProductScreen({ productId, tab }: { productId: string; tab?: ProductTab }) {
  const query = useLoad(ProductDetailsDocument, { id: productId });
  return (
    <Loaded query={query}>
      {({ node }) =>
        node?.__typename === "Product" ? (
          <Page title={node.name} mark={<Status of="active" value={node.active} />} back={<Back />}>
            <ProductForm key={node.id} product={node} tab={tab} />
            <ObjectAudit id={node.id} />
          </Page>
        ) : (
          <NotFound />
        )
      }
    </Loaded>
  );
}
