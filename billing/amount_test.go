package billing_test

import (
	"context"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// assertSaleAddsUp compares a sale with its charges and with its order at the ERP.
func assertSaleAddsUp(w *billingtest.World, saleID string, want int64) {
	w.Helper()
	sold, err := w.DB.Sale.Get(context.Background(), saleID)
	w.Must(err)
	var charges int64
	for _, c := range w.Charges(saleID) {
		charges += c.AmountCents
	}
	if sold.TotalCents != want || charges != want || sold.ItemsCents-sold.DiscountCents+sold.InterestCents != want {
		w.Errorf("the sale is of %d, its charges of %d, its parts of %d, not of %d", sold.TotalCents, charges, sold.ItemsCents-sold.DiscountCents+sold.InterestCents, want)
	}
	order := w.ProviderOrders()[0]
	if total, installments := billingtest.Cents(order.Record["valor_total_nota"]), billingtest.Sum(order.Installments, "valor_parcela"); total != want || installments != want {
		w.Errorf("the order is of %d, its instalments of %d, not of %d", total, installments, want)
	}
}

func TestChangeOfAmount(t *testing.T) {
	t.Parallel()
	for name, cents := range map[string]int64{"lower": 3_001, "higher": 6_999} {
		for _, method := range []enum.PaymentMethod{enum.MethodBoleto, enum.MethodPix} {
			t.Run(name+" "+string(method), func(t *testing.T) {
				t.Parallel()
				w := billingtest.New(t).Ready()
				w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{WithInterest: billingtest.Ref(true)})))
				input := w.NewSale(10_000, 2)
				input.PaymentMethod = method
				started, err := w.CreateSale(w.Context(), input)
				w.Must(err)
				charges := w.Charges(started.Sale.ID)
				untilWaiting(w, charges)
				w.UntilIdle()
				w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/cancel", Kind: "drop_after"})
				w.FailPix(billingtest.Fault{Route: "PATCH /v2/cobv/:txid", Kind: "drop_after"})
				w.Must(second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: charges[0].ID, AmountCents: cents})))
				w.UntilStatus(charges[0].ID, enum.ChargeCanceled)
				w.UntilIdle()
				live := w.Charges(started.Sale.ID)
				if live[0].ID == charges[0].ID || live[0].AmountCents != cents || live[0].DueDate != charges[0].DueDate {
					t.Errorf("charges %+v", live)
				}
				assertSaleAddsUp(w, started.Sale.ID, 5_000+cents)
				quiet(w)
			})
		}
	}
	t.Run("a worker dies between the steps", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) { timing.ProviderTimeout = 500 * ms })).Ready()
		lost := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
		w.Run(lost)
		sold, charges := w.Issued(10_000, 2)
		w.UntilIdle()
		w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/cancel", Kind: "delay", DelayMs: 400})
		w.Must(second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: charges[0].ID, AmountCents: 4_000})))
		w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")["PUT /v1/charge/:id/cancel"] == 1 })
		w.Must(lost.SQL.Close())
		w.Run(w.Service)
		w.Until("it is replaced", func() bool { return w.Charges(sold.ID)[0].AmountCents == 4_000 })
		w.UntilIdle()
		assertSaleAddsUp(w, sold.ID, 9_000)
		quiet(w)
	})
	t.Run("paid meanwhile: it stays, and somebody is told", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(10_000, 2)
		w.UntilIdle()
		w.CallbackMode("lose")
		w.Pay(charges[0], billingtest.Payment{})
		refused(t, second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: charges[0].ID, AmountCents: 5_000})), "AMOUNT_SAME")
		refused(t, second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: charges[0].ID, AmountCents: 100})), "PROVIDER_WOULD_REFUSE")
		w.Must(second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: charges[0].ID, AmountCents: 4_000})))
		w.UntilStatus(charges[0].ID, enum.ChargePaid)
		w.UntilFailure("gerencianet.3500043")
		w.UntilIdle()
		assertSaleAddsUp(w, sold.ID, 10_000)
		quiet(w)
	})
	t.Run("the old boleto is paid afterwards", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(5_000, 1)
		w.Must(second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: charges[0].ID, AmountCents: 4_000})))
		w.UntilStatus(charges[0].ID, enum.ChargeCanceled)
		fresh := w.UntilStatus(w.Charges(sold.ID)[0].ID, enum.ChargeWaiting)
		w.Pay(charges[0], billingtest.Payment{})
		w.UntilStatus(charges[0].ID, enum.ChargePaid)
		w.UntilFailure("ponte.charge.late_payment")
		if fresh.ID == charges[0].ID || w.UntilSale(sold.ID, enum.SalePending) == nil {
			t.Error("the sale is not open any more")
		}
		quiet(w)
	})
}

func TestNotes(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	c := w.Charge(5_000)
	refused(t, second(w.AddChargeNote(w.Context(), c.ID, " ")), "NOTE_INVALID")
	for range 2 {
		w.Must(second(w.AddChargeNote(w.Context(), c.ID, "ligou")))
	}
	w.UntilIdle()
	w.FailGerencianet(billingtest.Fault{Route: "POST /v1/charge/:id/history", Kind: "drop_after"})
	w.Must(second(w.AddChargeNote(w.Context(), c.ID, "de novo")))
	w.UntilFailure("ponte.operation.note_uncertain")
	lines := 0
	for _, line := range w.ProviderCharge(c).History {
		if line.Message == "ligou" || line.Message == "de novo" {
			lines++
		}
	}
	if lines != 3 {
		t.Errorf("%d lines", lines)
	}
	refused(t, second(w.AddChargeNote(w.Context(), w.ChargeOf(enum.MethodPix, 5_000).ID, "x")), "CHARGE_STATUS")
	quiet(w)
}

// TestSadEndings walks the transitions of the provider's table (providers/gerencianet.md,
// 6.1) for the methods that have them.
func TestSadEndings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		actions []string
		charge  enum.ChargeStatus
		sale    enum.SaleStatus
		failure string // open in the end
		account int64  // what is left on it
	}{
		"unpaid, paid":              {[]string{"overdue", "pay"}, enum.ChargePaid, enum.SaleApproved, "", 5_000 - billingtest.FeeCents},
		"canceled, paid":            {[]string{"cancel", "pay"}, enum.ChargePaid, enum.SaleApproved, "ponte.charge.late_payment", 5_000 - billingtest.FeeCents},
		"expired, paid":             {[]string{"expire", "pay"}, enum.ChargePaid, enum.SaleApproved, "ponte.charge.late_payment", 5_000 - billingtest.FeeCents},
		"identified, paid":          {[]string{"identify", "pay"}, enum.ChargePaid, enum.SaleApproved, "", 5_000 - billingtest.FeeCents},
		"identified":                {[]string{"identify"}, enum.ChargeWaiting, enum.SalePending, "", 0},
		"approved":                  {[]string{"approve"}, enum.ChargeWaiting, enum.SalePending, "", 0},
		"approved, unpaid":          {[]string{"approve", "overdue"}, enum.ChargeOverdue, enum.SalePending, "", 0},
		"contested, paid":           {[]string{"pay", "contest", "pay"}, enum.ChargePaid, enum.SaleApproved, "", 5_000 - billingtest.FeeCents},
		"contested":                 {[]string{"pay", "contest"}, enum.ChargeContested, enum.SaleApproved, "ponte.charge.contested", 0},
		"contested, refunded":       {[]string{"pay", "contest", "refund"}, enum.ChargeRefunded, enum.SaleRefunded, "ponte.charge.contested", 0},
		"refunded":                  {[]string{"pay", "refund"}, enum.ChargeRefunded, enum.SaleRefunded, "ponte.charge.refunded", 0},
		"canceled":                  {[]string{"cancel"}, enum.ChargeCanceled, enum.SaleCanceled, "", 0},
		"expired":                   {[]string{"expire"}, enum.ChargeExpired, enum.SaleExpired, "", 0},
		"settled, paid, refunded":   {[]string{"settle", "pay", "refund"}, enum.ChargeRefunded, enum.SaleRefunded, "ponte.charge.refunded", 0},
		"canceled, paid, contested": {[]string{"cancel", "pay", "contest"}, enum.ChargeContested, enum.SaleApproved, "ponte.charge.contested", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			sold, charges := w.Issued(5_000, 1)
			_, _, parcels := w.IssuedCarnet(10_000, 2)
			w.UntilIdle()
			for _, c := range []*db.Charge{charges[0], parcels[0]} {
				for _, action := range test.actions {
					w.Act(c, action)
				}
				w.UntilStatus(c.ID, test.charge)
			}
			w.UntilSale(sold.ID, test.sale)
			quiet(w)
			for _, c := range []*db.Charge{charges[0], parcels[0]} {
				assertOnAccount(w, c, test.account)
			}
			open := map[string]int{}
			for _, one := range w.Failures() {
				if one.State == enum.FailureOpen {
					open[one.Code]++
				}
			}
			if test.failure == "" && len(open) > 0 || test.failure != "" && open[test.failure] != 2 {
				t.Errorf("open %v", open)
			}
		})
	}
}

func assertOnAccount(w *billingtest.World, c *db.Charge, want int64) {
	w.Helper()
	var sum int64
	w.Must(w.Pool.QueryRow("SELECT COALESCE(sum(amount_cents), 0) FROM entries WHERE charge_id = $1 AND account_id IS NOT NULL", c.ID).Scan(&sum))
	if sum != want {
		w.Errorf("%s has %d on the account, not %d", c.ID, sum, want)
	}
}
