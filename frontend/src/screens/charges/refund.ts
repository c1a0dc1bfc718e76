import type { ChargeDetailFragment, RefundState } from "@/gen/schema";

/** Refunds that may still give money back. */
const underWay: readonly RefundState[] = ["QUEUED", "PROCESSING", "UNKNOWN"];

type Refundable = Pick<ChargeDetailFragment, "paidCents" | "refunds"> & { refundedCents: number };

/** What was paid, was not given back, and is not on its way back. */
export function refundableCents({ paidCents, refundedCents, refunds }: Refundable): number {
  const onTheWay = refunds
    .filter(({ state }) => underWay.includes(state))
    .reduce((sum, { amountCents }) => sum + amountCents, 0);
  return Math.max((paidCents ?? 0) - refundedCents - onTheWay, 0);
}
