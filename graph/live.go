package graph

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"ponte/access"
	"ponte/billing"
)

const (
	// lookInterval is how often everything is looked at without a ring: half of
	// what a lost ring, or a right that was taken away, may cost.
	lookInterval = 500 * time.Millisecond
	lookPatience = 10 * time.Second // of one statement
	// farewell is how long clients may take to hear that the server stops.
	farewell = 2 * time.Second
	// encoders is how many plans are executed at once.
	encoders = 4
	// catchUps is how many followers read the past at once.
	catchUps = 8
)

// live tells everybody who follows something in this process. One loop looks for
// all of them: it asks with one statement who may still listen, with another who has
// news, reads the news once, executes each plan once for each event, and puts the
// answer into the clients' outboxes without waiting for any of them.
//
// Only what a client has missed is read by a goroutine of its own, page by page as
// fast as the client reads, until it is as far as the loop. A client that falls
// behind goes back to that.
type live struct {
	resolver *Resolver
	log      *slog.Logger
	ear      *billing.Ear
	deaf     func() // stops the ear
	catching chan struct{}
	changes  *billing.Changes // what the followers of charges were told; the loop's own
	failing  bool             // the last look failed; the loop's own

	mu          sync.Mutex
	stopped     bool
	connections map[connection]struct{}
	people      map[string]*person
	charges     map[string]map[*follower]struct{} // by the charge's id, "" for all
	operations  map[string]map[*follower]struct{} // by the operation's id
	plans       map[string]*plan
}

// connection is a client's way to us, a WebSocket or a stream of events.
type connection interface {
	viewer() *access.Viewer
	forbid()             // the viewer may no longer listen
	leave()              // the server stops
	keepAlive(time.Time) // time to show that we are there, and to see whether the client is
}

// person is somebody with connections to this process.
type person struct {
	viewers  map[*access.Viewer]map[connection]struct{}
	feed     map[*follower]struct{} // those who are as far as the position, or farther
	position int64                  // up to which the loop has read the feed
}

func newLive(r *Resolver, log *slog.Logger) *live {
	ear, deaf := r.Billing.Bell.Ear()
	return &live{
		resolver: r, log: log, ear: ear, deaf: deaf, catching: make(chan struct{}, catchUps), connections: map[connection]struct{}{}, people: map[string]*person{},
		charges: map[string]map[*follower]struct{}{}, operations: map[string]map[*follower]struct{}{}, plans: map[string]*plan{},
	}
}

// run looks until the context ends, and ends all streams then.
func (l *live) run(ctx context.Context) {
	interval := time.NewTicker(lookInterval)
	defer interval.Stop()
	defer l.deaf()
	for {
		select {
		case <-ctx.Done():
			l.stop()
			return
		case <-l.ear.Rung:
			topics, all := l.ear.Heard()
			l.look(ctx, rings{topics, all})
		case now := <-interval.C:
			l.look(ctx, rings{all: true})
			l.keepAlive(now)
		}
	}
}

// rings are the topics that rang.
type rings struct {
	topics map[string]struct{}
	all    bool
}

func (r rings) has(topic string) bool {
	_, rang := r.topics[topic]
	return rang || r.all
}

// look finds and tells the news of the topics that rang. After an error everybody
// stays where they are, and the next look begins there.
func (l *live) look(ctx context.Context, rang rings) {
	err := l.checkRights(ctx, rang)
	if err == nil {
		err = errors.Join(l.tellFeeds(ctx, rang), l.tellCharges(ctx, rang), l.tellOperations(ctx, rang))
	}
	if err != nil && !l.failing && ctx.Err() == nil {
		l.log.ErrorContext(ctx, "look for news", "error", err)
	}
	l.failing = err != nil
}

// checkRights ends the connections of those who may no longer listen. Connections that
// were signed in alike share a viewer, who is asked about once.
func (l *live) checkRights(ctx context.Context, rang rings) error {
	var groups []map[connection]struct{}
	var viewers []*access.Viewer
	l.mu.Lock()
	l.each(rang, func(_ string, one *person) {
		for viewer, connections := range one.viewers {
			groups, viewers = append(groups, connections), append(viewers, viewer)
		}
	})
	l.mu.Unlock()
	if len(viewers) == 0 {
		return nil
	}
	good, err := reading(ctx, func(ctx context.Context) ([]bool, error) { return l.resolver.Access.Good(ctx, viewers) })
	if err != nil {
		return err
	}
	for i, connections := range groups {
		if !good[i] {
			for _, c := range l.among(connections) {
				c.forbid()
			}
		}
	}
	return nil
}

// among answers who is in a group now.
func (l *live) among(group map[connection]struct{}) []connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(group))
}

// each calls look with every person whose topic rang. The caller holds the lock.
func (l *live) each(rang rings, look func(id string, one *person)) {
	if rang.all {
		for id, one := range l.people {
			look(id, one)
		}
		return
	}
	for topic := range rang.topics {
		if id, ok := billing.TopicUser(topic); ok && l.people[id] != nil {
			look(id, l.people[id])
		}
	}
}

// connect counts a connection in; false when the server stops.
func (l *live) connect(c connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return false
	}
	l.connections[c] = struct{}{}
	return true
}

// introduce looks after the rights of a connection whose viewer is known now.
func (l *live) introduce(c connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	viewer := c.viewer()
	one := l.people[viewer.User.ID]
	if one == nil {
		one = &person{viewers: map[*access.Viewer]map[connection]struct{}{}, feed: map[*follower]struct{}{}}
		l.people[viewer.User.ID] = one
	}
	if one.viewers[viewer] == nil {
		one.viewers[viewer] = map[connection]struct{}{}
	}
	one.viewers[viewer][c] = struct{}{}
}

// known answers the viewer that a connection shares with those that were signed in
// alike: the one given when it is the first.
func (l *live) known(fresh *access.Viewer) *access.Viewer {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.people[fresh.User.ID]
	if one == nil {
		return fresh
	}
	for viewer := range one.viewers {
		if viewer.Credential() == fresh.Credential() && viewer.User.Role == fresh.User.Role && viewer.ExpiresAt.Equal(fresh.ExpiresAt) {
			return viewer
		}
	}
	return fresh
}

// disconnect forgets a connection; its followers have been ended.
func (l *live) disconnect(c connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.connections, c)
	viewer := c.viewer()
	if viewer == nil || l.people[viewer.User.ID] == nil {
		return
	}
	one := l.people[viewer.User.ID]
	delete(one.viewers[viewer], c)
	if len(one.viewers[viewer]) == 0 {
		delete(one.viewers, viewer)
	}
	if len(one.viewers) == 0 {
		delete(l.people, viewer.User.ID)
	}
}

func (l *live) all() []connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.connections))
}

func (l *live) keepAlive(now time.Time) {
	for _, c := range l.all() {
		c.keepAlive(now)
	}
}

func (l *live) stop() {
	l.mu.Lock()
	l.stopped = true
	l.mu.Unlock()
	for _, c := range l.all() {
		c.leave()
	}
	for end := time.Now().Add(farewell); len(l.all()) > 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
}
