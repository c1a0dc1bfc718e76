import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useChange } from "@/api/hooks";
import { useMay } from "@/api/viewer";
import { RequestInvoiceCancelDocument } from "@/gen/documents/invoices";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { CopyButton } from "@/ui/CopyButton";
import { Facts } from "@/ui/Facts";
import { AppLink } from "@/ui/links";
import { notifyDone } from "@/ui/notify";
import { Status } from "@/ui/Status";
import { Moment, Money } from "@/ui/Values";
import { FailureNotice } from "../failures/FailureNotice";
import { InvoicePapers } from "./InvoicePapers";
import { IssueButton } from "./IssueButton";
import { correctionPlaces, groupedKey, type Invoice, type Place, type Sale } from "./invoice";
import { TestMark } from "./TestMark";

interface Props {
  sale: Sale;
  invoice: Invoice;
}

/** One nota fiscal of a sale. */
export function InvoiceCard({ sale, invoice }: Props) {
  const t = useT();
  const kind = t(`invoice.kind.${invoice.kind}`);
  const operation = invoice.operations[0];
  const waits = invoice.state === "SCHEDULED" || invoice.state === "MANUAL";
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Title order={3} size="h5">
          {invoice.number ? t("invoice.numbered", { kind, number: invoice.number }) : kind}
        </Title>
        <Status of="invoice" value={invoice.state} />
        {invoice.test && <TestMark />}
      </Group>
      {invoice.state === "MANUAL" && (
        <Text size="sm" c="dimmed">
          {t("invoice.manualHint")}
        </Text>
      )}
      <Rejection {...{ sale, invoice }} />
      {invoice.state === "CANCEL_ASKED" && !invoice.failure && <CancelTask invoice={invoice} />}
      <Facts
        facts={[
          [t("invoice.total"), <Money key="total" cents={invoice.totalCents} />],
          waits &&
            invoice.dueAt !== null && [
              t("invoice.dueAt"),
              <Moment key="due" value={invoice.dueAt} />,
            ],
          invoice.issuedAt !== null && [
            t("invoice.issuedAt"),
            <Moment key="issued" value={invoice.issuedAt} />,
          ],
          [t("invoice.protocol"), invoice.protocol],
          invoice.state === "ISSUED" &&
            invoice.cancelUntil !== null && [
              t("invoice.cancelUntil"),
              <Moment key="until" value={invoice.cancelUntil} />,
            ],
          invoice.canceledAt !== null && [
            t("invoice.canceledAt"),
            <Moment key="canceled" value={invoice.canceledAt} />,
          ],
          operation !== undefined && [
            t("operations.operation"),
            <AppLink
              key="operation"
              to="/operations/$operationId"
              params={{ operationId: operation.id }}
            >
              {t(`operation.state.${operation.state}`)}
            </AppLink>,
          ],
        ]}
      />
      {invoice.accessKey !== "" && (
        <Stack gap={4}>
          <Text size="sm" c="dimmed">
            {t("invoice.accessKey")}
          </Text>
          <Group gap="sm">
            <Text size="sm" className="digits" style={{ overflowWrap: "anywhere" }}>
              {groupedKey(invoice.accessKey)}
            </Text>
            <CopyButton text={invoice.accessKey} label={t("invoice.copyKey")} />
          </Group>
        </Stack>
      )}
      <InvoicePapers pdf={invoice.pdf} xml={invoice.xml} about={kind} />
      <Actions sale={sale} invoice={invoice} />
    </Stack>
  );
}

/** Why it was refused, what to do, and the way to the field to correct. */
function Rejection({ sale, invoice }: Props) {
  const t = useT();
  const { failure, rejectionCode, rejectionText } = invoice;
  const places = correctionPlaces(
    sale,
    invoice.kind,
    failure?.field ?? null,
    `${rejectionText} ${failure?.providerText ?? ""}`,
  );
  if (failure) {
    return (
      <FailureNotice failure={failure}>
        {places.length > 0 && (
          <Group gap="md">
            {places.map((place) => (
              <PlaceLink key={JSON.stringify(place)} place={place} />
            ))}
          </Group>
        )}
      </FailureNotice>
    );
  }
  if (invoice.state !== "REJECTED") return null;
  return (
    <Alert color="red" variant="outline" title={t("invoice.rejected", { code: rejectionCode })}>
      {rejectionText}
    </Alert>
  );
}

function PlaceLink({ place }: { place: Place }) {
  const t = useT();
  switch (place.at) {
    case "customer":
      return (
        <AppLink
          to="/customers/$customerId"
          params={{ customerId: place.id }}
          size="sm"
          underline="always"
        >
          {t("invoice.correct.customer", { name: place.name })}
        </AppLink>
      );
    case "product":
      return (
        <AppLink
          to="/products/$productId"
          params={{ productId: place.id }}
          search={{ tab: "invoicing" }}
          size="sm"
          underline="always"
        >
          {t("invoice.correct.product", { name: place.name })}
        </AppLink>
      );
    case "vhsys":
      return (
        <AppLink to="/integrations/vhsys" search={{ tab: place.tab }} size="sm" underline="always">
          {t("invoice.correct.vhsys")}
        </AppLink>
      );
  }
}

/** The cancellation that a person still has to do. */
function CancelTask({ invoice }: { invoice: Invoice }) {
  const t = useT();
  return (
    <Alert color="orange" variant="outline" title={t("invoice.cancelTask")}>
      <Text size="sm">{t("invoice.cancelTaskHint")}</Text>
      <Deadline invoice={invoice} />
    </Alert>
  );
}

function Deadline({ invoice }: { invoice: Invoice }) {
  const t = useT();
  const format = useFormat();
  if (invoice.cancelUntil === null) {
    return <Text size="sm">{t("invoice.cancelDeadlineUnknown")}</Text>;
  }
  const over = Date.parse(invoice.cancelUntil) < Date.now();
  const when = format.moment(invoice.cancelUntil);
  return (
    <Text size="sm" fw={500}>
      {t(over ? "invoice.cancelDeadlineOver" : "invoice.cancelDeadline", { when })}
    </Text>
  );
}

function Actions({ sale, invoice }: Props) {
  const t = useT();
  const { state, kind } = invoice;
  const approved = sale.status === "APPROVED";
  if (approved && (state === "MANUAL" || state === "SCHEDULED")) {
    return <IssueButton sale={sale} kind={kind} label={t("invoice.issueNow")} />;
  }
  if (approved && state === "REJECTED") {
    return <IssueButton sale={sale} kind={kind} label={t("invoice.issueAgain")} />;
  }
  if (approved && state === "PROCESSING") {
    return <IssueButton sale={sale} kind={kind} label={t("invoice.lookUp")} quiet />;
  }
  return state === "ISSUED" ? <AskCancel invoice={invoice} /> : null;
}

/** Vhsys has no call to cancel an invoice: it becomes a task for a person. */
function AskCancel({ invoice }: { invoice: Invoice }) {
  const t = useT();
  const mayAsk = useMay()("FINANCE");
  const [asking, ask] = useDisclosure(false);
  const change = useChange(RequestInvoiceCancelDocument);
  if (!mayAsk) return null;
  const confirm = async () => {
    const { requestInvoiceCancel } = await change.mutateAsync({ input: { id: invoice.id } });
    if (requestInvoiceCancel.userErrors.length === 0) notifyDone(t("invoice.cancelAsked"));
    return requestInvoiceCancel.userErrors;
  };
  const kind = t(`invoice.kind.${invoice.kind}`);
  return (
    <Group>
      <Button size="xs" variant="outline" color="red" onClick={ask.open}>
        {t("invoice.askCancel")}
      </Button>
      <ConfirmDialog
        title={t("invoice.cancelTitle", { kind, number: invoice.number })}
        opened={asking}
        onClose={ask.close}
        onConfirm={confirm}
        confirmLabel={t("invoice.askCancel")}
        danger
      >
        <Text>{t("invoice.cancelQuestion")}</Text>
        <Deadline invoice={invoice} />
      </ConfirmDialog>
    </Group>
  );
}
