package provider

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// guarded is a provider that counts what reaches it, and a client with a guard.
type guarded struct {
	*HTTPClient
	reached atomic.Int32
	answer  atomic.Value // http.HandlerFunc
}

func newGuarded(t *testing.T, config GuardConfig) *guarded {
	t.Helper()
	g := &guarded{}
	g.answer.Store(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.reached.Add(1)
		g.answer.Load().(http.HandlerFunc)(w, r)
	}))
	t.Cleanup(server.Close)
	g.HTTPClient = NewHTTPClient(HTTPConfig{Provider: "test", Title: "Teste", BaseURL: server.URL, Timeout: 300 * time.Millisecond, Guard: NewGuard(config)})
	return g
}

func (g *guarded) answers(answer http.HandlerFunc) { g.answer.Store(answer) }

// post makes a write and answers what came of it.
func (g *guarded) post(path string) (*HTTPAnswer, *Error) {
	return g.call(context.Background(), HTTPCall{Method: http.MethodPost, Path: path, Write: true})
}

func (g *guarded) call(ctx context.Context, call HTTPCall) (*HTTPAnswer, *Error) {
	answer, err := g.Do(ctx, call)
	var failure *Error
	if err != nil && !errors.As(err, &failure) {
		failure = &Error{Class: "NOT AN ERROR OF OURS", Err: err}
	}
	return answer, failure
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}

// assertRefused wants a call that was not sent.
func assertRefused(t *testing.T, failure *Error, shortest, longest time.Duration) {
	t.Helper()
	if failure == nil || failure.Class != Unavailable || failure.RetryAfter < shortest || failure.RetryAfter > longest ||
		failure.Cause.PT == "" || failure.Cause.EN == "" || failure.Remedy.PT == "" || !strings.Contains(failure.Error(), "not sent") {
		t.Errorf("refused with %+v, not for %v to %v", failure, shortest, longest)
	}
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	const pause = 300 * time.Millisecond
	config := GuardConfig{Failures: 3, Pause: pause, MaxPause: 8 * pause}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		opens  bool
		wide   bool // for every endpoint of the host
	}{
		"hung up":           {hangUp, true, true},
		"too late":          {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, true, true},
		"a page of an edge": {status(502, "<html>Bad gateway</html>"), true, true},
		"a cut answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			w.WriteHeader(http.StatusOK)
			_, _ = io.WriteString(w, "{")
		}, true, true},
		"a server's failure":  {status(500, `{"code":3500000}`), true, false},
		"a refusal":           {status(400, `{"code":3500034}`), false, false},
		"refused credentials": {status(401, "<html>Unauthorized</html>"), false, false},
		"nothing there":       {status(404, "{}"), false, false},
		"a success":           {status(200, "{}"), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t, config)
			g.answers(test.answer)
			for range 3 {
				if _, failure := g.post("/v1/charge"); failure != nil && failure.Class != Ambiguous {
					t.Errorf("a write that was sent is told as %v", failure)
				}
			}
			sent := g.reached.Load()
			_, failure := g.post("/v1/charge")
			if !test.opens {
				if failure != nil || g.reached.Load() != sent+1 {
					t.Errorf("%v after %d calls", failure, g.reached.Load())
				}
				return
			}
			assertRefused(t, failure, time.Millisecond, 2*pause)
			if g.reached.Load() != sent {
				t.Errorf("%d calls reached the provider, not %d", g.reached.Load(), sent)
			}
			g.answers(status(200, "{}"))
			if _, failure := g.post("/v1/carnet"); (failure != nil) != test.wide {
				t.Errorf("another endpoint: %v", failure)
			}
			time.Sleep(failure.RetryAfter)
			if _, failure := g.post("/v1/charge"); failure != nil {
				t.Errorf("after the pause: %v", failure)
			}
		})
	}
	t.Run("nobody listens, and nothing was sent", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := "http://" + listener.Addr().String()
		_ = listener.Close()
		g := &guarded{HTTPClient: NewHTTPClient(HTTPConfig{Provider: "test", Title: "Teste", BaseURL: address, Guard: NewGuard(config)})}
		for range 3 {
			if _, failure := g.post("/x"); failure == nil || failure.Class != Unavailable || failure.RetryAfter != 0 {
				t.Errorf("%v", failure)
			}
		}
		_, failure := g.post("/y")
		assertRefused(t, failure, time.Millisecond, 2*pause)
	})
}

func TestBreakerPausesGrow(t *testing.T) {
	t.Parallel()
	const pause = 20 * time.Millisecond
	g := newGuarded(t, GuardConfig{Failures: 2, Pause: pause, MaxPause: 4 * pause})
	g.answers(hangUp)
	longest := time.Duration(0)
	for g.reached.Load() < 6 {
		if _, failure := g.post("/x"); failure.RetryAfter > 0 {
			longest = max(longest, failure.RetryAfter)
			time.Sleep(failure.RetryAfter)
		}
	}
	if longest < 2*pause || longest > 5*pause {
		t.Errorf("the longest pause was %v", longest)
	}
	g.answers(status(200, "{}"))
	for {
		if _, failure := g.post("/x"); failure == nil {
			break
		}
		time.Sleep(pause)
	}
	g.answers(hangUp)
	for range 2 {
		_, _ = g.post("/x")
	}
	_, failure := g.post("/x")
	assertRefused(t, failure, time.Millisecond, 3*pause/2) // it begins anew
}

func TestBreakerLetsOneCallTry(t *testing.T) {
	t.Parallel()
	const pause = 50 * time.Millisecond
	g := newGuarded(t, GuardConfig{Failures: 1, Pause: pause, MaxPause: pause})
	g.answers(hangUp)
	_, _ = g.post("/x")
	time.Sleep(2 * pause)
	before, let := g.reached.Load(), make(chan struct{})
	g.answers(func(http.ResponseWriter, *http.Request) { <-let })
	var calls sync.WaitGroup
	var refused atomic.Int32
	for range 50 {
		calls.Go(func() {
			if _, failure := g.post("/x"); failure != nil {
				assertRefused(t, failure, time.Millisecond, 2*pause)
				if refused.Add(1) == 49 {
					close(let)
				}
			}
		})
	}
	calls.Wait()
	if got := g.reached.Load() - before; got != 1 || refused.Load() != 49 {
		t.Errorf("%d calls tried, %d were refused", got, refused.Load())
	}
}

// A call that its caller gives up says nothing of the provider.
func TestBreakerIgnoresCallers(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, GuardConfig{Failures: 2})
	g.answers(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for range 4 {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		if _, failure := g.call(ctx, HTTPCall{Method: http.MethodPost, Path: "/x", Write: true}); failure.Class != Ambiguous {
			t.Errorf("%v", failure)
		}
	}
	g.answers(status(200, ""))
	if _, failure := g.post("/x"); failure != nil {
		t.Errorf("%v", failure)
	}
}

func TestThrottledEndpointIsHeld(t *testing.T) {
	t.Parallel()
	const hold = 150 * time.Millisecond
	for name, test := range map[string]struct {
		status     int
		retryAfter string
		held       time.Duration
	}{
		"429 without a time":  {429, "", hold},
		"429 with one":        {429, "1", time.Second},
		"429 with a long one": {429, "86400", maxRetryAfter},
		"503 with one":        {503, "1", time.Second},
		"503 without":         {503, "", 0},
		"a success with one":  {200, "1", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGuarded(t, GuardConfig{Hold: hold})
			g.answers(func(w http.ResponseWriter, r *http.Request) {
				if test.retryAfter != "" {
					w.Header().Set("Retry-After", test.retryAfter)
				}
				status(test.status, "{}")(w, r)
			})
			if answer, failure := g.post("/v1/charge/1/pay"); failure != nil || answer.Status != test.status {
				t.Fatalf("%+v, %v", answer, failure)
			}
			g.answers(status(200, "{}"))
			if _, failure := g.post("/v1/charge"); failure != nil {
				t.Errorf("another endpoint: %v", failure)
			}
			_, failure := g.post("/v1/charge/2/pay")
			if test.held == 0 {
				if failure != nil {
					t.Errorf("%v", failure)
				}
				return
			}
			assertRefused(t, failure, test.held-100*time.Millisecond, test.held)
			if g.reached.Load() != 2 {
				t.Errorf("%d calls", g.reached.Load())
			}
			if test.held == hold {
				time.Sleep(hold)
				if _, failure := g.post("/v1/charge/2/pay"); failure != nil {
					t.Errorf("after the pause: %v", failure)
				}
			}
		})
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, GuardConfig{Rate: 20, Rates: map[string]float64{"POST /fast": 1000}})
	started := time.Now()
	for range 46 { // 40 at once, then one each 50 ms
		if _, failure := g.post("/slow"); failure != nil {
			t.Fatal(failure)
		}
	}
	if took := time.Since(started); took < 250*time.Millisecond {
		t.Errorf("46 calls took %v", took)
	}
	for range 46 {
		if _, failure := g.post("/fast"); failure != nil {
			t.Fatal(failure)
		}
	}
	var calls sync.WaitGroup
	var refused atomic.Int32
	for range 30 { // more than 300 ms can serve
		calls.Go(func() {
			if _, failure := g.post("/slow"); failure != nil {
				refused.Add(1)
				assertRefused(t, failure, 300*time.Millisecond, 2*time.Second)
			}
		})
	}
	calls.Wait()
	if refused.Load() < 5 {
		t.Errorf("%d were refused", refused.Load())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, failure := g.call(ctx, HTTPCall{Method: http.MethodPost, Path: "/slow", Write: true}); failure == nil || failure.Class != Unavailable {
		t.Errorf("a caller that went away: %v", failure)
	}
}

// budgetOf lets the first calls pass, then fails.
type budgetOf struct {
	left      int
	then      error
	endpoints []string
}

func (b *budgetOf) Take(_ context.Context, environment Environment, endpoint string) error {
	b.endpoints = append(b.endpoints, string(environment)+" "+endpoint)
	if b.left--; b.left < 0 {
		return b.then
	}
	return nil
}

func TestBudgetIsAskedFirst(t *testing.T) {
	t.Parallel()
	spent := &Error{Class: Limit, RetryAfter: time.Hour}
	for name, test := range map[string]struct {
		then  error
		class Class
	}{"spent": {spent, Limit}, "not to be had": {errors.New("database is away"), Unavailable}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			budget := &budgetOf{left: 2, then: test.then}
			g := newGuarded(t, GuardConfig{Environment: Sandbox, Budget: budget, Failures: 1})
			for i := range 4 {
				_, failure := g.post("/v1/charge/7/pay?x=1")
				if i >= 2 && (failure == nil || failure.Class != test.class) {
					t.Errorf("call %d: %v", i, failure)
				}
			}
			if g.reached.Load() != 2 || budget.endpoints[3] != "SANDBOX POST /v1/charge/:id/pay" {
				t.Errorf("%d calls, %v", g.reached.Load(), budget.endpoints)
			}
		})
	}
	t.Run("what is not sent costs nothing", func(t *testing.T) {
		t.Parallel()
		budget := &budgetOf{left: 9}
		g := newGuarded(t, GuardConfig{Budget: budget, Failures: 1, Pause: time.Minute})
		g.answers(hangUp)
		for range 5 {
			_, _ = g.post("/x")
		}
		if len(budget.endpoints) != 1 {
			t.Errorf("%v", budget.endpoints)
		}
	})
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v1/charge/123/pay":                                     "/v1/charge/:id/pay",
		"/v1/charge/one-step":                                    "/v1/charge/one-step",
		"/v1/charges?custom_id=chg_1&page=2":                     "/v1/charges",
		"/v1/notification/9c4e6e2a-7f0e-4d3e-8d3e-6a1f0c3b9d11":  "/v1/notification/:id",
		"/v1/carnet/77/parcel/3/resend":                          "/v1/carnet/:id/parcel/:id/resend",
		"/v2/cob/abcdefghijklmnopqrstuvwxyz":                     "/v2/cob/:id",
		"/v2/pix/E18236120202608011200s0123456789/devolucao/r1x": "/v2/pix/:id/devolucao/:id",
		"/v2/webhook/ana%40loja.example":                         "/v2/webhook/:id",
		"/v2/loc/12/qrcode":                                      "/v2/loc/:id/qrcode",
		"/pedidos/12/parcelas":                                   "/pedidos/:id/parcelas",
	} {
		if got := Endpoint("GET", path); got != "GET "+want {
			t.Errorf("%s is %s", path, got)
		}
	}
}
