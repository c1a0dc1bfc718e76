package billing_test

import (
	"testing"

	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

func TestMain(m *testing.M) { billingtest.Main(m) }

func TestJourney(t *testing.T) {
	t.Run("a boleto is issued, paid, booked and mirrored", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(10_000, 1)
		w.Pay(charges[0], billingtest.Payment{})
		w.UntilStatus(charges[0].ID, enum.ChargePaid)
		w.UntilSale(sold.ID, enum.SaleApproved)
		w.UntilIdle()
		w.AssertPromises()
	})
}
