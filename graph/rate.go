package graph

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"
)

const (
	// burstSeconds is how many seconds' worth of points a caller can spend at once.
	burstSeconds = 20
	// callersKept bounds how many callers are remembered; who was not seen longest
	// begins anew.
	callersKept = 10_000
)

// rates gives each caller points to spend: a request costs its complexity, and
// points come back every second. Each process counts by itself.
type rates struct {
	pointsPerSecond int
	callers         *lru.Cache[string, *rate.Limiter]
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = (*rates)(nil)

func newRates(pointsPerSecond int) *rates {
	callers, err := lru.New[string, *rate.Limiter](callersKept)
	if err != nil {
		panic("graph: " + err.Error()) // the size is a constant above 0
	}
	return &rates{pointsPerSecond: pointsPerSecond, callers: callers}
}

// ExtensionName names the extension.
func (*rates) ExtensionName() string { return "Rates" }

// Validate has nothing to check.
func (*rates) Validate(graphql.ExecutableSchema) error { return nil }

// burst is never less than the costliest request that the limits allow.
func (r *rates) burst() int { return max(r.pointsPerSecond*burstSeconds, maxComplexity) }

func (r *rates) of(caller string) *rate.Limiter {
	if known, ok := r.callers.Get(caller); ok {
		return known
	}
	fresh := rate.NewLimiter(rate.Limit(r.pointsPerSecond), r.burst())
	if known, ok, _ := r.callers.PeekOrAdd(caller, fresh); ok {
		return known
	}
	return fresh
}

// MutateOperationContext takes the request's points, or refuses it until there
// are enough.
func (r *rates) MutateOperationContext(ctx context.Context, _ *graphql.OperationContext) *gqlerror.Error {
	limiter, now := r.of(callerID(ctx)), time.Now()
	cost := extension.GetComplexityStats(ctx)
	if cost == nil {
		return nil
	}
	reserved := limiter.ReserveN(now, cost.Complexity)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	meterOf(ctx).note(r.burst(), limiter.TokensAt(now), wait)
	if wait <= 0 {
		return nil
	}
	seconds := strconv.Itoa(int(math.Ceil(wait.Seconds())))
	message := textOf("Muitas consultas: tente de novo em "+seconds+" s.", "Too many requests: try again in "+seconds+" s.")
	return &gqlerror.Error{Message: message.In(locale(ctx)), Extensions: map[string]any{"code": "RATE_LIMITED"}}
}

type meterKey struct{}

// meter carries what is left to the answer's headers.
type meter struct {
	header  http.Header
	limited bool
}

func meterOf(ctx context.Context) *meter {
	known, _ := ctx.Value(meterKey{}).(*meter)
	return known
}

// note writes x-ratelimit-* and, when the request is refused, Retry-After.
func (m *meter) note(limit int, remaining float64, wait time.Duration) {
	if m == nil {
		return // a WebSocket has no headers left to write
	}
	m.header.Set("X-Ratelimit-Limit", strconv.Itoa(limit))
	m.header.Set("X-Ratelimit-Remaining", strconv.Itoa(max(int(remaining), 0)))
	if wait > 0 {
		m.limited = true
		m.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
}

// metered serves a request with a meter; a refusal for its rate is answered 429.
func metered(next http.Handler, w http.ResponseWriter, request *http.Request) {
	m := &meter{header: w.Header()}
	request = request.WithContext(context.WithValue(request.Context(), meterKey{}, m))
	if channelOf(request.Context()) == channelStream {
		next.ServeHTTP(w, request)
		return
	}
	next.ServeHTTP(&meteredWriter{ResponseWriter: w, meter: m}, request)
}

type meteredWriter struct {
	http.ResponseWriter
	meter   *meter
	written bool
}

// WriteHeader writes 429 in the place of any status of a limited request.
func (w *meteredWriter) WriteHeader(status int) {
	if w.meter.limited {
		status = http.StatusTooManyRequests
	}
	w.written = true
	w.ResponseWriter.WriteHeader(status)
}

// Write writes the status first.
func (w *meteredWriter) Write(content []byte) (int, error) {
	if !w.written {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(content)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *meteredWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
