import { Button } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { ConveniosDocument } from "@/gen/documents/convenios";
import type { ConvenioPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { bankLabel } from "@/ui/bank";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink, LinkButton } from "@/ui/links";
import { Page } from "@/ui/Page";
import { ConvenioDialog } from "./ConvenioDialog";

/** The agreements with banks; charges under one credit its account. */
export function ConveniosScreen() {
  const t = useT();
  const mayEdit = useMay()("FINANCE");
  const query = useLoad(ConveniosDocument, {});
  const [edited, setEdited] = useState<ConvenioPartsFragment | "new" | null>(null);
  const canAdd = mayEdit && (query.data?.accounts.length ?? 0) > 0;
  const columns: Column<ConvenioPartsFragment>[] = [
    { key: "name", header: t("common.name"), cell: (convenio) => convenio.name },
    { key: "code", header: t("convenio.code"), cell: (convenio) => convenio.code },
    { key: "bank", header: t("account.bank"), cell: ({ bank }) => bankLabel(bank) },
    {
      key: "account",
      header: t("convenio.account"),
      cell: ({ account }) => (
        <AppLink to="/accounts/$accountId" params={{ accountId: account.id }}>
          {account.name}
        </AppLink>
      ),
    },
    {
      key: "edit",
      header: t("common.actions"),
      cell: (convenio) =>
        mayEdit && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("common.editNamed", { name: convenio.name })}
            onClick={() => setEdited(convenio)}
          >
            {t("common.edit")}
          </Button>
        ),
    },
  ];
  return (
    <Page
      title={t("convenios.title")}
      hint={t("convenios.hint")}
      actions={canAdd && <Button onClick={() => setEdited("new")}>{t("convenios.new")}</Button>}
    >
      <Loaded query={query}>
        {({ convenios, banks, accounts }) => (
          <>
            {convenios.length === 0 ? (
              <Empty
                title={t("convenios.empty")}
                hint={t(accounts.length === 0 ? "convenios.needsAccount" : "convenios.emptyHint")}
                action={
                  accounts.length === 0 && (
                    <LinkButton to="/accounts">{t("accounts.title")}</LinkButton>
                  )
                }
              />
            ) : (
              <DataTable
                label={t("convenios.title")}
                columns={columns}
                rows={convenios}
                rowKey={(convenio) => convenio.id}
              />
            )}
            {edited && (
              <ConvenioDialog
                convenio={edited === "new" ? null : edited}
                banks={banks}
                accounts={accounts}
                onClose={() => setEdited(null)}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
