package graph

import (
	"log/slog"
	"testing"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
)

// quietClient is a client that reads nothing: no test here hands it anything.
type quietClient struct{ connection }

func (quietClient) viewer() *access.Viewer { return &access.Viewer{User: &db.User{ID: "usr_1"}} }

// The loop reads news without holding its lock. Whoever comes meanwhile, with an
// older position than those who have just left, misses nothing.
func TestNewsReadWhileEverybodyLeaves(t *testing.T) {
	t.Parallel()
	l := newLive(&Resolver{Billing: &billing.Service{Bell: billing.NewBell(slog.New(slog.DiscardHandler))}}, nil)
	client := quietClient{}
	l.introduce(client)
	first, late := &follower{kind: followsFeed, id: "usr_1", position: 100}, &follower{kind: followsFeed, id: "usr_1", position: 90}
	upTo := func(n int64) *billing.FeedNews {
		return &billing.FeedNews{Deliveries: []*db.Delivery{{Sequence: n, Edges: db.DeliveryEdges{Failure: &db.Failure{}}}}, UpTo: n}
	}

	if !l.attach(first) || l.attach(late) {
		t.Fatal("only who is as far as the loop may join it")
	}
	l.end(first)
	if !l.attach(late) {
		t.Fatal("the loop begins where its first follower is")
	}
	if due := l.feedTelling("usr_1", 100, upTo(105)); due != nil || l.people["usr_1"].position != 90 {
		t.Errorf("what came after 100 is told to who is at 90: %+v, the loop is at %d", due, l.people["usr_1"].position)
	}
	select {
	case <-l.ear.Rung:
	default:
		t.Error("nobody looks again")
	}
	if due := l.feedTelling("usr_1", 90, upTo(105)); len(due) != 1 || due[0].follower != late || l.people["usr_1"].position != 105 {
		t.Errorf("read from there: %+v", due)
	}
}
