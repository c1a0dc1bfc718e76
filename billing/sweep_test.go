package billing_test

import (
	"testing"

	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// TestSweepReadsFullPages pays more boletos than one page of the provider's list
// holds, each with its picture, and no notification tells of any of them.
func TestSweepReadsFullPages(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	w.CallbackMode("lose")
	charges := sell(w, 104)
	untilWaiting(w, charges)
	for _, c := range charges {
		w.Pay(w.ChargeNow(c.ID), billingtest.Silent())
	}
	w.Must(w.Sweep(w.Context()))
	for _, c := range charges {
		w.UntilStatus(c.ID, enum.ChargePaid)
	}
	quiet(w)
}
