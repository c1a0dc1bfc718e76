import { oneOfParam, type PageSearch, pageParams, type RawSearch } from "@/api/search";
import type { IntegrationKind, OperationKind, OperationState } from "@/gen/schema";

export const operationStates = [
  "QUEUED",
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
  "UNKNOWN",
  "CANCELED",
] as const satisfies readonly OperationState[];

export const operationKinds = [
  "ISSUE_CHARGE",
  "CANCEL_CHARGE",
  "CANCEL_EXTRA",
  "CHANGE_DUE_DATE",
  "RESEND_CHARGE",
  "SETTLE_CHARGE",
  "CHANGE_AMOUNT",
  "ADD_NOTE",
  "RETRY_CARD",
  "REFUND_CHARGE",
  "ISSUE_CARNET",
  "CANCEL_CARNET",
  "SETTLE_CARNET",
  "RESEND_CARNET",
  "REGISTER_PIX",
  "RUN_BATCH",
  "READ_NOTICE",
  "READ_PIX",
  "SWEEP",
  "MIRROR_SALE",
  "ISSUE_INVOICE",
  "RECONCILE",
] as const satisfies readonly OperationKind[];

export interface OperationsSearch extends PageSearch {
  state?: OperationState;
  kind?: OperationKind;
  integration?: IntegrationKind;
}

/** The filters of the operation list, as they stand in the address. */
export function operationsSearch(raw: RawSearch): OperationsSearch {
  return {
    ...pageParams(raw),
    state: oneOfParam(raw.state, operationStates),
    kind: oneOfParam(raw.kind, operationKinds),
    integration: oneOfParam(raw.integration, ["GERENCIANET", "VHSYS"]),
  };
}
