import { describe, expect, it } from "vitest";
import type { RefundPartsFragment, RefundState } from "@/gen/schema";
import { refundableCents } from "./refund";

const refund = (state: RefundState, amountCents: number) =>
  ({ state, amountCents }) as RefundPartsFragment;

describe("what can still be given back", () => {
  it.each([
    [10_000, 0, [], 10_000],
    [10_000, 2_500, [refund("DONE", 2_500)], 7_500],
    [10_000, 2_500, [refund("DONE", 2_500), refund("PROCESSING", 500)], 7_000],
    [10_000, 0, [refund("FAILED", 10_000)], 10_000],
    [10_000, 0, [refund("UNKNOWN", 10_000)], 0],
    [null, 0, [], 0],
  ])("of %s with %s given back is right", (paidCents, refundedCents, refunds, expected) => {
    expect(refundableCents({ paidCents, refundedCents, refunds })).toBe(expected);
  });
});
