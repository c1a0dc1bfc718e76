import type {
  ApprovalState,
  BatchItemState,
  BatchState,
  ChargeStatus,
  DifferenceState,
  FailureState,
  InvoiceState,
  MessageState,
  OperationState,
  RefundState,
  SaleStatus,
} from "@/gen/schema";
import { useT } from "@/i18n";

type Tone = "neutral" | "good" | "bad" | "warn" | "busy";

const chargeTones: Record<ChargeStatus, Tone> = {
  QUEUED: "busy",
  ISSUING: "busy",
  UNKNOWN: "warn",
  WAITING: "busy",
  OVERDUE: "warn",
  PAID: "good",
  SETTLED: "good",
  CANCELED: "neutral",
  EXPIRED: "neutral",
  FAILED: "bad",
  REFUNDED: "neutral",
  CONTESTED: "bad",
};

const saleTones: Record<SaleStatus, Tone> = {
  PENDING: "busy",
  APPROVED: "good",
  REFUNDED: "neutral",
  CANCELED: "neutral",
  EXPIRED: "neutral",
};

const operationTones: Record<OperationState, Tone> = {
  QUEUED: "busy",
  RUNNING: "busy",
  SUCCEEDED: "good",
  FAILED: "bad",
  UNKNOWN: "warn",
  CANCELED: "neutral",
};

const failureTones: Record<FailureState, Tone> = {
  OPEN: "bad",
  RETRYING: "busy",
  RESOLVED: "good",
  IGNORED: "neutral",
};

const refundTones: Record<RefundState, Tone> = {
  QUEUED: "busy",
  PROCESSING: "busy",
  DONE: "good",
  FAILED: "bad",
  UNKNOWN: "warn",
};

const batchTones: Record<BatchState, Tone> = { RUNNING: "busy", STOPPED: "warn", DONE: "good" };

const batchItemTones: Record<BatchItemState, Tone> = {
  PENDING: "neutral",
  RUNNING: "busy",
  DONE: "good",
  FAILED: "bad",
};

const invoiceTones: Record<InvoiceState, Tone> = {
  MANUAL: "neutral",
  SCHEDULED: "busy",
  ISSUING: "busy",
  PROCESSING: "busy",
  ISSUED: "good",
  REJECTED: "bad",
  CANCEL_ASKED: "warn",
  CANCELED: "neutral",
  DROPPED: "neutral",
};

const differenceTones: Record<DifferenceState, Tone> = {
  OPEN: "warn",
  REPAIRING: "busy",
  GONE: "good",
  IGNORED: "neutral",
};

/** Where a request stands, as people tell it: who asked may have taken it back. */
export type ApprovalStanding = ApprovalState | "WITHDRAWN";

const approvalTones: Record<ApprovalStanding, Tone> = {
  ASKED: "warn",
  APPROVED: "good",
  DENIED: "bad",
  EXPIRED: "neutral",
  WITHDRAWN: "neutral",
};

const messageTones: Record<MessageState, Tone> = {
  WAITING: "busy",
  SENDING: "busy",
  SENT: "good",
  FAILED: "bad",
  DROPPED: "neutral",
};

type Props =
  | { of: "charge"; value: ChargeStatus }
  | { of: "sale"; value: SaleStatus }
  | { of: "operation"; value: OperationState }
  | { of: "failure"; value: FailureState }
  | { of: "refund"; value: RefundState }
  | { of: "batch"; value: BatchState }
  | { of: "batchItem"; value: BatchItemState }
  | { of: "invoice"; value: InvoiceState }
  | { of: "message"; value: MessageState }
  | { of: "difference"; value: DifferenceState }
  | { of: "approval"; value: ApprovalStanding }
  | { of: "active" | "integration"; value: boolean };

/** Where something stands: always a word, the colour only helps. */
export function Status(props: Props) {
  const t = useT();
  switch (props.of) {
    case "charge":
      return <Pill tone={chargeTones[props.value]} text={t(`charge.status.${props.value}`)} />;
    case "sale":
      return <Pill tone={saleTones[props.value]} text={t(`sale.status.${props.value}`)} />;
    case "operation":
      return <Pill tone={operationTones[props.value]} text={t(`operation.state.${props.value}`)} />;
    case "failure":
      return <Pill tone={failureTones[props.value]} text={t(`failure.state.${props.value}`)} />;
    case "refund":
      return <Pill tone={refundTones[props.value]} text={t(`refund.state.${props.value}`)} />;
    case "batch":
      return <Pill tone={batchTones[props.value]} text={t(`batch.state.${props.value}`)} />;
    case "batchItem":
      return <Pill tone={batchItemTones[props.value]} text={t(`batch.item.${props.value}`)} />;
    case "invoice":
      return <Pill tone={invoiceTones[props.value]} text={t(`invoice.state.${props.value}`)} />;
    case "message":
      return <Pill tone={messageTones[props.value]} text={t(`message.state.${props.value}`)} />;
    case "difference":
      return (
        <Pill tone={differenceTones[props.value]} text={t(`difference.state.${props.value}`)} />
      );
    case "approval":
      return <Pill tone={approvalTones[props.value]} text={t(`approval.state.${props.value}`)} />;
    case "active":
      return <OnOff on={props.value} text={t(props.value ? "common.active" : "common.inactive")} />;
    case "integration":
      return (
        <OnOff on={props.value} text={t(props.value ? "integration.on" : "integration.off")} />
      );
  }
}

function OnOff({ on, text }: { on: boolean; text: string }) {
  return <Pill tone={on ? "good" : "neutral"} text={text} />;
}

function Pill({ tone, text }: { tone: Tone; text: string }) {
  return (
    <span className="status" data-tone={tone}>
      {text}
    </span>
  );
}
