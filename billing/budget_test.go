package billing_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/billing/provider"
	"ponte/ent/enum"
)

const listEndpoint = "GET /v1/charges"

func withCalls(limit int) billingtest.Option {
	return billingtest.WithTiming(func(timing *billing.Timing) { timing.DailyCalls = limit })
}

// takeAll takes until nothing is left, by many at once, and answers how many calls
// there were.
func takeAll(t *testing.T, endpoint string, budgets ...*billing.Budget) int {
	t.Helper()
	var taken atomic.Int32
	var takers sync.WaitGroup
	for _, budget := range budgets {
		for range 8 {
			takers.Go(func() {
				err := budget.Take(context.Background(), provider.Sandbox, endpoint)
				for ; err == nil; err = budget.Take(context.Background(), provider.Sandbox, endpoint) {
					taken.Add(1)
				}
				var spent *provider.Error
				if !errors.As(err, &spent) || spent.Class != provider.Limit || spent.RetryAfter < 11*time.Hour || spent.RetryAfter > 12*time.Hour {
					t.Errorf("%+v", err) // the world's clock is at noon
				}
			})
		}
	}
	takers.Wait()
	return int(taken.Load())
}

func TestBudget(t *testing.T) {
	t.Parallel()
	t.Run("processes share it to the last call", func(t *testing.T) {
		t.Parallel()
		for _, limit := range []int{1, 7, 1234} {
			w := billingtest.New(t, billingtest.Still, withCalls(limit))
			budgets := make([]*billing.Budget, 3)
			for i := range budgets {
				budgets[i] = billing.NewBudget(w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing))
			}
			if taken := takeAll(t, reserveRoute, budgets...); taken != limit {
				t.Errorf("%d calls of %d", taken, limit)
			}
			if taken := takeAll(t, listEndpoint, budgets[0]); taken != limit {
				t.Errorf("another endpoint: %d calls of %d", taken, limit)
			}
			if taken := takeAll(t, "GET /v1/notification/:id", budgets...); taken != 2*limit {
				t.Errorf("notifications: %d calls of %d", taken, 2*limit)
			}
			w.Advance(1)
			if taken := takeAll(t, reserveRoute, budgets...); taken != limit {
				t.Errorf("the next day: %d calls of %d", taken, limit)
			}
		}
	})
	t.Run("one statement for many calls", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		budget := billing.NewBudget(w.Service)
		for _, want := range []int{50, 100} {
			for range 50 {
				w.Must(budget.Take(w.Context(), provider.Production, listEndpoint))
			}
			if got := countOf(w, "SELECT calls FROM call_counts WHERE id = $1", string(w.Today())+" PRODUCTION "+listEndpoint); got != want {
				t.Errorf("%d calls are reserved, not %d", got, want)
			}
		}
	})
	t.Run("told at 80 % and at the end, once, and over the next day", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still, withCalls(40))
		person := w.User(enum.RoleFinance)
		w.ReadyGerencianet(person.ID)
		budgets := []*billing.Budget{billing.NewBudget(w.Service), billing.NewBudget(w.Service)}
		for range 31 {
			w.Must(budgets[0].Take(w.Context(), provider.Sandbox, listEndpoint))
		}
		assertHeard(w, person)
		w.Must(budgets[1].Take(w.Context(), provider.Sandbox, listEndpoint))
		assertHeard(w, person, "OPENED ponte.calls_near_limit")
		if taken := takeAll(t, listEndpoint, budgets...); taken != 8 {
			t.Errorf("%d more", taken)
		}
		assertHeard(w, person, "OPENED ponte.calls_near_limit", "OPENED ponte.calls_spent")
		w.Advance(1)
		w.Must(budgets[0].Take(w.Context(), provider.Sandbox, listEndpoint))
		if told := heard(w, person); len(told) != 4 || told[2][:8] != "RESOLVED" || told[3][:8] != "RESOLVED" {
			t.Errorf("heard %v", told)
		}
	})
	t.Run("the sweep forgets old days", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, withCalls(100)).Ready()
		if taken := takeAll(t, issueRoute, billing.NewBudget(w.Service)); taken != 100 {
			t.Errorf("%d calls", taken)
		}
		w.Advance(7)
		w.Must(w.Sweep(w.Context()))
		w.UntilIdle()
		if kept := countOf(w, "SELECT count(*) FROM call_counts WHERE day = $1", w.Today().AddDays(-7)); kept == 0 {
			t.Error("a day that was a week ago is forgotten")
		}
		if open := countOf(w, "SELECT count(*) FROM failures WHERE state <> 'RESOLVED'"); open != 0 {
			t.Errorf("%d failures are open", open)
		}
		w.Advance(1)
		w.Must(w.Sweep(w.Context()))
		w.UntilIdle()
		if kept := countOf(w, "SELECT count(*) FROM call_counts WHERE day < $1", w.Today().AddDays(-7)); kept != 0 {
			t.Errorf("%d old counts are kept", kept)
		}
	})
	t.Run("no limit", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still, withCalls(0))
		budget := billing.NewBudget(w.Service)
		for range 100 {
			w.Must(budget.Take(w.Context(), provider.Sandbox, listEndpoint))
		}
		if counted := countOf(w, "SELECT count(*) FROM call_counts"); counted != 0 {
			t.Errorf("%d rows", counted)
		}
	})
}
