import { useT } from "@/i18n";
import { LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";

export function NotFound() {
  const t = useT();
  return (
    <Page title={t("notFound.title")} hint={t("notFound.hint")}>
      <div>
        <LinkButton to="/">{t("notFound.home")}</LinkButton>
      </div>
    </Page>
  );
}

/** The same outside of the shell. */
export function NotFoundPage() {
  return (
    <main className="bare-page">
      <NotFound />
    </main>
  );
}
