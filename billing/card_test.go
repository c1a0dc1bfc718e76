package billing_test

import (
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

const (
	cardRoute   = "POST /v1/charge/:id/pay"
	retryRoute  = "POST /v1/charge/:id/retry"
	refundRoute = "POST /v1/charge/card/:id/refund"
)

// charged counts how often money was taken from a card, by the simulator's record.
func charged(w *billingtest.World, c *db.Charge) int {
	w.Helper()
	times := 0
	for _, line := range w.ProviderCharge(w.ChargeNow(c.ID)).History {
		if strings.HasPrefix(line.Message, "Pagamento efetuado") {
			times++
		}
	}
	return times
}

func assertCharged(w *billingtest.World, c *db.Charge, want int) {
	w.Helper()
	if got := charged(w, c); got != want {
		w.Errorf("charged %d times, not %d: %+v", got, want, w.ProviderCharge(w.ChargeNow(c.ID)).History)
	}
}

func hasToken(c *db.Charge) bool { return c.CardToken != nil && len(*c.CardToken) > 0 }

func TestCard(t *testing.T) {
	t.Parallel()
	t.Run("approved, in instalments", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		input := w.NewSale(30_000, 3)
		input.PaymentMethod, input.FirstDueDate, input.CardToken = enum.MethodCard, nil, billingtest.Ref(w.CardToken(billingtest.CardApproved))
		started, err := w.CreateSale(w.Context(), input)
		w.Must(err)
		w.UntilSale(started.Sale.ID, enum.SaleApproved)
		charges := w.Charges(started.Sale.ID)
		if c := charges[0]; len(charges) != 1 || c.CardInstallments != 3 || hasToken(c) {
			t.Errorf("charges %+v", charges)
		}
		assertBooked(w, charges[0], 30_000, 30_000, -billingtest.FeeCents)
		assertCharged(w, charges[0], 1)
		quiet(w)
	})
	t.Run("the lost answer of a payment never charges twice", func(t *testing.T) {
		t.Parallel()
		for _, mode := range []string{"deliver", "lose"} {
			w := billingtest.New(t).Ready()
			w.CallbackMode(mode)
			for kind, fault := range faults {
				fault.Route, fault.Count = cardRoute, 2
				w.FailGerencianet(fault)
				c := w.Create(w.NewCard(5_000, billingtest.CardApproved))
				w.Until("it is over", func() bool {
					status := w.ChargeNow(c.ID).Status
					return status == enum.ChargePaid || status == enum.ChargeWaiting
				})
				w.Mend()
				w.Must(w.Sweep(w.Context()))
				w.UntilStatus(c.ID, enum.ChargePaid)
				assertCharged(w, c, 1)
				if t.Failed() {
					t.Fatalf("after %s", kind)
				}
			}
			quiet(w)
		}
	})
	t.Run("refused, told, and paid with another card", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.UntilStatus(w.Create(w.NewCard(5_000, billingtest.CardRefused)).ID, enum.ChargeFailed)
		told := w.UntilFailure("ponte.charge.card_refused")
		if c.Refusal == "" || !c.CardRetryable || hasToken(c) {
			t.Errorf("refused %+v", c)
		}
		refused(t, second(w.RetryCardCharge(w.Context(), c.ID, "x", nil)), "CARD_TOKEN_INVALID")
		w.Must(second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardRefused), nil)))
		w.Until("it was refused again", func() bool { return w.Requests("gerencianet")[retryRoute] == 1 })
		w.UntilStatus(c.ID, enum.ChargeFailed)
		w.UntilIdle()
		w.Must(second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), billingtest.Ref(2))))
		w.UntilStatus(c.ID, enum.ChargePaid)
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		assertCharged(w, c, 1)
		quiet(w)
	})
	t.Run("refused for good", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.UntilStatus(w.Create(w.NewCard(5_000, billingtest.CardForbidden)).ID, enum.ChargeFailed)
		w.UntilIdle()
		refused(t, second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), nil)), "CARD_NOT_RETRYABLE")
		w.Must(second(w.CancelCharge(w.Context(), c.ID)))
		w.UntilStatus(c.ID, enum.ChargeCanceled)
		quiet(w)
	})
	for action, status := range map[string]enum.ChargeStatus{"approve": enum.ChargePaid, "refuse": enum.ChargeFailed} {
		for _, mode := range []string{"deliver", "lose"} {
			t.Run("in analysis, then "+action+", callbacks "+mode, func(t *testing.T) {
				t.Parallel()
				w := billingtest.New(t).Ready()
				c := w.UntilStatus(w.Create(w.NewCard(5_000, billingtest.CardInAnalysis)).ID, enum.ChargeWaiting)
				w.UntilIdle()
				w.CallbackMode(mode)
				w.Act(c, action)
				w.Must(w.Sweep(w.Context()))
				w.UntilStatus(c.ID, status)
				quiet(w)
			})
		}
	}
	t.Run("the lost answer of another try never charges twice", func(t *testing.T) {
		t.Parallel()
		for _, mode := range []string{"deliver", "lose"} {
			w := billingtest.New(t).Ready()
			w.CallbackMode(mode)
			for kind, fault := range faults {
				c := w.UntilStatus(w.Create(w.NewCard(5_000, billingtest.CardRefused)).ID, enum.ChargeFailed)
				w.UntilIdle()
				fault.Route = retryRoute
				w.FailGerencianet(fault)
				w.Must(second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), nil)))
				w.Until("the provider was asked", func() bool { return !hasToken(w.ChargeNow(c.ID)) })
				w.UntilIdle()
				if got := w.ChargeNow(c.ID); got.Status == enum.ChargeFailed { // the try never arrived: the payer types another card
					w.Must(second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), nil)))
				}
				w.UntilIdle()
				w.Must(w.Sweep(w.Context()))
				w.UntilStatus(c.ID, enum.ChargePaid)
				w.Mend()
				assertCharged(w, c, 1)
				if t.Failed() {
					t.Fatalf("after %s, callbacks %s", kind, mode)
				}
			}
			quiet(w)
		}
	})
	t.Run("a late notice of the first refusal leaves the second card alone", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.CallbackMode("hold")
		c := w.UntilStatus(w.Create(w.NewCard(5_000, billingtest.CardRefused)).ID, enum.ChargeFailed)
		w.FailGerencianet(billingtest.Fault{Route: retryRoute, Kind: "status", Status: 400, Count: 1, Body: `{"code":4600034,"error":"limit","error_description":"limite"}`})
		w.Must(second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), nil)))
		w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")[retryRoute] > 0 })
		w.CallbackMode("deliver")
		w.UntilStatus(c.ID, enum.ChargePaid)
		assertCharged(w, c, 1)
		quiet(w)
		for _, one := range w.Failures() {
			if one.State != enum.FailureResolved {
				t.Errorf("%s is %s", one.Code, one.State)
			}
		}
	})
	t.Run("a late notice or a sweep that meets the first refusal does not hide an unanswered try", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.SettleWindow = 3_000 * ms })).Ready()
		w.Charge(5_000) // gives the sweep a list to read
		w.CallbackMode("hold")
		c := w.UntilStatus(w.Create(w.NewCard(5_000, billingtest.CardRefused)).ID, enum.ChargeFailed)
		w.UntilIdle()
		w.FailGerencianet(billingtest.Fault{Route: retryRoute, Kind: "late", DelayMs: 1_500})
		w.Must(second(w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), nil)))
		w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")[retryRoute] > 0 })
		w.CallbackMode("deliver")
		w.Until("it was read", func() bool { return w.Requests("gerencianet")["GET /v1/notification/:token"] > 0 })
		lists := w.Requests("gerencianet")["GET /v1/charges"]
		w.Must(w.Sweep(w.Context()))
		w.Until("it was swept", func() bool { return w.Requests("gerencianet")["GET /v1/charges"] > lists+1 })
		if now := w.ChargeNow(c.ID); now.SentAt == nil && now.Status != enum.ChargePaid {
			t.Error("the moment of the second card's sending is forgotten")
		}
		if _, err := w.RetryCardCharge(w.Context(), c.ID, w.CardToken(billingtest.CardApproved), nil); err == nil {
			t.Error("a second card was taken while the first may still be charged")
		}
		w.UntilStatus(c.ID, enum.ChargePaid)
		assertCharged(w, c, 1)
		quiet(w)
	})
}

func TestCardRefund(t *testing.T) {
	t.Parallel()
	t.Run("a part, then the rest", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.PaidCard(5_000)
		w.UntilRefund(w.Refund(c, 2_000).Refund.ID, enum.RefundDone)
		assertBooked(w, c, 5_000, 5_000, -billingtest.FeeCents, -2_000, -2_000)
		quiet(w)
		w.UntilRefund(w.Refund(c, 0).Refund.ID, enum.RefundDone)
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
		if len(w.Failures()) != 0 {
			t.Errorf("failures %+v", w.Failures())
		}
	})
	for _, kind := range []string{"", "drop_before", "drop_after", "delay", "status", "garbage", "late"} {
		t.Run("the whole: "+kind, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			c := w.PaidCard(5_000)
			w.UntilIdle()
			if kind != "" {
				w.FailGerencianet(billingtest.Fault{Route: refundRoute, Kind: kind, DelayMs: 300})
			}
			started := w.Refund(c, 0)
			w.UntilIdle()
			if w.Refunds(c)[0].State == enum.RefundUnknown { // it never arrived: a person has looked, and asks again
				w.UntilFailure("ponte.refund.uncertain")
				w.Must(second(w.RetryOperation(w.Context(), started.Operation.ID)))
			}
			w.UntilRefund(started.Refund.ID, enum.RefundDone)
			w.UntilStatus(c.ID, enum.ChargeRefunded)
			quiet(w)
			if got := w.ProviderCharge(c); got.Refunded() != 5_000 {
				t.Errorf("given back %d", got.Refunded())
			}
			for _, one := range w.Failures() {
				if one.State != enum.FailureResolved {
					t.Errorf("%s is %s", one.Code, one.State)
				}
			}
		})
	}
	for kind, fault := range faults {
		t.Run("a part, which is never taken for refused when it was done: "+kind, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			c := w.PaidCard(5_000)
			w.UntilIdle()
			fault.Route, fault.Count = refundRoute, 1
			w.FailGerencianet(fault)
			w.Refund(c, 2_000)
			w.UntilIdle()
			state, given := w.Refunds(c)[0].State, int64(0)
			w.Until("a late request has arrived", func() bool {
				given = w.ProviderCharge(c).Refunded()
				return kind != "late" || given > 0
			})
			if state == enum.RefundFailed && given > 0 || state == enum.RefundDone && given != 2_000 {
				t.Errorf("%s, but %d were given back", state, given)
			}
		})
	}
	t.Run("an unanswered part is left to a person", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.PaidCard(5_000)
		w.UntilIdle()
		w.FailGerencianet(billingtest.Fault{Route: refundRoute, Kind: "drop_before"})
		started := w.Refund(c, 2_000)
		w.UntilFailure("ponte.refund.uncertain")
		w.UntilIdle()
		if got := w.Requests("gerencianet")[refundRoute]; got != 1 {
			t.Errorf("asked %d times", got)
		}
		refused(t, second(w.RefundCharge(w.Context(), billing.NewRefund{ID: c.ID, AmountCents: billingtest.Ref(int64(4_000))})), "REFUND_AMOUNT")
		w.Must(second(w.RetryOperation(w.Context(), started.Operation.ID)))
		w.UntilRefund(started.Refund.ID, enum.RefundDone)
		quiet(w)
	})
	t.Run("made at the provider's panel", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.PaidCard(5_000)
		w.Act(c, "refund")
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		w.UntilFailure("ponte.charge.refunded")
		quiet(w)
	})
	t.Run("what can't be given back is refused", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		boleto := w.Charge(5_000)
		w.Pay(boleto, billingtest.Payment{})
		w.UntilStatus(boleto.ID, enum.ChargePaid)
		refused(t, second(w.RefundCharge(w.Context(), billing.NewRefund{ID: boleto.ID})), "CHARGE_STATUS")
		c := w.PaidCard(5_000)
		for _, cents := range []int64{0, -1, 5_001} {
			refused(t, second(w.RefundCharge(w.Context(), billing.NewRefund{ID: c.ID, AmountCents: &cents})), "REFUND_AMOUNT")
		}
		quiet(w)
	})
}

func TestLink(t *testing.T) {
	t.Parallel()
	for via, refundable := range map[string]bool{"boleto": false, "card": true} {
		for _, notify := range []bool{true, false} {
			t.Run("paid by "+via, func(t *testing.T) {
				t.Parallel()
				w := billingtest.New(t).Ready()
				for _, route := range []string{reserveRoute, "POST /v1/charge/:id/link"} {
					w.FailGerencianet(billingtest.Fault{Route: route, Kind: "drop_after"})
				}
				c := w.ChargeOf(enum.MethodLink, 5_000)
				w.Control("POST", "/gerencianet/charges/"+*c.ProviderID+"/pay", map[string]any{"via": via, "notify": notify}, nil)
				w.Must(w.Sweep(w.Context()))
				paid := w.UntilStatus(c.ID, enum.ChargePaid)
				assertBooked(w, paid, 5_000, 5_000, -billingtest.FeeCents)
				quiet(w)
				paid = w.ChargeNow(c.ID)
				if want := map[string]enum.PaymentMethod{"boleto": enum.MethodBoleto, "card": enum.MethodCard}[via]; paid.PaidWith == nil || *paid.PaidWith != want {
					t.Errorf("paid with %v", paid.PaidWith)
				}
				if _, err := w.RefundCharge(w.Context(), billing.NewRefund{ID: c.ID}); (err == nil) != refundable {
					t.Errorf("refund: %v", err)
				}
				if refundable {
					w.UntilStatus(c.ID, enum.ChargeRefunded)
				}
				quiet(w)
			})
		}
	}
	t.Run("moved, mailed, and expired", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.ChargeOf(enum.MethodLink, 5_000)
		w.UntilIdle()
		w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/link", Kind: "drop_after"})
		w.Must(second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(20))))
		w.Must(second(w.ResendCharge(w.Context(), c.ID, nil)))
		w.Until("the date has moved", func() bool { return w.ChargeNow(c.ID).DueDate == w.DueIn(20) })
		w.Until("it was mailed", func() bool { return len(w.ProviderCharge(c).Emails) == 1 })
		w.UntilIdle()
		w.Advance(22)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargeExpired)
		quiet(w)
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.ChargeOf(enum.MethodLink, 5_000)
		w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/cancel", Kind: "drop_after"})
		w.Must(second(w.CancelCharge(w.Context(), c.ID)))
		w.UntilStatus(c.ID, enum.ChargeCanceled)
		refused(t, second(w.SettleCharge(w.Context(), c.ID)), "CHARGE_STATUS")
		quiet(w)
	})
}
