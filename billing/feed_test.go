package billing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// listener reads a person's feed again and again, as a process does for those who
// subscribed there.
type listener struct {
	mu    sync.Mutex
	heard []*db.Delivery
	stop  context.CancelFunc
}

func listen(w *billingtest.World, service *billing.Service, personID string, after int64) *listener {
	w.Helper()
	ctx, stop := context.WithCancel(w.Context())
	l := &listener{stop: stop}
	go func() {
		for ctx.Err() == nil {
			news, err := service.ReadFeeds(ctx, map[string]int64{personID: after})
			if err != nil && ctx.Err() == nil {
				w.Error(err)
				return
			}
			if one := news[personID]; one != nil {
				after = one.UpTo
				l.mu.Lock()
				l.heard = append(l.heard, one.Deliveries...)
				l.mu.Unlock()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	w.Cleanup(stop)
	return l
}

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

// tell writes rows of a person's feed.
func tell(w *billingtest.World, person *db.User, count int) {
	w.Helper()
	for _, statement := range []string{
		`INSERT INTO failures (id, cause_key, code, integration, cause, remedy, subject_label, first_at, last_at) SELECT $2 || '.' || i, $2 || i, 'gerencianet.1', 'GERENCIANET', '{}', '{}', '{}', now(), now() FROM generate_series(1, $1) i`,
		`INSERT INTO deliveries (id, sequence, kind, created_at, user_id, failure_id) SELECT $2 || '.' || i, i, 'OPENED', now(), $2, $2 || '.' || i FROM generate_series(1, $1) i`,
		`UPDATE users SET feed_sequence = $1 WHERE id = $2`,
	} {
		_, err := w.Pool.Exec(statement, count, person.ID)
		w.Must(err)
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
	t.Run("the feeds of many at once, page by page", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		one, two, nobody := w.User(enum.RoleFinance), w.User(enum.RoleFinance), w.User(enum.RoleFinance)
		w.Ready(one, two)
		tell(w, one, 250)
		tell(w, two, 3)
		tell(w, nobody, 2)
		news, err := w.ReadFeeds(w.Context(), map[string]int64{one.ID: 120, two.ID: 3, nobody.ID: 0})
		w.Must(err)
		if got := news[one.ID]; len(got.Deliveries) != billing.FeedPage || got.UpTo != 220 || got.Deliveries[0].Sequence != 121 || got.Deliveries[0].Edges.Failure == nil {
			t.Errorf("%d up to %d", len(got.Deliveries), got.UpTo)
		}
		if news[two.ID] != nil {
			t.Errorf("nothing is new: %+v", news[two.ID])
		}
		if got := news[nobody.ID]; len(got.Deliveries) != 0 || got.UpTo != 2 {
			t.Errorf("who was not chosen: %+v", got)
		}
	})
	t.Run("where a stream begins", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t)
		person := w.User(enum.RoleFinance)
		w.Ready(person)
		tell(w, person, 10)
		starts := func(position, want int64, code string) {
			t.Helper()
			cursor := billing.FeedCursor(person.ID, position)
			after, newest, err := w.FeedStart(w.Context(), person.ID, &cursor)
			if code != "" {
				refused(t, err, code)
				return
			}
			if err != nil || after != want || newest != 10 {
				t.Errorf("from %d: %d of %d, %v", position, after, newest, err)
			}
		}
		starts(0, 0, "")
		starts(10, 10, "")
		starts(11, 0, "CURSOR_EXPIRED") // the database was put back
		if after, _, err := w.FeedStart(w.Context(), person.ID, nil); err != nil || after != 10 {
			t.Errorf("without a cursor: %d %v", after, err)
		}
		_, err := w.Pool.Exec(`UPDATE deliveries SET created_at = now() - interval '2 years' WHERE sequence <= 4`)
		w.Must(err)
		w.Must(w.Sweep(w.Context()))
		w.Until("old rows are forgotten", func() bool { return w.DB.Delivery.Query().CountX(w.Context()) == 6 })
		starts(3, 0, "CURSOR_EXPIRED")
		starts(4, 4, "")
		_, err = w.Pool.Exec(`DELETE FROM deliveries`)
		w.Must(err)
		starts(9, 0, "CURSOR_EXPIRED")
		starts(10, 10, "")
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
