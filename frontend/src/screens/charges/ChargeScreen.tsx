import { Alert, Text } from "@mantine/core";
import { useLive, useLoad } from "@/api/hooks";
import { ChargeChangedDocument, ChargeDocument } from "@/gen/documents/charges";
import type { ChargeDetailFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { Loaded } from "@/ui/Feedback";
import { AppLink } from "@/ui/links";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { Status } from "@/ui/Status";
import { EntryTable } from "../accounts/EntryTable";
import { ObjectAudit } from "../audit/ObjectAudit";
import { FailureNotice } from "../failures/FailureNotice";
import { OperationList } from "../operations/OperationList";
import { NotFound } from "../shell/NotFound";
import { ChargeActions } from "./ChargeActions";
import { ChargeFacts } from "./ChargeFacts";
import { ChargeTimeline } from "./ChargeTimeline";
import { PaymentWays } from "./PaymentWays";
import { RefundTable } from "./RefundTable";
import { SimulatePayment } from "./SimulatePayment";

/** One charge: how to pay it, what happened to it and what may be done. */
export function ChargeScreen({ chargeId }: { chargeId: string }) {
  const query = useLoad(ChargeDocument, { id: chargeId });
  useLive(ChargeChangedDocument, { id: chargeId });
  return (
    <Loaded query={query}>
      {({ node }) => (node?.__typename === "Charge" ? <Detail charge={node} /> : <NotFound />)}
    </Loaded>
  );
}

function Detail({ charge }: { charge: ChargeDetailFragment }) {
  const t = useT();
  return (
    <Page
      title={t("charge.title", { number: charge.number })}
      mark={<Status of="charge" value={charge.status} />}
      back={
        <AppLink to="/charges" size="sm">
          {t("charges.title")}
        </AppLink>
      }
      actions={
        <>
          <SimulatePayment charge={charge} />
          <ChargeActions charge={charge} />
        </>
      }
    >
      {charge.failure && <FailureNotice failure={charge.failure} />}
      {charge.refusal !== "" && charge.status === "FAILED" && (
        <Alert color="red" variant="outline" title={t("card.refused")}>
          {charge.refusal}
          {charge.actions.includes("RETRY_CARD") && ` ${t("card.refusedHint")}`}
        </Alert>
      )}
      <Section title={t("charge.data")}>
        <ChargeFacts charge={charge} />
      </Section>
      <PaymentWays charge={charge} />
      {charge.refunds.length > 0 && (
        <Section title={t("charge.refunds")}>
          <RefundTable refunds={charge.refunds} />
        </Section>
      )}
      <Section title={t("charge.timeline")}>
        <ChargeTimeline events={charge.events} />
      </Section>
      <Section title={t("charge.entries")}>
        {charge.entries.length === 0 ? (
          <Text c="dimmed">{t("charge.noEntries")}</Text>
        ) : (
          <EntryTable label={t("charge.entries")} entries={charge.entries} without="charge" />
        )}
      </Section>
      <Section title={t("charge.operations")}>
        <OperationList operations={charge.operations} />
      </Section>
      <ObjectAudit id={charge.id} />
    </Page>
  );
}
