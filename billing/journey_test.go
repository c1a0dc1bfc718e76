package billing_test

import (
	"context"
	"flag"
	"slices"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

const ms = time.Millisecond

// propertyChecks is how many inputs a property is tried on: each costs a while.
// The flag -rapid.checks asks for another number.
const propertyChecks = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set(propertyChecks)
	}
	billingtest.Main(m)
}

// booked answers the kinds and amounts of a charge's entries, in order.
func booked(w *billingtest.World, c *db.Charge) []int64 {
	w.Helper()
	entries, err := c.QueryEntries().Order(db.Asc("created_at"), db.Asc("id")).All(context.Background())
	w.Must(err)
	amounts := []int64{}
	for _, one := range entries {
		amounts = append(amounts, one.AmountCents)
	}
	slices.Sort(amounts)
	return amounts
}

func assertBooked(w *billingtest.World, c *db.Charge, want ...int64) {
	w.Helper()
	slices.Sort(want)
	if got := booked(w, c); !slices.Equal(got, want) {
		w.Errorf("booked %v, not %v", got, want)
	}
}

// quiet waits until nothing is under way and compares all promises.
func quiet(w *billingtest.World) {
	w.Helper()
	w.UntilIdle()
	w.AssertPromises()
}

func TestJourney(t *testing.T) {
	t.Parallel()
	t.Run("a boleto is issued, paid, booked and mirrored", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(10_000, 1)
		if c := charges[0]; c.BarCode == nil || c.TypeableLine == nil || c.Link == nil || c.Pdf == nil || c.PixCode == nil || c.Number == 0 || c.SentAt != nil {
			t.Errorf("issued %+v", c)
		}
		w.Pay(charges[0], billingtest.Payment{})
		paid := w.UntilStatus(charges[0].ID, enum.ChargePaid)
		if *paid.PaidCents != 10_000 || *paid.PaidOn != w.Today() {
			t.Errorf("paid %d on %s", *paid.PaidCents, *paid.PaidOn)
		}
		w.UntilSale(sold.ID, enum.SaleApproved)
		assertBooked(w, paid, 10_000, 10_000, -billingtest.FeeCents)
		quiet(w)
		order := w.ProviderOrders()[0]
		if got := order.History[len(order.History)-1]["tipo_status"]; got != "Atendido" {
			t.Errorf("the order is %v", got)
		}
		if len(w.Failures()) != 0 {
			t.Errorf("failures %+v", w.Failures())
		}
	})
	t.Run("three instalments: one told, one swept, one cancelled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(10_000, 3)
		if charges[0].AmountCents+charges[1].AmountCents+charges[2].AmountCents != 10_000 || charges[2].DueDate != charges[0].DueDate.AddMonths(2) {
			t.Errorf("charges %+v", charges)
		}
		w.Pay(charges[0], billingtest.Payment{})
		w.Pay(charges[1], billingtest.Silent())
		w.UntilStatus(charges[0].ID, enum.ChargePaid)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(charges[1].ID, enum.ChargePaid)
		_, err := w.CancelCharge(w.Context(), charges[2].ID)
		w.Must(err)
		w.UntilStatus(charges[2].ID, enum.ChargeCanceled)
		w.UntilSale(sold.ID, enum.SaleApproved)
		quiet(w)
		order := w.ProviderOrders()[0]
		if len(order.Installments) != 3 || order.Installments[0]["forma_pagamento"] != "Boleto" {
			t.Errorf("instalments %v", order.Installments)
		}
	})
	t.Run("a fee of 0 is not booked", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		_, err := w.SaveGerencianet(w.Context(), billing.GerencianetSettings{FeeCents: billingtest.Ref(int64(0))})
		w.Must(err)
		c := w.Charge(5_000)
		w.Pay(c, billingtest.Payment{})
		assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 5_000, 5_000)
		quiet(w)
	})
	t.Run("settled by hand: no money on the account, no fee", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		_, err := w.SettleCharge(w.Context(), c.ID)
		w.Must(err)
		assertBooked(w, w.UntilStatus(c.ID, enum.ChargeSettled), 5_000)
		quiet(w)
	})
	t.Run("a whole sale is cancelled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, _ := w.Issued(10_000, 2)
		started, err := w.CancelSale(w.Context(), sold.ID)
		w.Must(err)
		if len(started.Operations) != 2 {
			t.Errorf("operations %v", started.Operations)
		}
		w.UntilSale(sold.ID, enum.SaleCanceled)
		quiet(w)
		refused(t, second(w.CancelSale(w.Context(), sold.ID)), "NOTHING_OPEN")
	})
	t.Run("a cancelled charge is replaced once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(10_000, 1)
		w.Must(second(w.CancelCharge(w.Context(), charges[0].ID)))
		w.UntilStatus(charges[0].ID, enum.ChargeCanceled)
		input := billing.NewCharge{Replaces: &charges[0].ID, DueDate: billingtest.Ref(w.DueIn(20)), IdempotencyKey: billingtest.Ref("again")}
		replaced, err := w.CreateCharge(w.Context(), input)
		w.Must(err)
		repeated, err := w.CreateCharge(w.Context(), input)
		w.Must(err)
		if !repeated.Replayed || repeated.Charge.ID != replaced.Charge.ID || replaced.Charge.Number == 0 || repeated.Operation.ID != replaced.Operation.ID {
			t.Errorf("replaced %+v, repeated %+v", replaced, repeated)
		}
		fresh := w.UntilStatus(replaced.Charge.ID, enum.ChargeWaiting)
		input.IdempotencyKey = nil
		refused(t, second(w.CreateCharge(w.Context(), input)), "CHARGE_STATUS")
		w.Pay(fresh, billingtest.Payment{})
		w.UntilSale(sold.ID, enum.SaleApproved)
		w.Pay(charges[0], billingtest.Payment{})
		w.UntilFailure("ponte.charge.late_payment")
		quiet(w)
	})
}

// second answers the error of a call.
func second[T any](_ T, err error) error { return err }

// refused fails the test unless the error is a refusal with the code.
func refused(t testing.TB, err error, code string) billing.Problem {
	t.Helper()
	refusal, ok := billing.AsRefusal(err)
	if !ok || refusal[0].Code != code {
		t.Fatalf("%v is not a refusal %s", err, code)
	}
	if refusal[0].Text.PT == "" || refusal[0].Text.EN == "" {
		t.Errorf("%s has no text", code)
	}
	return refusal[0]
}

func TestPaidValue(t *testing.T) {
	t.Parallel()
	terms := &billing.Terms{
		FineHundredths: billingtest.Ref(200), MonthlyInterestHundredths: billingtest.Ref(300),
		DiscountCents: billingtest.Ref(int64(500)), DiscountDays: billingtest.Ref(3), DaysToWriteOff: billingtest.Ref(60),
	}
	for name, test := range map[string]struct{ days, want int64 }{
		"early, with the discount":              {days: 0, want: 9_500},
		"in time, without it":                   {days: 9, want: 10_000},
		"ten days late, with fine and interest": {days: 20, want: 10_000 + 200 + 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			input := w.NewCharge(10_000)
			input.Terms = terms
			started, err := w.CreateCharge(w.Context(), input)
			w.Must(err)
			c := w.UntilStatus(started.Charge.ID, enum.ChargeWaiting)
			if test.days > 0 {
				w.Advance(int(test.days))
			}
			w.Pay(c, billingtest.Payment{})
			paid := w.UntilStatus(c.ID, enum.ChargePaid)
			if *paid.PaidCents != test.want {
				t.Errorf("paid %d, not %d", *paid.PaidCents, test.want)
			}
			assertBooked(w, paid, test.want, test.want, -billingtest.FeeCents)
			quiet(w)
		})
	}
}

func TestSettlement(t *testing.T) {
	t.Parallel()
	t.Run("by the sweep alone, on time", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Sweeping(100*ms)).Ready()
		w.CallbackMode("lose")
		c := w.Charge(7_500)
		w.Pay(c, billingtest.Payment{})
		assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 7_500, 7_500, -billingtest.FeeCents)
	})
	t.Run("by callback and sweep at once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.Control("PUT", "/gerencianet/callbacks/settings", map[string]any{"duplicate": 3, "shuffle": true}, nil)
		charges := make([]*db.Charge, 8)
		for i := range charges {
			charges[i] = w.Charge(int64(5_000 + i))
		}
		for _, c := range charges {
			w.Pay(c, billingtest.Payment{})
			w.Must(w.Sweep(w.Context()))
		}
		for _, c := range charges {
			assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), c.AmountCents, c.AmountCents, -billingtest.FeeCents)
		}
		quiet(w)
	})
	t.Run("refunded: every entry is reversed and somebody is told", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, charges := w.Issued(5_000, 1)
		w.Pay(charges[0], billingtest.Payment{})
		c := w.UntilStatus(charges[0].ID, enum.ChargePaid)
		w.Act(c, "refund")
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		assertBooked(w, c, 5_000, 5_000, -billingtest.FeeCents, -5_000, -5_000, billingtest.FeeCents)
		w.UntilFailure("ponte.charge.refunded")
		w.UntilSale(sold.ID, enum.SaleRefunded)
		quiet(w)
	})
	t.Run("contested, won and refunded in the end", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		w.Pay(c, billingtest.Payment{})
		w.UntilStatus(c.ID, enum.ChargePaid)
		w.Act(c, "contest")
		w.UntilStatus(c.ID, enum.ChargeContested)
		told := w.UntilFailure("ponte.charge.contested")
		w.Pay(c, billingtest.Payment{})
		w.UntilStatus(c.ID, enum.ChargePaid)
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		w.UntilIdle()
		w.AssertPromises()
		w.Act(c, "refund")
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		check, err := w.CheckLedger(w.Context())
		w.Must(err)
		if !check.OK() || len(booked(w, c)) != 12 {
			t.Errorf("%+v, booked %v", check, booked(w, c))
		}
		quiet(w)
	})
	t.Run("paid and refunded while nobody told us", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		w.CallbackMode("lose")
		w.Pay(c, billingtest.Payment{})
		w.Act(c, "refund")
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		assertBooked(w, c, 5_000, 5_000, -billingtest.FeeCents, -5_000, -5_000, billingtest.FeeCents)
		quiet(w)
	})
	for action, status := range map[string]enum.ChargeStatus{"cancel": enum.ChargeCanceled, "expire": enum.ChargeExpired} {
		t.Run("paid after "+action, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			c := w.Charge(5_000)
			w.Act(c, action)
			w.UntilStatus(c.ID, status)
			w.Pay(c, billingtest.Payment{Force: true})
			assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 5_000, 5_000, -billingtest.FeeCents)
			w.UntilFailure("ponte.charge.late_payment")
			quiet(w)
		})
	}
	t.Run("paid after it was settled by hand: the document is written off once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		w.Must(second(w.SettleCharge(w.Context(), c.ID)))
		w.UntilStatus(c.ID, enum.ChargeSettled)
		w.Pay(c, billingtest.Payment{})
		assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 5_000, 5_000, -billingtest.FeeCents)
		w.UntilFailure("ponte.charge.paid_after_settlement")
		quiet(w)
	})
}

func TestChargeActions(t *testing.T) {
	t.Parallel()
	t.Run("the due date of an overdue charge moves, and the order's with it", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		_, charges := w.Issued(5_000, 1)
		c := charges[0]
		w.Advance(11)
		w.UntilStatus(c.ID, enum.ChargeOverdue)
		w.Must(second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(5))))
		w.Until("the date has moved", func() bool { return w.ChargeNow(c.ID).DueDate == w.DueIn(5) })
		w.UntilStatus(c.ID, enum.ChargeWaiting)
		quiet(w)
		if got := w.ProviderOrders()[0].Installments[0]["data_parcela"]; got != string(w.DueIn(5)) {
			t.Errorf("the instalment is due on %v", got)
		}
		refused(t, second(w.ChangeDueDate(w.Context(), c.ID, w.Today())), "DUE_DATE_PAST")
	})
	t.Run("an unanswered change of the due date is done once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/billet", Kind: "drop_after"})
		w.Must(second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(30))))
		refused(t, second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(31))), "OPERATION_UNDER_WAY")
		w.Until("the date has moved", func() bool { return w.ChargeNow(c.ID).DueDate == w.DueIn(30) })
		if count := w.Requests("gerencianet")["PUT /v1/charge/:id/billet"]; count != 1 {
			t.Errorf("asked %d times", count)
		}
		quiet(w)
	})
	t.Run("cancel is repeated until it is certain", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		for _, kind := range []string{"drop_before", "drop_after", "status", "html", "garbage", "truncate"} {
			c := w.Charge(5_000)
			w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/cancel", Kind: kind, Count: 2})
			w.Must(second(w.CancelCharge(w.Context(), c.ID)))
			w.UntilStatus(c.ID, enum.ChargeCanceled)
			w.Mend()
		}
		quiet(w)
	})
	t.Run("a cancel that comes too late tells what the charge is", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.CallbackMode("lose")
		c := w.Charge(5_000)
		w.Pay(c, billingtest.Payment{})
		w.Must(second(w.CancelCharge(w.Context(), c.ID)))
		w.UntilStatus(c.ID, enum.ChargePaid)
		w.UntilFailure("gerencianet.3500043")
		quiet(w)
	})
	t.Run("a second copy is mailed once; in doubt a person decides", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.Charge(5_000)
		refused(t, second(w.ResendCharge(w.Context(), c.ID, billingtest.Ref("nobody"))), "EMAIL_INVALID")
		w.Must(second(w.ResendCharge(w.Context(), c.ID, nil)))
		w.Until("it was mailed", func() bool { return len(w.ProviderCharge(c).Emails) == 1 })
		w.UntilIdle()
		w.FailGerencianet(billingtest.Fault{Route: "POST /v1/charge/:id/billet/resend", Kind: "drop_after"})
		started, err := w.ResendCharge(w.Context(), c.ID, billingtest.Ref("outra@example.test"))
		w.Must(err)
		told := w.UntilFailure("ponte.operation.resend_uncertain")
		if got := w.ProviderCharge(c).Emails; len(got) != 2 {
			t.Errorf("mailed to %v", got)
		}
		w.Must(second(w.RetryOperation(w.Context(), started.Operation.ID)))
		w.Until("it was mailed again", func() bool { return len(w.ProviderCharge(c).Emails) == 3 })
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
	})
}
