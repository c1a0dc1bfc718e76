package billing_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/db/refund"
	"ponte/ent/enum"
)

// pixKinds are the two kinds of Pix, with the route that issues each.
var pixKinds = map[string]struct {
	route string
	input func(w *billingtest.World) billing.NewCharge
}{
	"immediate":       {"PUT /v2/cob/:txid", func(w *billingtest.World) billing.NewCharge { return w.NewPix(5_000, 3_600) }},
	"with a due date": {"PUT /v2/cobv/:txid", func(w *billingtest.World) billing.NewCharge { return w.NewChargeOf(enum.MethodPix, 5_000) }},
}

func pixReads(w *billingtest.World) int {
	asked := w.Requests("pix")
	return asked["GET /v2/cob/:txid"] + asked["GET /v2/cobv/:txid"]
}

// paidPix issues a Pix and has it paid.
func paidPix(w *billingtest.World, input billing.NewCharge) *db.Charge {
	w.Helper()
	c := w.UntilStatus(w.Create(input).ID, enum.ChargeWaiting)
	w.PayPix(c, billingtest.Payment{})
	return w.UntilStatus(c.ID, enum.ChargePaid)
}

func TestPix(t *testing.T) {
	t.Parallel()
	for name, kind := range pixKinds {
		t.Run(name+": told, with the true fee", func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready().RegisteredPix()
			c := paidPix(w, kind.input(w))
			assertBooked(w, c, 5_000, 5_000, -billingtest.PixFeeCents)
			if c.EndToEndID == nil || *c.PaidOn != w.Today() {
				t.Errorf("paid %+v", c)
			}
			quiet(w)
		})
		t.Run(name+": swept, however its requests end", func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready() // no webhook
			charges := []*db.Charge{}
			for _, fault := range faults {
				fault.Route = kind.route
				w.FailPix(fault)
				c := w.UntilStatus(w.Create(kind.input(w)).ID, enum.ChargeWaiting)
				w.Mend()
				w.PayPix(c, billingtest.Payment{})
				charges = append(charges, c)
			}
			w.Must(w.Sweep(w.Context()))
			for _, c := range charges {
				assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 5_000, 5_000, -billingtest.PixFeeCents)
			}
			quiet(w)
		})
		t.Run(name+": cancelled and settled, and asked for only once", func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			route := strings.Replace(kind.route, "PUT", "PATCH", 1)
			canceled, settled := w.UntilStatus(w.Create(kind.input(w)).ID, enum.ChargeWaiting), w.UntilStatus(w.Create(kind.input(w)).ID, enum.ChargeWaiting)
			w.FailPix(billingtest.Fault{Route: route, Kind: "drop_after", Count: 2})
			w.Must(second(w.CancelCharge(w.Context(), canceled.ID)))
			w.Must(second(w.SettleCharge(w.Context(), settled.ID)))
			w.UntilStatus(canceled.ID, enum.ChargeCanceled)
			assertBooked(w, w.UntilStatus(settled.ID, enum.ChargeSettled), 5_000)
			w.Must(w.Sweep(w.Context()))
			quiet(w)
		})
		t.Run(name+": removed by the provider", func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			c := w.UntilStatus(w.Create(kind.input(w)).ID, enum.ChargeWaiting)
			w.Control("POST", "/pix/charges/"+*c.ProviderID+"/remove", map[string]any{}, nil)
			w.Must(w.Sweep(w.Context()))
			w.UntilStatus(c.ID, enum.ChargeCanceled)
			quiet(w)
		})
	}
	t.Run("an immediate one expires, and is paid too late all the same", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.UntilStatus(w.Create(w.NewPix(5_000, 3_600)).ID, enum.ChargeWaiting)
		w.Advance(1)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargeExpired)
		w.PayPix(c, billingtest.Payment{Force: true})
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargePaid)
		w.UntilFailure("ponte.charge.late_payment")
		quiet(w)
	})
	t.Run("one with a due date is overdue, moves, and expires", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		input := w.NewChargeOf(enum.MethodPix, 5_000)
		input.Terms = &billing.Terms{FineHundredths: billingtest.Ref(200), DaysToWriteOff: billingtest.Ref(5)}
		c := w.UntilStatus(w.Create(input).ID, enum.ChargeWaiting)
		w.Advance(12)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargeOverdue)
		w.FailPix(billingtest.Fault{Route: "PATCH /v2/cobv/:txid", Kind: "drop_after"})
		w.Must(second(w.ChangeDueDate(w.Context(), c.ID, w.DueIn(3))))
		w.UntilStatus(c.ID, enum.ChargeWaiting)
		w.UntilIdle()
		w.Advance(10)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargeExpired)
		quiet(w)
	})
	t.Run("a callback of a Pix that nobody knows does nothing", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		c := w.UntilStatus(w.Create(w.NewPix(5_000, 3_600)).ID, enum.ChargeWaiting)
		quiet(w)
		secret, before := pixSecret(w), pixReads(w)
		for _, body := range []string{
			`{"pix":[{"endToEndId":"E1","txid":"` + strings.Repeat("z", 30) + `","valor":"50.00"}]}`,
			`{"pix":[{"endToEndId":"E2","valor":"50.00"}]}`, `{"pix":[]}`, `{}`, ``,
		} {
			w.Must(w.ReceivePix(w.Context(), secret, body, "203.0.113.7"))
		}
		for _, body := range []string{`x`, `[]`, `{"pix":[` + strings.Repeat(`{},`, billing.MaxPixPayments) + `{}]}`} {
			if err := w.ReceivePix(w.Context(), secret, body, "203.0.113.7"); err == nil {
				t.Errorf("taken: %.20s", body)
			}
		}
		if err := w.ReceivePix(w.Context(), "wrong", `{}`, ""); err == nil {
			t.Error("a wrong address was taken")
		}
		quiet(w)
		if asked := pixReads(w) - before; asked != 0 || w.ChargeNow(c.ID).Status != enum.ChargeWaiting || len(w.Failures()) != 0 {
			t.Errorf("asked %d times, failures %+v", asked, w.Failures())
		}
		forged := fmt.Sprintf(`{"pix":[{"endToEndId":"E3","txid":%q,"valor":"50.00"}]}`, *c.ProviderID)
		w.Must(w.ReceivePix(w.Context(), secret, forged, "")) // of ours: it is asked for, and not believed
		quiet(w)
		if now := w.ChargeNow(c.ID); now.Status != enum.ChargeWaiting || pixReads(w)-before != 1 {
			t.Errorf("%s after %d reads", now.Status, pixReads(w)-before)
		}
	})
	t.Run("a thousand callbacks at once are read a few times", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.NoticeInterval = 1_000 * ms })).Ready()
		c := w.UntilStatus(w.Create(w.NewPix(5_000, 3_600)).ID, enum.ChargeWaiting)
		w.PayPix(c, billingtest.Payment{})
		secret, before := pixSecret(w), pixReads(w)
		body := fmt.Sprintf(`{"pix":[{"endToEndId":"E1","txid":%q,"valor":"50.00"}]}`, *c.ProviderID)
		var senders sync.WaitGroup
		for range 10 {
			senders.Go(func() {
				for range 100 {
					if err := w.ReceivePix(w.Context(), secret, body, ""); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		senders.Wait()
		assertBooked(w, w.UntilStatus(c.ID, enum.ChargePaid), 5_000, 5_000, -billingtest.PixFeeCents)
		quiet(w)
		if asked := pixReads(w) - before; asked > 20 { // one a second, however long this machine takes for them
			t.Errorf("the provider was asked %d times", asked)
		}
	})
	t.Run("a person's own id, paid before our answer came", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		w.Control("PUT", "/pix/settings", map[string]any{"autoPay": true, "autoPayMs": 1}, nil)
		w.FailPix(billingtest.Fault{Route: "PUT /v2/cob/:txid", Kind: "drop_after", Count: 2})
		c := w.UntilStatus(w.Create(w.NewPix(900, 3_600)).ID, enum.ChargePaid)
		assertBooked(w, c, 900, 900, -billingtest.PixFeeCents)
		quiet(w)
	})
}

// pixSecret is the unguessable part of the address of Pix callbacks.
func pixSecret(w *billingtest.World) string {
	w.Helper()
	boleto := w.Charge(5_000)
	w.UntilIdle()
	return secretOf(w, boleto)
}

func TestPixRefund(t *testing.T) {
	t.Parallel()
	t.Run("two parts, then the rest, however the requests end", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		c := paidPix(w, w.NewPix(5_000, 3_600))
		for _, kind := range []string{"drop_after", "drop_before", "late"} {
			w.FailPix(billingtest.Fault{Route: "PUT /v2/pix/:e2eId/devolucao/:id", Kind: kind, DelayMs: 50})
			cents := map[string]int64{"drop_after": 1_000, "drop_before": 1_500}[kind]
			started := w.Refund(c, cents)
			if kind == "late" {
				refused(t, second(w.RefundCharge(w.Context(), billing.NewRefund{ID: c.ID, AmountCents: billingtest.Ref(int64(1))})), "REFUND_AMOUNT")
			}
			w.UntilRefund(started.Refund.ID, enum.RefundDone)
		}
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
		if now := w.ChargeNow(c.ID); now.RefundedCents != 5_000 || len(w.Failures()) != 0 {
			t.Errorf("%+v, failures %+v", now, w.Failures())
		}
		if got := w.ProviderPix(c); got.Refunded() != 5_000 || len(got.Received[0].Refunds) != 3 {
			t.Errorf("the provider gave back %+v", got.Received)
		}
	})
	t.Run("a part stays paid, and the key is exact", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		c := paidPix(w, w.NewPix(5_000, 3_600))
		input := billing.NewRefund{ID: c.ID, AmountCents: billingtest.Ref(int64(1_200)), IdempotencyKey: billingtest.Ref("r1")}
		first, err := w.RefundCharge(w.Context(), input)
		w.Must(err)
		again, err := w.RefundCharge(w.Context(), input)
		w.Must(err)
		if !again.Replayed || again.Refund.ID != first.Refund.ID {
			t.Errorf("again %+v", again)
		}
		w.UntilRefund(first.Refund.ID, enum.RefundDone)
		assertBooked(w, w.ChargeNow(c.ID), 5_000, 5_000, -billingtest.PixFeeCents, -1_200, -1_200)
		quiet(w)
		if status := w.ChargeNow(c.ID).Status; status != enum.ChargePaid {
			t.Errorf("the charge is %s", status)
		}
	})
	t.Run("not done: a person is told, and it can be asked for again", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		c := paidPix(w, w.NewPix(5_000, 3_600))
		w.Control("PUT", "/pix/settings", map[string]any{"refundFails": true}, nil)
		w.UntilRefund(w.Refund(c, 0).Refund.ID, enum.RefundFailed)
		w.UntilFailure("ponte.refund.failed")
		assertBooked(w, w.ChargeNow(c.ID), 5_000, 5_000, -billingtest.PixFeeCents)
		w.Control("PUT", "/pix/settings", map[string]any{"refundFails": false}, nil)
		w.UntilRefund(w.Refund(c, 0).Refund.ID, enum.RefundDone)
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
	})
	t.Run("refused for good: another can be asked for", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		c := paidPix(w, w.NewPix(5_000, 3_600))
		w.FailPix(billingtest.Fault{Route: "PUT /v2/pix/:e2eId/devolucao/:id", Kind: "status", Status: 400, Body: `{"nome":"valor_invalido","mensagem":"recusado"}`})
		started := w.Refund(c, 0)
		told := w.UntilFailure("gerencianet.valor_invalido")
		w.UntilRefund(started.Refund.ID, enum.RefundFailed)
		w.UntilRefund(w.Refund(c, 2_000).Refund.ID, enum.RefundDone)
		refused(t, second(w.RetryFailure(w.Context(), told.ID)), "REFUND_AMOUNT") // the whole is no longer there
		quiet(w)
		w.Must(second(w.Pool.Exec("UPDATE refunds SET amount_cents = 3000 WHERE id = $1", started.Refund.ID)))
		w.Must(second(w.RetryFailure(w.Context(), told.ID)))
		w.UntilRefund(started.Refund.ID, enum.RefundDone)
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
	})
	t.Run("made elsewhere", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready().RegisteredPix()
		c := paidPix(w, w.NewPix(5_000, 3_600))
		elsewhere(w, c, "other1", 1_000)
		w.Must(w.Sweep(w.Context()))
		w.Until("it is booked", func() bool { return w.ChargeNow(c.ID).RefundedCents == 1_000 })
		w.Must(w.Sweep(w.Context()))
		w.UntilIdle()
		assertBooked(w, w.ChargeNow(c.ID), 5_000, 5_000, -billingtest.PixFeeCents, -1_000, -1_000)
		quiet(w)
	})
	t.Run("paid and a part given back elsewhere before anybody told", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.UntilStatus(w.Create(w.NewPix(5_000, 3_600)).ID, enum.ChargeWaiting)
		w.PayPix(c, billingtest.Payment{})
		elsewhere(w, c, "other1", 1_000)
		for range 3 {
			w.Must(w.Sweep(w.Context()))
			w.UntilIdle()
		}
		assertBooked(w, w.ChargeNow(c.ID), 5_000, 5_000, -billingtest.PixFeeCents, -1_000, -1_000)
		quiet(w)
	})
	t.Run("a part made elsewhere while we give the whole back", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		c := w.UntilStatus(w.Create(w.NewPix(5_000, 3_600)).ID, enum.ChargeWaiting)
		w.PayPix(c, billingtest.Payment{})
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargePaid)
		w.UntilIdle()
		elsewhere(w, w.ChargeNow(c.ID), "other1", 1_000)
		started := w.Refund(c, 0)
		w.UntilRefund(started.Refund.ID, enum.RefundDone)
		w.Must(w.Sweep(w.Context()))
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
		sum, err := w.DB.Refund.Query().Where(refund.ChargeID(c.ID), refund.StateEQ(enum.RefundDone)).Aggregate(db.Sum(refund.FieldAmountCents)).Int(w.Context())
		if err != nil || sum != 5_000 {
			t.Errorf("given back %d, %v", sum, err)
		}
	})
	t.Run("in process for long leaves few attempts", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.RetryBase, timing.RetryMax = ms, 2*ms })).Ready().RegisteredPix()
		c := paidPix(w, w.NewPix(5_000, 3_600))
		w.Control("PUT", "/pix/settings", map[string]any{"refundMs": 3_600_000}, nil)
		started := w.Refund(c, 0)
		w.Must(second(w.Pool.Exec(`INSERT INTO attempts (id, operation_id, started_at, duration_milliseconds, request, request_body, response_body, error)
			SELECT 'att_' || n, $1, now(), 1, '', '', '', '' FROM generate_series(1, 300) n`, started.Operation.ID)))
		w.Must(second(w.Pool.Exec("UPDATE operations SET tries = 300 WHERE id = $1 AND state = 'QUEUED'", started.Operation.ID)))
		w.Until("it was looked at again", func() bool {
			var kept int
			w.Must(w.Pool.QueryRow("SELECT count(*) FROM attempts WHERE operation_id = $1", started.Operation.ID).Scan(&kept))
			return kept < 200
		})
		var kept int
		w.Must(w.Pool.QueryRow("SELECT count(*) FROM attempts WHERE operation_id = $1", started.Operation.ID).Scan(&kept))
		if kept > 60 {
			t.Errorf("%d attempts are kept", kept)
		}
		w.Control("POST", fmt.Sprintf("/pix/refunds/%s/%s/settle", *c.EndToEndID, started.Refund.Reference), nil, nil)
		w.UntilStatus(c.ID, enum.ChargeRefunded)
		quiet(w)
	})
}

// elsewhere gives a part of a Pix back as another program on the account would.
func elsewhere(w *billingtest.World, c *db.Charge, reference string, cents int64) {
	w.Helper()
	received := w.ProviderPix(c).Received[0]
	w.RefundElsewhere(received.E2EID, reference, cents)
	w.Until("it is given back", func() bool { return w.ProviderPix(c).Refunded() > 0 })
}
