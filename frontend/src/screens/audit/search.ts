import {
  dayParam,
  oneOfParam,
  type PageSearch,
  pageParams,
  type RawSearch,
  textParam,
} from "@/api/search";
import type { AuditChange } from "@/gen/schema";

export const auditChanges = [
  "CREATED",
  "CHANGED",
  "REMOVED",
  "REVEALED",
] as const satisfies readonly AuditChange[];

/** The kinds of objects that have a name in the texts. */
export const auditKinds = [
  "sales",
  "sale_items",
  "charges",
  "carnets",
  "refunds",
  "approvals",
  "batches",
  "operations",
  "customers",
  "products",
  "invoices",
  "orders",
  "differences",
  "failures",
  "accounts",
  "convenios",
  "historicos",
  "integrations",
  "integration_notified_users",
  "credentials",
  "payment_method_mappings",
  "sale_status_mappings",
  "users",
  "sessions",
  "api_tokens",
  "webhook_endpoints",
  "recovery_codes",
  "password_links",
  "access_rules",
] as const;

export type AuditKind = (typeof auditKinds)[number];

export interface AuditSearch extends PageSearch {
  user?: string;
  object?: string;
  kind?: AuditKind;
  change?: AuditChange;
  from?: string;
  to?: string;
}

/** The filters of the audit record, as they stand in the address. */
export function auditSearch(raw: RawSearch): AuditSearch {
  return {
    ...pageParams(raw),
    user: textParam(raw.user),
    object: textParam(raw.object),
    kind: oneOfParam(raw.kind, auditKinds),
    change: oneOfParam(raw.change, auditChanges),
    from: dayParam(raw.from),
    to: dayParam(raw.to),
  };
}

/** The filter as the server wants it. */
export function auditFilter({ user, object, kind, change, from, to }: AuditSearch) {
  return {
    userId: user,
    objectId: object,
    kind: kind ? [kind] : null,
    change: change ? [change] : null,
    from,
    to,
  };
}
