import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useChange, useLive } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { ReconcileVhsysDocument } from "@/gen/documents/differences";
import { OperationChangedDocument } from "@/gen/documents/operations";
import { useT } from "@/i18n";
import { errorText, Problems } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Moment } from "@/ui/Values";

/** Has Vhsys compared with us now, and says when it last was. */
export function ReconcileButton({ reconciledAt }: { reconciledAt: string | null }) {
  const t = useT();
  const mayCompare = useMay()("OPERATOR");
  const reconcile = useChange(ReconcileVhsysDocument);
  const [problems, setProblems] = useState<string[]>([]);
  const operation = reconcile.data?.reconcileVhsys.operation ?? null;
  const run = async () => {
    setProblems([]);
    try {
      const { reconcileVhsys } = await reconcile.mutateAsync({});
      setProblems(reconcileVhsys.userErrors.map(({ message }) => message));
    } catch (error) {
      setProblems([errorText(t, error)]);
    }
  };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {mayCompare && (
          <Button variant="default" loading={reconcile.isPending} onClick={run}>
            {t("reconcile.now")}
          </Button>
        )}
        <Text size="sm" c="dimmed">
          {reconciledAt ? (
            <>
              {t("reconcile.last")}: <Moment value={reconciledAt} />
            </>
          ) : (
            t("reconcile.never")
          )}
        </Text>
      </Group>
      <Problems messages={problems} />
      <div role="status">
        {operation && (
          <Text size="sm">
            {t("reconcile.asked")}{" "}
            <AppLink
              to="/operations/$operationId"
              params={{ operationId: operation.id }}
              underline="always"
            >
              {t("pix.seeOperation")}
            </AppLink>
          </Text>
        )}
      </div>
      {operation && <Follow key={operation.id} id={operation.id} />}
    </Stack>
  );
}

/** What is on screen is loaded again when the comparison has ended. */
function Follow({ id }: { id: string }) {
  useLive(OperationChangedDocument, { id });
  return null;
}
