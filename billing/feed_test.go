package billing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// listener follows a person's feed.
type listener struct {
	mu     sync.Mutex
	heard  []*db.Delivery
	cancel context.CancelFunc
	ended  chan error
}

func listen(w *billingtest.World, service *billing.Service, personID string, after int64) *listener {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	l := &listener{cancel: cancel, ended: make(chan error, 1)}
	allowed := func(context.Context) error { return nil }
	go func() {
		l.ended <- service.Feed(ctx, personID, after, allowed, func(one *db.Delivery) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.heard = append(l.heard, one)
			return nil
		})
	}()
	w.Cleanup(l.stop)
	return l
}

func (l *listener) stop() { l.cancel() }

func (l *listener) sequences() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	sequences := make([]int64, len(l.heard))
	for i, one := range l.heard {
		sequences[i] = one.Sequence
	}
	return sequences
}

// until waits until so many were heard, and shows that they are 'from' and those
// after it, each once and in order.
func (l *listener) until(w *billingtest.World, from int64, count int) {
	w.Helper()
	w.Until(fmt.Sprintf("%d deliveries are heard", count), func() bool { return len(l.sequences()) >= count })
	for i, got := range l.sequences() {
		if got != from+int64(i) {
			w.Fatalf("heard %v", l.sequences())
		}
	}
}

// fail makes failures, each of another charge.
func fail(w *billingtest.World, count int) {
	w.Helper()
	fault := refusal(reserveRoute, 3500034)
	fault.Count = count
	w.FailGerencianet(fault)
	for _, c := range sell(w, count) {
		w.UntilStatus(c.ID, enum.ChargeFailed)
	}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	t.Run("what was missed, then live, in two processes, across a reconnect", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person, other := w.User(enum.RoleFinance), w.User(enum.RoleFinance)
		w.Ready(person, other)
		fail(w, 3)
		here := listen(w, w.Service, person.ID, 0)
		here.until(w, 1, 3)
		elsewhere := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
		w.Listen(elsewhere)
		there := listen(w, elsewhere, person.ID, 2)
		fail(w, 2)
		here.until(w, 1, 5)
		there.until(w, 3, 3)
		here.stop()
		if err := <-here.ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		fail(w, 1)
		listen(w, w.Service, person.ID, 5).until(w, 6, 1)
		there.until(w, 3, 4)
		listen(w, w.Service, other.ID, 0).until(w, 1, 6)
	})
	t.Run("concurrent writers leave no gap and repeat nothing", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person, other := w.User(enum.RoleFinance), w.User(enum.RoleOperator)
		w.Ready(person, other)
		one, two := listen(w, w.Service, person.ID, 0), listen(w, w.Service, other.ID, 0)
		fault := refusal(reserveRoute, 3500034)
		fault.Count = 30
		w.FailGerencianet(fault)
		sell(w, 30)
		one.until(w, 1, 30)
		two.until(w, 1, 30)
	})
	t.Run("whoever is taken off the list hears nothing more", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		stays, goes := w.User(enum.RoleFinance), w.User(enum.RoleFinance)
		w.Ready(stays, goes)
		fail(w, 1)
		one, two := listen(w, w.Service, stays.ID, 0), listen(w, w.Service, goes.ID, 0)
		one.until(w, 1, 1)
		two.until(w, 1, 1)
		w.Must(second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{NotifiedUserIds: []string{stays.ID}})))
		fail(w, 2)
		one.until(w, 1, 3)
		if got := two.sequences(); len(got) != 1 {
			t.Errorf("heard %v", got)
		}
		late := listen(w, w.Service, goes.ID, 0)
		unread, err := w.UnreadFailures(w.Context(), goes.ID)
		w.Must(err)
		if got := late.sequences(); len(got) != 0 || unread != 0 {
			t.Errorf("from the beginning: %v, unread %d", got, unread)
		}
		refused(t, second(w.SaveGerencianet(w.Context(), billing.GerencianetSettings{NotifiedUserIds: []string{}})), "NOTIFIED_REQUIRED")
	})
	t.Run("a listener that lost the bell hears all the same", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		deaf := w.NewService(w.Pool, w.Timing)
		l := listen(w, deaf, person.ID, 0)
		fail(w, 1)
		l.until(w, 1, 1)
	})
	t.Run("the end of permission ends it", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		over := errors.New("signed out")
		ctx, cancel := context.WithTimeout(w.Context(), 5*time.Second)
		defer cancel()
		err := w.Feed(ctx, person.ID, 0, func(context.Context) error { return over }, func(*db.Delivery) error { return nil })
		if !errors.Is(err, over) {
			t.Error(err)
		}
	})
	t.Run("cursors", func(t *testing.T) {
		t.Parallel()
		if got, err := billing.ParseFeedCursor("usr_1", billing.FeedCursor("usr_1", 42)); err != nil || got != 42 {
			t.Errorf("%d %v", got, err)
		}
		for _, cursor := range []string{billing.FeedCursor("usr_2", 42), "", "x", "!", billing.FeedCursor("usr_1", -1)} {
			_, err := billing.ParseFeedCursor("usr_1", cursor)
			refused(t, err, "INVALID_CURSOR")
		}
	})
	t.Run("read up to a position", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		fail(w, 3)
		w.Must(w.MarkRead(w.Context(), person.ID, billing.FeedCursor(person.ID, 2)))
		if unread, err := w.UnreadFailures(w.Context(), person.ID); err != nil || unread != 1 {
			t.Errorf("%d unread, %v", unread, err)
		}
	})
}
