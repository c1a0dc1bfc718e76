package billing_test

import (
	"context"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// The two requests that make a boleto.
const (
	reserveRoute = "POST /v1/charge"
	issueRoute   = "POST /v1/charge/:id/pay"
)

var faults = map[string]billingtest.Fault{
	"drop_before": {Kind: "drop_before"},
	"drop_after":  {Kind: "drop_after"},
	"late":        {Kind: "late", DelayMs: 150},
	"delay":       {Kind: "delay", DelayMs: 150},
	"status 500":  {Kind: "status", Status: 500},
	"html 502":    {Kind: "html", Status: 502},
	"garbage":     {Kind: "garbage"},
	"truncate":    {Kind: "truncate"},
}

// sell makes charges that wait, and answers them.
func sell(w *billingtest.World, count int) []*db.Charge {
	w.Helper()
	charges := make([]*db.Charge, count)
	for i := range charges {
		started, err := w.CreateCharge(w.Context(), w.NewCharge(int64(5_000+i)))
		w.Must(err)
		charges[i] = started.Charge
	}
	return charges
}

func untilWaiting(w *billingtest.World, charges []*db.Charge) {
	w.Helper()
	for i, c := range charges {
		charges[i] = w.UntilStatus(c.ID, enum.ChargeWaiting)
	}
}

func TestIssueFaults(t *testing.T) {
	t.Parallel()
	for route, name := range map[string]string{reserveRoute: "reserve", issueRoute: "issue"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			for kind, fault := range faults {
				// Twice, so that the recovery meets the fault again.
				fault.Route, fault.Count = route, 2
				w.FailGerencianet(fault)
				untilWaiting(w, sell(w, 2))
				w.Mend()
				if t.Failed() {
					t.Fatalf("after %s", kind)
				}
			}
			quiet(w)
		})
	}
	t.Run("with no callback to help", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.CallbackMode("lose")
		for _, kind := range []string{"drop_before", "status", "html"} { // what leaves no draft that nobody can find
			w.FailGerencianet(billingtest.Fault{Route: reserveRoute, Kind: kind})
			untilWaiting(w, sell(w, 1))
		}
		for _, fault := range faults {
			fault.Route = issueRoute
			w.FailGerencianet(fault)
			untilWaiting(w, sell(w, 1))
			w.Mend()
		}
		quiet(w)
	})
	t.Run("a draft told after its successor was made is cancelled and told", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.CallbackMode("hold")
		w.FailGerencianet(billingtest.Fault{Route: reserveRoute, Kind: "drop_after"})
		c := sell(w, 1)[0]
		w.UntilStatus(c.ID, enum.ChargeWaiting)
		w.CallbackMode("deliver")
		w.UntilFailure("ponte.charge.extra_cancelled")
		quiet(w)
		if theirs := w.ProviderCharges(); len(theirs) != 2 {
			t.Errorf("the provider has %+v", theirs)
		}
	})
	t.Run("every kind at once, at random, over sixty charges", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.Workers = 12 })).Ready()
		w.Control("PUT", "/gerencianet/settings", map[string]any{"bolix": false}, nil)
		seed := uint64(2026)
		for _, fault := range faults {
			for _, route := range []string{reserveRoute, issueRoute, "GET /v1/charges", "GET /v1/notification/:token", "GET /v1/charge/:id"} {
				seed++
				fault.Route, fault.Count, fault.Probability, fault.Seed = route, billingtest.Forever, 0.3/float64(len(faults)), seed
				w.FailGerencianet(fault)
			}
		}
		charges := sell(w, 60)
		untilWaiting(w, charges)
		for i, c := range charges {
			if i%3 == 0 {
				w.Pay(c, billingtest.Payment{})
			}
		}
		w.Must(w.Sweep(w.Context()))
		for i, c := range charges {
			if i%3 == 0 {
				w.UntilStatus(c.ID, enum.ChargePaid)
			}
		}
		var record struct {
			Fired []struct{} `json:"fired"`
		}
		w.Control("GET", "/gerencianet/faults", nil, &record)
		if len(record.Fired) < 30 {
			t.Errorf("only %d faults have fired", len(record.Fired))
		}
		w.Mend()
		quiet(w)
	})
}

func TestLostWorker(t *testing.T) {
	t.Parallel()
	quick := billingtest.WithTiming(func(timing *billing.Timing) { timing.ProviderTimeout = 500 * ms })
	for route, name := range map[string]string{reserveRoute: "while it reserves", issueRoute: "while it issues"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t, quick, billingtest.Still).Ready()
			lost := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
			w.Run(lost)
			w.FailGerencianet(billingtest.Fault{Route: route, Kind: "delay", DelayMs: 400})
			c := sell(w, 1)[0]
			w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")[route] == 1 })
			w.Must(lost.SQL.Close()) // from now on it can't write anything
			w.Run(w.Service)
			untilWaiting(w, []*db.Charge{c})
			quiet(w)
			if count := w.Requests("gerencianet")[issueRoute]; count > 2 {
				t.Errorf("issued %d times", count)
			}
		})
	}
	t.Run("workers that are told to stop put back what does not end", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) {
			timing.ProviderTimeout, timing.StopGrace = time.Minute, 50*ms
		})).Ready()
		w.CallbackMode("hold") // no notice tells what the answer would
		w.FailGerencianet(billingtest.Fault{Route: issueRoute, Kind: "delay", DelayMs: 3_000})
		ctx, stop := context.WithCancel(w.Context())
		stopped := make(chan struct{})
		w.Listen(w.Service)
		go func() {
			defer close(stopped)
			w.Work(ctx)
		}()
		c := sell(w, 1)[0]
		w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")[issueRoute] == 1 })
		stop()
		<-stopped
		if now := w.ChargeNow(c.ID); now.Status != enum.ChargeUnknown {
			t.Errorf("the charge is %s", now.Status)
		}
		w.CallbackMode("deliver")
		w.Run(w.NewService(w.Pool, w.Timing))
		untilWaiting(w, []*db.Charge{c})
		quiet(w)
	})
	t.Run("a worker whose claim has lapsed can't write", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, quick).Ready()
		w.FailGerencianet(billingtest.Fault{Route: issueRoute, Kind: "delay", DelayMs: 400})
		c := sell(w, 1)[0]
		w.Until("the provider was asked", func() bool { return w.Requests("gerencianet")[issueRoute] == 1 })
		w.Must(second(w.Pool.Exec("UPDATE operations SET next_try_at = now() WHERE subject_id = $1", c.ID)))
		w.Must(second(w.Pool.Exec("SELECT pg_notify('ponte', 'operations')")))
		untilWaiting(w, []*db.Charge{c})
		quiet(w)
	})
}
