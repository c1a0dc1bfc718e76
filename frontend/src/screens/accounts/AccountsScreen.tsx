import { Button } from "@mantine/core";
import { useState } from "react";
import { useLoad } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { AccountsDocument } from "@/gen/documents/accounts";
import type { AccountPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { bankLabel } from "@/ui/bank";
import { type Column, DataTable } from "@/ui/DataTable";
import { Empty, Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Money } from "@/ui/Values";
import { AccountDialog } from "./AccountDialog";

/** The company's current accounts, with their balances. */
export function AccountsScreen() {
  const t = useT();
  const mayEdit = useMay()("FINANCE");
  const query = useLoad(AccountsDocument, {});
  const [edited, setEdited] = useState<AccountPartsFragment | "new" | null>(null);
  const add = mayEdit && <Button onClick={() => setEdited("new")}>{t("accounts.new")}</Button>;
  const columns: Column<AccountPartsFragment>[] = [
    {
      key: "name",
      header: t("account.account"),
      cell: (account) => (
        <AppLink to="/accounts/$accountId" params={{ accountId: account.id }}>
          {account.name}
        </AppLink>
      ),
    },
    {
      key: "bank",
      header: t("account.bank"),
      cell: ({ bank }) => bankLabel(bank),
    },
    { key: "branch", header: t("account.branch"), cell: (account) => account.branch || "–" },
    { key: "number", header: t("account.number"), cell: (account) => account.accountNumber || "–" },
    {
      key: "balance",
      header: t("account.balance"),
      numeric: true,
      cell: (account) => <Money cents={account.balanceCents} />,
    },
    {
      key: "edit",
      header: t("common.actions"),
      cell: (account) =>
        mayEdit && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t("common.editNamed", { name: account.name })}
            onClick={() => setEdited(account)}
          >
            {t("common.edit")}
          </Button>
        ),
    },
  ];
  return (
    <Page title={t("accounts.title")} hint={t("accounts.hint")} actions={add}>
      <Loaded query={query}>
        {({ accounts, banks }) => (
          <>
            {accounts.length === 0 ? (
              <Empty title={t("accounts.empty")} hint={t("accounts.emptyHint")} />
            ) : (
              <DataTable
                label={t("accounts.title")}
                columns={columns}
                rows={accounts}
                rowKey={(account) => account.id}
              />
            )}
            {edited && (
              <AccountDialog
                account={edited === "new" ? null : edited}
                banks={banks}
                onClose={() => setEdited(null)}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
