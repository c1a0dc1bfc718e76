package billing_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// onAddress serves the simulated charges API on an address until it is stopped.
func onAddress(w *billingtest.World, address string) (stop func()) {
	w.Helper()
	listener, err := net.Listen("tcp", address)
	w.Must(err)
	server := &http.Server{Handler: w.Sandbox.Gerencianet(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	stop = func() { _ = server.Close() }
	w.Cleanup(stop)
	return stop
}

// countOf answers a number that the database tells.
func countOf(w *billingtest.World, query string, arguments ...any) (n int) {
	w.Helper()
	w.Must(w.Pool.QueryRow(query, arguments...).Scan(&n))
	return n
}

func TestProviderThatIsGone(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) { timing.RetryBase, timing.RetryMax = 100*ms, 1000*ms }))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	w.Must(err)
	address := listener.Addr().String()
	w.Must(listener.Close())
	w.Gerencianet.URL = "http://" + address
	stop := onAddress(w, address)
	person := w.User(enum.RoleFinance)
	w.Ready(person)
	untilWaiting(w, sell(w, 1))
	stop()

	charges := sell(w, 30)
	told := w.UntilFailure("gerencianet.unavailable")
	w.Until("every operation has tried some times", func() bool {
		return countOf(w, "SELECT count(*) FROM operations WHERE kind = 'ISSUE_CHARGE' AND tries >= 6") >= 30
	})
	connections := countOf(w, "SELECT count(*) FROM attempts WHERE status IS NULL")
	tries := countOf(w, "SELECT sum(tries) FROM operations WHERE kind = 'ISSUE_CHARGE'")
	if connections < 5 || connections > tries/3 {
		t.Errorf("%d connections in %d tries", connections, tries)
	}
	if unsure := countOf(w, "SELECT count(*) FROM operations WHERE state = 'UNKNOWN'"); unsure != 0 {
		t.Errorf("%d operations are in doubt, though nothing can have been sent", unsure)
	}

	onAddress(w, address)
	untilWaiting(w, charges)
	quiet(w)
	w.Until("it is told to be over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
	assertHeard(w, person, "OPENED "+told.Code, "RESOLVED "+told.Code)
}

// Calls that are not sent do not cover up those that were: what is in doubt is asked
// for, and nothing is issued twice.
func TestBreakerHidesNoDoubt(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"executed and not answered": "drop_after", "not executed": "drop_before", "a page of an edge": "html"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t, billingtest.Still).Ready()
			for _, route := range []string{reserveRoute, issueRoute} {
				w.FailGerencianet(billingtest.Fault{Route: route, Kind: kind, Count: 12})
			}
			charges := sell(w, 15)
			w.Run(w.Service)
			w.Until("a breaker has opened", func() bool {
				return countOf(w, "SELECT count(*) FROM operations WHERE last_error LIKE '%circuit breaker open%'") > 0
			})
			untilWaiting(w, charges)
			quiet(w)
		})
	}
}

// request is one that the simulator received.
type request struct {
	Route  string    `json:"route"`
	Status int       `json:"status"`
	At     time.Time `json:"at"`
}

// requestsOf answers what reached a route, oldest first.
func requestsOf(w *billingtest.World, route string) []request {
	w.Helper()
	var all, found []request
	w.Control("GET", "/requests?provider=gerencianet", nil, &all)
	for _, one := range all {
		if one.Route == route {
			found = append([]request{one}, found...)
		}
	}
	return found
}

func TestThrottledByTheProvider(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	w.FailGerencianet(billingtest.Fault{Route: reserveRoute, Kind: "status", Status: 429, Headers: map[string]string{"Retry-After": "2"}})
	charges := sell(w, 1)
	w.Until("it was throttled", func() bool { return len(requestsOf(w, reserveRoute)) == 1 })
	w.Until("the answer has come", func() bool {
		return countOf(w, "SELECT count(*) FROM attempts WHERE status = 429") == 1
	})
	charges = append(charges, sell(w, 12)...)
	untilWaiting(w, charges)
	reached := requestsOf(w, reserveRoute)
	if len(reached) < 13 {
		t.Errorf("%d requests", len(reached))
	}
	if gap := reached[1].At.Sub(reached[0].At); gap < 1900*time.Millisecond {
		t.Errorf("the next request came %v after a Retry-After of 2 s", gap)
	}
	quiet(w)
}

func TestDailyBudget(t *testing.T) {
	t.Parallel()
	const limit = 5
	w := billingtest.New(t, billingtest.WithTiming(func(timing *billing.Timing) {
		timing.DailyCalls, timing.RetryEnd, timing.ProviderTimeout = limit, time.Second, 20*time.Second
	}))
	person := w.User(enum.RoleFinance)
	w.ReadyGerencianet(person.ID)
	w.CallbackMode("hold") // reading them has a budget of its own
	w.Control("PUT", "/gerencianet/settings", map[string]any{"dailyLimit": limit}, nil)
	other := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
	w.Run(other)

	charges := sell(w, 12)
	for day, want := range []int{5, 10, 12} {
		waiting := 12 - want
		w.Until(fmt.Sprintf("%d are issued, %d wait for the next day", want, waiting), func() bool {
			return countOf(w, "SELECT count(*) FROM charges WHERE status = 'WAITING'") == want &&
				countOf(w, "SELECT count(*) FROM operations WHERE state = 'QUEUED' AND last_error LIKE '%calls_spent%' AND next_try_at > now() + interval '11 hours'") == waiting
		})
		for _, route := range []string{reserveRoute, issueRoute} {
			if reached := requestsOf(w, route); len(reached) != want {
				t.Errorf("day %d: %d requests %s, not %d", day, len(reached), route, want)
			}
		}
		w.Advance(1)
		time.Sleep(w.Timing.RetryEnd) // such a wait is not what an operation is given up for
		_, err := w.Pool.Exec("UPDATE operations SET next_try_at = now() WHERE state = 'QUEUED'")
		w.Must(err)
	}
	untilWaiting(w, charges)
	for _, one := range append(requestsOf(w, reserveRoute), requestsOf(w, issueRoute)...) {
		if one.Status == http.StatusTooManyRequests {
			t.Error("the provider had to refuse a call")
		}
	}
	quiet(w)
	w.Advance(1)
	w.Must(w.Sweep(w.Context()))
	w.Until("nothing is told of the days before", func() bool {
		return countOf(w, "SELECT count(*) FROM failures WHERE state <> 'RESOLVED' AND cause_key LIKE 'calls_%POST%'") == 0
	})
	var told []string
	for _, one := range w.Failures() {
		if !strings.Contains(one.CauseKey, " POST ") {
			continue // the sweep's own
		}
		if one.State != enum.FailureResolved || one.Environment == nil || !strings.Contains(one.Cause.PT, "POST /v1/charge") || one.Remedy.EN == "" {
			t.Errorf("%+v", one)
		}
		told = append(told, one.Code)
	}
	// two endpoints came near on two days, one of them was spent on both
	if strings.Count(fmt.Sprint(told), "near_limit") != 4 || strings.Count(fmt.Sprint(told), "calls_spent") != 2 {
		t.Errorf("told %v, heard %v", told, heard(w, person))
	}
}
