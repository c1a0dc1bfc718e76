package billing_test

import (
	"fmt"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

const carnetRoute = "POST /v1/carnet"

// liveCarnets counts the carnês of which something can still be paid, by the
// simulator's own record.
func liveCarnets(w *billingtest.World) int {
	w.Helper()
	status := map[int64]string{}
	for _, one := range w.ProviderCharges() {
		status[one.ID] = one.Status
	}
	live := 0
	for _, booklet := range w.ProviderCarnets() {
		for _, id := range booklet.ChargeIDs {
			if status[id] != "canceled" {
				live++
				break
			}
		}
	}
	return live
}

func TestCarnet(t *testing.T) {
	t.Parallel()
	t.Run("twelve parcels, in one request, told, swept and mirrored", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, _, parcels := w.IssuedCarnet(120_000, 12)
		w.UntilIdle()
		booklet := w.CarnetOf(sold.ID)
		if len(parcels) != 12 || booklet.ProviderID == nil || booklet.Link == nil || booklet.Pdf == nil || booklet.Cover == nil || booklet.CoverPdf == nil || booklet.SentAt != nil {
			t.Errorf("carnê %+v", booklet)
		}
		for i, parcel := range parcels {
			if parcel.AmountCents != 10_000 || parcel.DueDate != w.DueIn(10).AddMonths(i) || parcel.Installment != i+1 || parcel.CarnetID == nil {
				t.Errorf("parcel %+v", parcel)
			}
		}
		w.Pay(parcels[0], billingtest.Payment{})
		w.Pay(parcels[1], billingtest.Silent())
		assertBooked(w, w.UntilStatus(parcels[0].ID, enum.ChargePaid), 10_000, 10_000, -billingtest.FeeCents)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(parcels[1].ID, enum.ChargePaid)
		quiet(w)
		if asked := w.Requests("gerencianet")[carnetRoute]; asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		if order := w.ProviderOrders()[0]; len(order.Installments) != 12 {
			t.Errorf("instalments %v", order.Installments)
		}
	})
	t.Run("a total that does not divide", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, _, _ := w.IssuedCarnet(10_000, 3)
		w.UntilIdle()
		parcels := w.Charges(sold.ID)
		if sum := parcels[0].AmountCents + parcels[1].AmountCents + parcels[2].AmountCents; sum != 10_000 {
			t.Errorf("the parcels add up to %d", sum)
		}
		w.Pay(parcels[2], billingtest.Payment{})
		w.UntilStatus(parcels[2].ID, enum.ChargePaid)
		quiet(w)
	})
	t.Run("each parcel repeats the whole", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		input := w.NewSale(8_990, 2)
		input.PaymentMethod, input.Repeat = enum.MethodCarnet, true
		started, err := w.CreateSale(w.Context(), input)
		w.Must(err)
		w.UntilCarnet(started.Sale.ID)
		for _, parcel := range w.Charges(started.Sale.ID) {
			if parcel.AmountCents != 8_990 {
				t.Errorf("parcel %+v", parcel)
			}
		}
		quiet(w)
	})
	t.Run("what is done to one parcel", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, booklet, parcels := w.IssuedCarnet(50_000, 5)
		w.UntilIdle()
		for _, route := range []string{"PUT /v1/carnet/:id/parcel/:parcel", "PUT /v1/carnet/:id/parcel/:parcel/cancel", "PUT /v1/carnet/:id/parcel/:parcel/settle"} {
			w.FailGerencianet(billingtest.Fault{Route: route, Kind: "drop_after"})
		}
		w.Must(second(w.ChangeDueDate(w.Context(), parcels[0].ID, w.DueIn(25))))
		w.Must(second(w.CancelCharge(w.Context(), parcels[1].ID)))
		w.Must(second(w.SettleCharge(w.Context(), parcels[2].ID)))
		w.Must(second(w.ResendCharge(w.Context(), parcels[3].ID, nil)))
		w.Must(second(w.AddChargeNote(w.Context(), parcels[3].ID, "ligou")))
		w.Must(second(w.ChangeChargeAmount(w.Context(), billing.NewAmount{ID: parcels[4].ID, AmountCents: 9_000})))
		w.Until("the date has moved", func() bool { return w.ChargeNow(parcels[0].ID).DueDate == w.DueIn(25) })
		w.UntilStatus(parcels[1].ID, enum.ChargeCanceled)
		assertBooked(w, w.UntilStatus(parcels[2].ID, enum.ChargeSettled), 10_000)
		w.UntilStatus(parcels[4].ID, enum.ChargeCanceled)
		w.Until("it was mailed", func() bool { return len(w.ProviderCharge(parcels[3]).Emails) == 1 })
		w.Until("the parcel is replaced by a boleto", func() bool {
			live := w.Charges(sold.ID)
			return live[4].Method == enum.MethodBoleto && live[4].Status == enum.ChargeWaiting && live[4].AmountCents == 9_000
		})
		quiet(w)
		if now := w.CarnetOf(sold.ID); *now.ProviderID != *booklet.ProviderID {
			t.Errorf("carnê %+v", now)
		}
		if len(w.Failures()) != 0 {
			t.Errorf("failures %+v", w.Failures())
		}
	})
	t.Run("the whole is cancelled with one parcel paid", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, booklet, parcels := w.IssuedCarnet(30_000, 3)
		w.CallbackMode("lose")
		w.Pay(parcels[1], billingtest.Payment{})
		w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/carnet/:id/cancel", Kind: "drop_after"})
		w.Must(second(w.CancelCarnet(w.Context(), booklet.ID)))
		w.UntilStatus(parcels[0].ID, enum.ChargeCanceled)
		assertBooked(w, w.UntilStatus(parcels[1].ID, enum.ChargePaid), 10_000, 10_000, -billingtest.FeeCents)
		w.UntilStatus(parcels[2].ID, enum.ChargeCanceled)
		w.UntilSale(sold.ID, enum.SaleApproved)
		quiet(w)
		refused(t, second(w.CancelCarnet(w.Context(), booklet.ID)), "CARNET_STATUS")
	})
	t.Run("the whole is resent, noted and settled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, booklet, parcels := w.IssuedCarnet(20_000, 2)
		w.UntilIdle()
		w.Must(second(w.ResendCarnet(w.Context(), booklet.ID, billingtest.Ref("a@example.test"))))
		w.Must(second(w.AddCarnetNote(w.Context(), booklet.ID, "entregue em mãos")))
		w.Until("it was mailed", func() bool { return len(w.ProviderCarnets()[0].Emails) == 1 })
		w.UntilIdle()
		w.Must(second(w.SettleCarnet(w.Context(), booklet.ID)))
		for _, parcel := range parcels {
			assertBooked(w, w.UntilStatus(parcel.ID, enum.ChargeSettled), 10_000)
		}
		w.UntilSale(sold.ID, enum.SaleApproved)
		w.Pay(parcels[0], billingtest.Payment{})
		w.UntilFailure("ponte.charge.paid_after_settlement")
		quiet(w)
	})
	t.Run("a whole sale is cancelled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, _, _ := w.IssuedCarnet(20_000, 2)
		started, err := w.CancelSale(w.Context(), sold.ID)
		w.Must(err)
		if len(started.Operations) != 1 {
			t.Errorf("operations %v", started.Operations)
		}
		w.UntilSale(sold.ID, enum.SaleCanceled)
		quiet(w)
	})
}

func TestCarnetFaults(t *testing.T) {
	t.Parallel()
	for kind, fault := range faults {
		for _, mode := range []string{"deliver", "lose"} {
			t.Run(fmt.Sprintf("%s, callbacks %s", kind, mode), func(t *testing.T) {
				t.Parallel()
				w := billingtest.New(t).Ready()
				w.CallbackMode(mode)
				fault.Route, fault.Count = carnetRoute, 2 // so that the recovery meets it again
				w.FailGerencianet(fault)
				whole, _ := w.SellCarnet(20_000, 2)
				odd, _ := w.SellCarnet(20_003, 3) // which the provider divides in its own way
				w.UntilCarnet(whole.ID)
				w.UntilCarnet(odd.ID)
				quiet(w)
				if live := liveCarnets(w); live != 2 {
					t.Errorf("%d carnês can be paid", live)
				}
				if mode == "lose" {
					return
				}
				for _, sold := range []*db.Sale{whole, odd} {
					w.Until("the carnê's id is known", func() bool { return w.CarnetOf(sold.ID).ProviderID != nil })
				}
			})
		}
	}
	t.Run("parcels found without the carnê's id can be paid, cancelled and settled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.CallbackMode("hold")
		w.FailGerencianet(billingtest.Fault{Route: carnetRoute, Kind: "drop_after"})
		_, booklet, parcels := w.IssuedCarnet(40_000, 4)
		if booklet.ProviderID != nil {
			t.Errorf("carnê %+v", booklet)
		}
		w.Pay(parcels[0], billingtest.Payment{})
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(parcels[0].ID, enum.ChargePaid)
		w.Must(second(w.CancelCharge(w.Context(), parcels[1].ID)))
		w.UntilStatus(parcels[1].ID, enum.ChargeCanceled)
		w.Must(second(w.SettleCharge(w.Context(), parcels[2].ID)))
		w.UntilStatus(parcels[2].ID, enum.ChargeSettled)
		quiet(w)
		w.CallbackMode("deliver")
		w.Until("the carnê's id is known", func() bool { now := w.CarnetOf(booklet.SaleID); return now.ProviderID != nil })
		w.Must(second(w.ChangeDueDate(w.Context(), parcels[3].ID, w.DueIn(200))))
		w.Until("the date has moved", func() bool { return w.ChargeNow(parcels[3].ID).DueDate == w.DueIn(200) })
		quiet(w)
	})
	t.Run("a parcel was cancelled at the provider before the carnê was found", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.SettleWindow = 600 * ms })).Ready()
		w.CallbackMode("lose")
		w.Control("PUT", "/gerencianet/settings", map[string]any{"listLagMs": 300}, nil)
		w.FailGerencianet(billingtest.Fault{Route: carnetRoute, Kind: "drop_after"})
		sold, _ := w.SellCarnet(30_000, 3)
		w.Until("the carnê was made", func() bool { return len(w.ProviderCarnets()) == 1 })
		for _, one := range w.ProviderCharges() {
			if one.Parcel == 2 {
				w.Control("POST", fmt.Sprintf("/gerencianet/charges/%d/cancel", one.ID), map[string]any{}, nil)
			}
		}
		for i, parcel := range w.Charges(sold.ID) {
			w.UntilStatus(parcel.ID, []enum.ChargeStatus{enum.ChargeWaiting, enum.ChargeCanceled, enum.ChargeWaiting}[i])
		}
		quiet(w)
	})
	for _, mode := range []string{"deliver", "hold", "lose"} {
		t.Run("two by late acceptance: the extra one is cancelled and told, callbacks "+mode, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.SettleWindow = 150 * ms })).Ready()
			w.CallbackMode(mode)
			w.FailGerencianet(billingtest.Fault{Route: carnetRoute, Kind: "late", DelayMs: 6_000}) // longer than the window and the wait before the next look
			sold, _ := w.SellCarnet(20_001, 3)
			w.UntilCarnet(sold.ID)
			w.Until("both have arrived", func() bool { return len(w.ProviderCarnets()) == 2 })
			if mode == "hold" {
				w.CallbackMode("deliver")
			}
			w.Must(w.Sweep(w.Context()))
			w.UntilFailure("ponte.charge.extra_cancelled")
			w.Until("one can be paid", func() bool { return liveCarnets(w) <= 1 })
			quiet(w)
			w.Must(w.Sweep(w.Context()))
			quiet(w)
			if live := liveCarnets(w); live != 1 {
				t.Errorf("%d carnês can be paid", live)
			}
			for _, parcel := range w.Charges(sold.ID) {
				if parcel.Status != enum.ChargeWaiting {
					t.Errorf("parcel %d is %s", parcel.Installment, parcel.Status)
				}
			}
		})
	}
	t.Run("both of two carnês are found while neither id is known", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.SettleWindow = 1_000 * ms })).Ready()
		w.CallbackMode("hold")
		w.FailGerencianet(billingtest.Fault{Route: carnetRoute, Kind: "late", DelayMs: 6_000, Count: 2})
		sold, _ := w.SellCarnet(20_000, 2)
		w.Until("it was asked for twice", func() bool { return w.Requests("gerencianet")[carnetRoute] == 2 })
		w.FailGerencianet(billingtest.Fault{Route: "GET /v1/charges", Kind: "status", Status: 503, Count: billingtest.Forever})
		w.Until("both have arrived", func() bool { return len(w.ProviderCarnets()) == 2 })
		w.Mend()
		w.UntilCarnet(sold.ID)
		w.Must(w.Sweep(w.Context()))
		w.UntilFailure("ponte.charge.extra_cancelled")
		w.CallbackMode("deliver")
		w.Until("the carnê's id is known", func() bool { return w.CarnetOf(sold.ID).ProviderID != nil })
		w.UntilIdle()
		w.Must(w.Sweep(w.Context()))
		quiet(w)
		if live := liveCarnets(w); live != 1 {
			t.Errorf("%d carnês can be paid", live)
		}
		for _, parcel := range w.Charges(sold.ID) {
			if parcel.Status != enum.ChargeWaiting {
				t.Errorf("parcel %d is %s", parcel.Installment, parcel.Status)
			}
		}
	})
	t.Run("refused, corrected and tried again", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.FailGerencianet(refusal(carnetRoute, 4600222))
		sold, booklet := w.SellCarnet(20_000, 2)
		told := w.UntilFailure("gerencianet.4600222")
		for _, parcel := range w.Charges(sold.ID) {
			if parcel.Status != enum.ChargeFailed || len(billing.Actions(parcel)) != 0 {
				t.Errorf("parcel %+v may %v", parcel, billing.Actions(parcel))
			}
		}
		if told.SubjectID != booklet.ID {
			t.Errorf("told %+v", told)
		}
		w.Must(second(w.RetryFailure(w.Context(), told.ID)))
		w.UntilCarnet(sold.ID)
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		quiet(w)
	})
	t.Run("refused and cancelled", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.FailGerencianet(refusal(carnetRoute, 4600222))
		sold, booklet := w.SellCarnet(20_000, 2)
		told := w.UntilFailure("gerencianet.4600222")
		started, err := w.CancelCarnet(w.Context(), booklet.ID)
		w.Must(err)
		if started.Operation != nil {
			t.Errorf("operation %+v", started.Operation)
		}
		w.UntilSale(sold.ID, enum.SaleCanceled)
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		quiet(w)
	})
	for kind, made := range map[string]int{"drop_after": 1, "drop_before": 0} {
		t.Run("unanswered and cancelled: "+kind, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.RetryEnd = 50 * ms })).Ready()
			w.CallbackMode("lose")
			w.FailGerencianet(billingtest.Fault{Route: carnetRoute, Kind: kind})
			w.FailGerencianet(billingtest.Fault{Route: "GET /v1/charges", Kind: "status", Status: 503, Count: billingtest.Forever})
			sold, booklet := w.SellCarnet(20_000, 2)
			for _, parcel := range w.Charges(sold.ID) {
				w.UntilStatus(parcel.ID, enum.ChargeFailed)
			}
			w.Mend()
			w.Must(second(w.CancelCarnet(w.Context(), booklet.ID)))
			w.UntilSale(sold.ID, enum.SaleCanceled)
			w.UntilIdle()
			if all := len(w.ProviderCarnets()); all != made || liveCarnets(w) != 0 {
				t.Errorf("%d carnês, %d can be paid", all, liveCarnets(w))
			}
			quiet(w)
		})
	}
	t.Run("a carnê whose worker died is found by the next", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) { timing.ProviderTimeout = 500 * ms })).Ready()
		lost := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
		w.Run(lost)
		w.FailGerencianet(billingtest.Fault{Route: carnetRoute, Kind: "delay", DelayMs: 400})
		sold, _ := w.SellCarnet(30_000, 3)
		w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")[carnetRoute] == 1 })
		w.Must(lost.SQL.Close())
		w.Run(w.Service)
		w.UntilCarnet(sold.ID)
		quiet(w)
		if live := liveCarnets(w); live != 1 {
			t.Errorf("%d carnês can be paid", live)
		}
	})
}
