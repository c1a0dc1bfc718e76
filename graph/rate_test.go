package graph

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ponte/access"
	"ponte/ent/db"
)

func TestRates(t *testing.T) {
	t.Parallel()
	t.Run("each caller has points of its own, and they come back", func(t *testing.T) {
		t.Parallel()
		r := newRates(10_000)
		now := time.Now()
		if !r.of("ana").AllowN(now, r.burst()) {
			t.Fatal("the whole burst was refused")
		}
		if r.of("ana").AllowN(now, 1) {
			t.Error("a caller spent more than the burst")
		}
		if !r.of("bruno").AllowN(now, 1) {
			t.Error("another caller was refused")
		}
		if !r.of("ana").AllowN(now.Add(time.Second), 10_000) {
			t.Error("a second brought no points")
		}
	})
	t.Run("an app is another caller than its person", func(t *testing.T) {
		t.Parallel()
		person := &db.User{ID: "usr_1"}
		app := access.WithViewer(t.Context(), &access.Viewer{User: person, Token: &db.APIToken{ID: "tok_1"}})
		if got := callerID(app); got != "tok_1" {
			t.Errorf("%q", got)
		}
		if got := callerID(access.WithViewer(t.Context(), &access.Viewer{User: person})); got != "usr_1" {
			t.Errorf("%q", got)
		}
	})
	t.Run("the costliest request fits the smallest burst", func(t *testing.T) {
		t.Parallel()
		if burst := newRates(1).burst(); burst < maxComplexity {
			t.Errorf("the burst is %d, a request may cost %d", burst, maxComplexity)
		}
	})
	t.Run("a refusal is answered 429 with Retry-After", func(t *testing.T) {
		t.Parallel()
		recorded := httptest.NewRecorder()
		refusing := http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			meterOf(request.Context()).note(100, 0, 1500*time.Millisecond)
			_, _ = w.Write([]byte("{}"))
		})
		metered(refusing, recorded, httptest.NewRequest(http.MethodPost, "/graphql", nil))
		if recorded.Code != http.StatusTooManyRequests || recorded.Header().Get("Retry-After") != "2" || recorded.Header().Get("X-Ratelimit-Remaining") != "0" {
			t.Errorf("answered %d %v", recorded.Code, recorded.Header())
		}
	})
}
