package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"golang.org/x/time/rate"
)

// Budget counts the calls that a provider allows in a day. Take is asked before
// each call, outside of any transaction; when nothing is left it answers an *Error
// of class Limit, and the call is not made.
type Budget interface {
	Take(ctx context.Context, environment Environment, endpoint string) error
}

// GuardConfig says what a Guard allows. Zero values are the defaults.
type GuardConfig struct {
	Environment Environment
	Budget      Budget // nil for none

	Failures int           // in a row, that open a breaker: 5
	Pause    time.Duration // how long a breaker stays open the first time: 5 s; it doubles
	MaxPause time.Duration // 2 min
	Rate     float64       // calls a second of one endpoint: 30; twice as many at once
	Rates    map[string]float64
	Hold     time.Duration // of an endpoint that was throttled without saying for how long: 30 s
}

// Guard stands before all calls of one account in one environment. It keeps a
// breaker for each host and for each endpoint, and a rate limiter and the pause
// that the provider asked for, for each endpoint. What it refuses is not sent. It is
// safe for concurrent use.
type Guard struct {
	config    GuardConfig
	mu        sync.Mutex
	hosts     map[string]breaker
	endpoints map[string]*gate // by host and endpoint
}

// NewGuard makes one; keep it as long as its account.
func NewGuard(config GuardConfig) *Guard {
	setDefault(&config.Failures, 5)
	setDefault(&config.Pause, 5*time.Second)
	setDefault(&config.MaxPause, 2*time.Minute)
	setDefault(&config.Rate, 30)
	setDefault(&config.Hold, 30*time.Second)
	return &Guard{config: config, hosts: map[string]breaker{}, endpoints: map[string]*gate{}}
}

func setDefault[T int | float64 | time.Duration](value *T, usual T) {
	if *value <= 0 {
		*value = usual
	}
}

// gate is what stands before one endpoint of one host.
type gate struct {
	breaker, host breaker
	executor      failsafe.Executor[*HTTPAnswer]
	limiter       *rate.Limiter
	mu            sync.Mutex
	heldUntil     time.Time
}

// Why a call was not sent.
type reason int

const (
	isDown      reason = iota // a breaker is open
	isHeld                    // the provider asked for a pause
	isCrowded                 // our own rate does not allow it in time
	isUncounted               // the daily count could not be kept, or the caller went away
)

// ErrDown is the cause of an error whose call was not sent, because those before it
// found the provider away.
var ErrDown = errors.New("circuit breaker open")

// refusal is the error of a call that was not sent.
type refusal struct {
	reason reason
	wait   time.Duration
	err    error
}

func (r refusal) Error() string { return r.err.Error() }
func (r refusal) Unwrap() error { return r.err }

// do sends a call when nothing speaks against it, and learns from its answer. The
// error is a refusal, an *Error of the budget, or that of send.
func (g *Guard) do(ctx context.Context, host, endpoint string, patience time.Duration, send func() (*HTTPAnswer, error)) (*HTTPAnswer, error) {
	gate := g.gate(host, endpoint)
	if err := gate.closed(); err != nil {
		return nil, err
	}
	if err := wait(ctx, gate.limiter, patience); err != nil {
		return nil, err
	}
	answer, err := gate.executor.Get(func() (*HTTPAnswer, error) {
		if err := g.take(ctx, endpoint); err != nil {
			return nil, err
		}
		return send()
	})
	if errors.Is(err, circuitbreaker.ErrOpen) { // another call is trying whether it is back
		return nil, refusal{isDown, max(gate.pause(), g.config.Pause), ErrDown}
	}
	if isThrottled(answer) {
		gate.hold(answer.RetryAfter, g.config.Hold)
	}
	return answer, err
}

func (g *Guard) gate(host, endpoint string) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := host + " " + endpoint
	if known := g.endpoints[key]; known != nil {
		return known
	}
	if g.hosts[host] == nil {
		g.hosts[host] = g.newBreaker(hostIsDown)
	}
	perSecond := g.config.Rate
	if own := g.config.Rates[endpoint]; own > 0 {
		perSecond = own
	}
	made := &gate{breaker: g.newBreaker(endpointIsDown), host: g.hosts[host], limiter: rate.NewLimiter(rate.Limit(perSecond), max(int(2*perSecond), 1))}
	made.executor = failsafe.With(made.breaker, made.host)
	g.endpoints[key] = made
	return made
}

func (g *Guard) take(ctx context.Context, endpoint string) error {
	if g.config.Budget == nil {
		return nil
	}
	err := g.config.Budget.Take(ctx, g.config.Environment, endpoint)
	var spent *Error
	if err == nil || errors.As(err, &spent) {
		return err
	}
	return refusal{isUncounted, 0, fmt.Errorf("count a call: %w", err)}
}

// closed tells whether the gate is known to be shut.
func (t *gate) closed() error {
	if pause := t.pause(); pause > 0 {
		return refusal{isDown, pause, ErrDown}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if held := time.Until(t.heldUntil); held > 0 {
		return refusal{isHeld, held, errors.New("the provider asked for a pause")}
	}
	return nil
}

// pause is how long the breakers stay open yet.
func (t *gate) pause() time.Duration {
	return max(t.breaker.RemainingDelay(), t.host.RemainingDelay())
}

func (t *gate) hold(asked, usual time.Duration) {
	if asked <= 0 {
		asked = usual
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := time.Now().Add(asked); until.After(t.heldUntil) {
		t.heldUntil = until
	}
}

// wait takes a turn at the limiter, unless the turn would come too late.
func wait(ctx context.Context, limiter *rate.Limiter, patience time.Duration) error {
	turn := limiter.Reserve()
	delay := turn.Delay()
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline))
	}
	if delay > patience {
		turn.Cancel()
		return refusal{isCrowded, delay, errors.New("too many calls wait already")}
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		turn.Cancel()
		return refusal{isUncounted, 0, ctx.Err()}
	}
}

// isThrottled tells an answer that asks for a pause.
func isThrottled(answer *HTTPAnswer) bool {
	return answer != nil && (answer.Status == http.StatusTooManyRequests || answer.Status >= http.StatusBadRequest && answer.RetryAfter > 0)
}

type breaker = circuitbreaker.CircuitBreaker[*HTTPAnswer]

// newBreaker makes a breaker whose pauses double, with jitter, until a call
// succeeds. While it is half open, a call that proves nothing leaves it open, unless
// it is the host that refused it.
func (g *Guard) newBreaker(isDown func(*HTTPAnswer, error) bool) breaker {
	var made breaker
	var opened atomic.Int32
	made = circuitbreaker.NewBuilder[*HTTPAnswer]().
		HandleIf(func(answer *HTTPAnswer, err error) bool {
			return isDown(answer, err) || provesNothing(err) && !errors.Is(err, circuitbreaker.ErrOpen) && made.IsHalfOpen()
		}).
		WithFailureThreshold(uint(g.config.Failures)).WithSuccessThreshold(1).
		WithDelayFunc(func(failsafe.ExecutionAttempt[*HTTPAnswer]) time.Duration {
			return min(g.config.Pause<<min(opened.Add(1)-1, 16), g.config.MaxPause)
		}).
		WithJitterFactor(0.2).
		OnClose(func(circuitbreaker.StateChangedEvent) { opened.Store(0) }).
		Build()
	return made
}

// hostIsDown tells what no answer, or a page of whoever stands before the
// provider, says of the host as a whole.
func hostIsDown(answer *HTTPAnswer, err error) bool {
	if err != nil {
		return !provesNothing(err) && !isAlert(err)
	}
	return answer.IsHTML && !isRefusal(answer.Status)
}

// endpointIsDown tells the same of one endpoint, for which a failure of the server
// counts too.
func endpointIsDown(answer *HTTPAnswer, err error) bool {
	return hostIsDown(answer, err) || err == nil && answer.Status >= http.StatusInternalServerError
}

func isRefusal(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusTooManyRequests
}

// provesNothing tells an error of a call that was not sent, or that its caller
// cut off.
func provesNothing(err error) bool {
	var failure *Error
	if err == nil || errors.Is(err, context.Canceled) {
		return err != nil
	}
	return !errors.As(err, &failure) || failure.Class != Unavailable && failure.Class != Ambiguous
}

// isAlert tells whether the provider broke a TLS handshake off: it is there.
func isAlert(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error"
}

var word = regexp.MustCompile(`^(?:[a-z][a-z-]*|v[0-9]+)$`)

// maxWord is longer than any word of a path and shorter than an id of letters.
const maxWord = 20

// Endpoint is the label of a call: its method and path without query, with
// whatever names one object replaced, such as "POST /v1/charge/:id/pay".
func Endpoint(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part != "" && (len(part) > maxWord || !word.MatchString(part)) {
			parts[i] = ":id"
		}
	}
	return method + " " + strings.Join(parts, "/")
}
