import {
  dayParam,
  oneOfParam,
  type PageSearch,
  pageParams,
  type RawSearch,
  textParam,
} from "@/api/search";
import type { ChargeOrder, ChargeStatus, Environment } from "@/gen/schema";
import { type IssuedMethod, issuedMethods } from "../payment/methods";

export const chargeStatuses = [
  "QUEUED",
  "ISSUING",
  "UNKNOWN",
  "WAITING",
  "OVERDUE",
  "PAID",
  "SETTLED",
  "CANCELED",
  "EXPIRED",
  "FAILED",
  "REFUNDED",
  "CONTESTED",
] as const satisfies readonly ChargeStatus[];

export const chargeOrders = [
  "CREATED_DESC",
  "CREATED_ASC",
  "DUE_ASC",
  "DUE_DESC",
  "AMOUNT_DESC",
] as const satisfies readonly ChargeOrder[];

export interface ChargesSearch extends PageSearch {
  search?: string;
  status?: ChargeStatus;
  method?: IssuedMethod;
  dueFrom?: string;
  dueTo?: string;
  environment?: Environment;
  order?: ChargeOrder;
}

/** The filters of the charge list, as they stand in the address. */
export function chargesSearch(raw: RawSearch): ChargesSearch {
  return {
    ...pageParams(raw),
    search: textParam(raw.search),
    status: oneOfParam(raw.status, chargeStatuses),
    method: oneOfParam(raw.method, issuedMethods),
    dueFrom: dayParam(raw.dueFrom),
    dueTo: dayParam(raw.dueTo),
    environment: oneOfParam(raw.environment, ["SANDBOX", "PRODUCTION"]),
    order: oneOfParam(raw.order, chargeOrders),
  };
}
