package billing_test

import (
	"testing"
	"time"

	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// TestChanges changes more charges at once than a page holds.
func TestChanges(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still).Ready()
	sell(w, 450)
	told, err := w.NewChanges(w.Context())
	w.Must(err)
	heard := map[string]int{}
	hear := func() {
		w.Must(w.ReadChanges(w.Context(), told, func(c *db.Charge) { heard[c.ID]++ }))
	}
	if hear(); len(heard) > 0 {
		t.Errorf("%d charges were told that had changed before", len(heard))
	}
	changed, err := w.DB.Charge.Update().SetStatus(enum.ChargeIssuing).SetUpdatedAt(time.Now()).Save(w.Context())
	w.Must(err)
	hear()
	hear()
	if len(heard) != changed {
		t.Errorf("%d of %d changes were told", len(heard), changed)
	}
	for id, count := range heard {
		if count != 1 {
			t.Errorf("%s was told %d times", id, count)
		}
	}
}
