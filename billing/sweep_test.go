package billing_test

import (
	"testing"

	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// The sweep looks for a parcel before the answer to its issue is written, and locks
// it afterwards: it is ours, not an extra one.
func TestSweepWhileACarnetIsIssued(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	w.CallbackMode("hold")
	sold, _, parcels := w.IssuedCarnet(20_000, 2)
	w.UntilIdle()
	first := parcels[0]
	_, err := w.Pool.Exec("UPDATE charges SET provider_id = NULL, status = 'ISSUING' WHERE id = $1", first.ID)
	w.Must(err)
	issuing, err := w.Pool.Begin()
	w.Must(err)
	defer func() { _ = issuing.Rollback() }()
	_, err = issuing.Exec("SELECT 1 FROM carnets WHERE id = $1 FOR UPDATE", *first.CarnetID)
	w.Must(err)
	w.Must(w.Sweep(w.Context()))
	w.Until("the sweep waits for the carnê", func() bool {
		return countOf(w, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0
	})
	_, err = issuing.Exec("UPDATE charges SET provider_id = $2, status = 'WAITING' WHERE id = $1", first.ID, *first.ProviderID)
	w.Must(err)
	w.Must(issuing.Commit())
	quiet(w)
	for _, parcel := range w.Charges(sold.ID) {
		if parcel.Status != enum.ChargeWaiting {
			t.Errorf("parcel %d is %s", parcel.Installment, parcel.Status)
		}
	}
}
