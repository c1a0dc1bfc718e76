import { Alert, Button, Text } from "@mantine/core";
import { useLoad } from "@/api/hooks";
import { LedgerCheckDocument } from "@/gen/documents/ledger";
import { useT } from "@/i18n";
import { DataTable } from "@/ui/DataTable";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { Page } from "@/ui/Page";

/** Checks the whole ledger when the page is opened, and again when asked. */
export function LedgerScreen() {
  const t = useT();
  const check = useLoad(LedgerCheckDocument, {}, { live: true });
  return (
    <Page
      title={t("ledger.title")}
      hint={t("ledger.hint")}
      actions={
        <Button variant="default" loading={check.isFetching} onClick={() => check.refetch()}>
          {t("ledger.again")}
        </Button>
      }
    >
      <Loaded query={check}>
        {({ ledgerCheck }) => (
          <>
            <Alert
              variant="outline"
              color={ledgerCheck.ok ? "teal" : "red"}
              title={t(ledgerCheck.ok ? "ledger.ok" : "ledger.notOk")}
              role="status"
            >
              <Text size="sm">{t(ledgerCheck.ok ? "ledger.okHint" : "ledger.notOkHint")}</Text>
            </Alert>
            <Facts
              facts={[
                [t("ledger.charges"), ledgerCheck.charges],
                [t("ledger.entries"), ledgerCheck.entries],
              ]}
            />
            {ledgerCheck.differences.length > 0 && (
              <DataTable
                label={t("ledger.differences")}
                rows={ledgerCheck.differences}
                rowKey={(difference) => `${difference.code} ${difference.subjectId}`}
                columns={[
                  {
                    key: "message",
                    header: t("ledger.differences"),
                    wraps: true,
                    cell: (difference) => difference.message,
                  },
                  { key: "code", header: t("ledger.code"), cell: (difference) => difference.code },
                ]}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}
