import {
  dayParam,
  oneOfParam,
  type PageSearch,
  pageParams,
  type RawSearch,
  textParam,
} from "@/api/search";
import type { SaleOrder, SaleStatus } from "@/gen/schema";

export const saleStatuses = [
  "PENDING",
  "APPROVED",
  "REFUNDED",
  "CANCELED",
  "EXPIRED",
] as const satisfies readonly SaleStatus[];

export const saleOrders = [
  "CREATED_DESC",
  "CREATED_ASC",
  "TOTAL_DESC",
] as const satisfies readonly SaleOrder[];

export interface SalesSearch extends PageSearch {
  search?: string;
  status?: SaleStatus;
  createdFrom?: string;
  createdTo?: string;
  order?: SaleOrder;
}

/** The filters of the list of sales, as they stand in the address. */
export function salesSearch(raw: RawSearch): SalesSearch {
  return {
    ...pageParams(raw),
    search: textParam(raw.search),
    status: oneOfParam(raw.status, saleStatuses),
    createdFrom: dayParam(raw.createdFrom),
    createdTo: dayParam(raw.createdTo),
    order: oneOfParam(raw.order, saleOrders),
  };
}

/** Whom the new sale begins with. */
export function newSaleSearch(raw: RawSearch): { customerId?: string } {
  return { customerId: textParam(raw.customerId) };
}
