package gerencianet

import (
	"context"
	"errors"
	"sync"
	"time"
)

// tokenMargin is how long before its end a token is no longer used.
const tokenMargin = 30 * time.Second

// errWaiting says that a caller's time ran out before the token came.
var errWaiting = errors.New("waiting for an access token")

// tokens caches the access token. However many callers need a new one, one
// authorization is under way at a time and all of them get its result.
type tokens struct {
	mu     sync.Mutex
	value  string
	until  time.Time
	flight *flight
}

type flight struct {
	done  chan struct{}
	value string
	err   error
}

type authorizer func(ctx context.Context) (token string, lifetime time.Duration, err error)

func (t *tokens) get(ctx context.Context, now func() time.Time, authorize authorizer) (string, error) {
	t.mu.Lock()
	if t.value != "" && now().Before(t.until) {
		defer t.mu.Unlock()
		return t.value, nil
	}
	if t.flight == nil {
		t.flight = &flight{done: make(chan struct{})}
		// Others wait for it too, so it outlives the caller that began it.
		go t.fly(context.WithoutCancel(ctx), t.flight, now, authorize)
	}
	waiting := t.flight
	t.mu.Unlock()
	select {
	case <-waiting.done:
		return waiting.value, waiting.err
	case <-ctx.Done():
		return "", errors.Join(errWaiting, ctx.Err())
	}
}

func (t *tokens) fly(ctx context.Context, flight *flight, now func() time.Time, authorize authorizer) {
	asked := now()
	value, lifetime, err := authorize(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	flight.value, flight.err = value, err
	t.value, t.until = value, asked.Add(lifetime-tokenMargin)
	t.flight = nil
	close(flight.done)
}

// drop forgets a token that was refused, unless a newer one has taken its
// place; "" forgets any.
func (t *tokens) drop(refused string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if refused == "" || t.value == refused {
		t.value = ""
	}
}
