import type { ApprovalPartsFragment } from "@/gen/schema";
import { useT } from "@/i18n";
import { useFormat } from "@/i18n/format";
import type { ApprovalStanding } from "@/ui/Status";

/** Where a request stands. */
export function standingOf({ state, askedBy, decidedBy }: ApprovalPartsFragment): ApprovalStanding {
  return state === "DENIED" && decidedBy?.id === askedBy.id ? "WITHDRAWN" : state;
}

/** What a second person is asked for, and what follows when it is approved. */
export function useWords(approval: ApprovalPartsFragment): { what: string; follows: string } {
  const t = useT();
  const format = useFormat();
  const [charge] = approval.charges;
  const values = {
    amount: format.money(approval.amountCents ?? 0),
    count: approval.count,
    number: charge?.number ?? "",
    customer: charge?.customer.name ?? "",
    name: approval.askedBy.name,
  };
  return {
    what: t(`approval.what.${approval.kind}`, values),
    follows: t(`approval.follows.${approval.kind}`, values),
  };
}
