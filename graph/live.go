package graph

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/operation"
)

const (
	// lookInterval is how often everything is looked at without a ring: half of
	// what a lost ring, or a right that was taken away, may cost.
	lookInterval = 500 * time.Millisecond
	lookPatience = 10 * time.Second
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
	connections map[connection]struct{}
	feed        map[*follower]struct{} // those who are as far as the position, or farther
	position    int64                  // up to which the loop has read the feed
}

type followKind int

const (
	followsFeed followKind = iota
	followsCharges
	followsCharge
	followsOperation
)

// follower is one subscription of one client. After begun is set it belongs to the
// loop or, while it catches up, to its own goroutine.
type follower struct {
	to         stream
	connection connection
	plan       *plan
	kind       followKind
	id         string // of the person, charge or operation
	begun      bool

	position, newest int64         // of the feed: told so far; what there was at the beginning
	charge           *db.Charge    // told last
	operation        *db.Operation // told last
	gone             bool          // under live.mu
}

// stream is a subscription's way to its client.
type stream interface {
	next(answer outgoing) bool // false when there is no room
	drained(ctx context.Context) error
	complete()  // everything was told
	fail(error) // the subscription ends because of an error
	slow()      // the client reads too slowly
	context() context.Context
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
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	err := l.checkRights(ctx, rang)
	if err == nil {
		err = errors.Join(l.tellFeeds(ctx, rang), l.tellCharges(ctx, rang), l.tellOperations(ctx, rang))
	}
	if err != nil && !l.failing && ctx.Err() == nil {
		l.log.ErrorContext(ctx, "look for news", "error", err)
	}
	l.failing = err != nil
}

// checkRights ends the connections of those who may no longer listen. Connections of
// one session are asked about once.
func (l *live) checkRights(ctx context.Context, rang rings) error {
	asked, viewers, open := map[any]int{}, []*access.Viewer{}, map[connection]int{}
	l.mu.Lock()
	l.each(rang, func(_ string, one *person) {
		for c := range one.connections {
			of := rightsOf(c.viewer())
			n, known := asked[of]
			if !known {
				n = len(viewers)
				asked[of], viewers = n, append(viewers, c.viewer())
			}
			open[c] = n
		}
	})
	l.mu.Unlock()
	if len(open) == 0 {
		return nil
	}
	good, err := l.resolver.Access.Good(ctx, viewers)
	if err != nil {
		return err
	}
	for c, n := range open {
		if !good[n] {
			c.forbid()
		}
	}
	return nil
}

// rightsOf answers what the rights of a viewer hang on.
func rightsOf(viewer *access.Viewer) any {
	if viewer.Token != nil {
		return viewer // its secret may be an older one than another's
	}
	type session struct {
		id, userID, role string
		expiresAt        time.Time
	}
	return session{viewer.SessionID, viewer.User.ID, string(viewer.User.Role), viewer.ExpiresAt.Truncate(time.Second)}
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

// tellFeeds tells the news of every feed that rang, page by page.
func (l *live) tellFeeds(ctx context.Context, rang rings) error {
	for {
		after := map[string]int64{}
		l.mu.Lock()
		l.each(rang, func(id string, one *person) {
			if len(one.feed) > 0 {
				after[id] = one.position
			}
		})
		l.mu.Unlock()
		if len(after) == 0 {
			return nil
		}
		news, err := l.resolver.Billing.ReadFeeds(ctx, after)
		if err != nil {
			return err
		}
		again := rings{topics: map[string]struct{}{}}
		var due []telling
		for id, one := range news {
			due = append(due, l.feedTelling(id, one)...)
			if one.UpTo-after[id] == billing.FeedPage {
				again.topics[billing.UserTopic(id)] = struct{}{}
			}
		}
		l.tell(ctx, due)
		rang = again
	}
}

// feedTelling moves a feed's position and answers what its followers are told.
// Whoever joins them later has to be as far as the new position.
func (l *live) feedTelling(id string, news *billing.FeedNews) []telling {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.people[id]
	if one == nil {
		return nil
	}
	one.position = news.UpTo
	events := feedEvents(news)
	var due []telling
	for f := range one.feed {
		due = append(due, telling{f, events})
	}
	return due
}

func feedEvents(news *billing.FeedNews) []event {
	events := make([]event, len(news.Deliveries))
	for i, told := range news.Deliveries {
		shown := failureEvent(told)
		events[i] = event{value: shown, cursor: shown.Cursor, position: told.Sequence}
	}
	return events
}

// tellCharges tells the charges that changed, and to new followers of one charge how
// it is now.
func (l *live) tellCharges(ctx context.Context, rang rings) error {
	l.mu.Lock()
	followed, fresh := len(l.charges) > 0, []string{}
	for id, followers := range l.charges {
		for f := range followers {
			if id != "" && f.charge == nil {
				fresh = append(fresh, id)
				break
			}
		}
	}
	l.mu.Unlock()
	if !followed {
		l.changes = nil
	}
	if !followed || !rang.has(billing.ChargeTopic("")) {
		return nil
	}
	changed, err := l.changedCharges(ctx)
	if err != nil {
		return err
	}
	var now []*db.Charge
	if len(fresh) > 0 {
		if now, err = l.resolver.DB.Charge.Query().Where(charge.IDIn(fresh...)).All(ctx); err != nil {
			return err
		}
	}
	l.tell(ctx, append(l.chargeTelling(changed, true), l.chargeTelling(now, false)...))
	return nil
}

// changedCharges reads what has changed since the last time; at the first, nothing.
func (l *live) changedCharges(ctx context.Context) (changed []*db.Charge, err error) {
	if l.changes == nil {
		l.changes, err = l.resolver.Billing.NewChanges(ctx)
		return nil, err
	}
	err = l.resolver.Billing.ReadChanges(ctx, l.changes, func(c *db.Charge) { changed = append(changed, c) })
	return changed, err
}

// chargeTelling answers who is told of charges; those who follow all of them are
// told only what has changed.
func (l *live) chargeTelling(charges []*db.Charge, all bool) []telling {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due []telling
	for _, c := range charges {
		events := []event{{value: c}}
		for f := range l.charges[c.ID] {
			if f.charge == nil || !f.charge.UpdatedAt.Equal(c.UpdatedAt) {
				f.charge = c
				due = append(due, telling{f, events})
			}
		}
		if all {
			for f := range l.charges[""] {
				due = append(due, telling{f, events})
			}
		}
	}
	return due
}

// tellOperations tells the operations that look different, and ends the streams of
// those that have ended.
func (l *live) tellOperations(ctx context.Context, rang rings) error {
	var followed []string
	l.mu.Lock()
	for id := range l.operations {
		if rang.has(billing.OperationTopic(id)) {
			followed = append(followed, id)
		}
	}
	l.mu.Unlock()
	if len(followed) == 0 {
		return nil
	}
	now, err := l.resolver.DB.Operation.Query().Where(operation.IDIn(followed...)).All(ctx)
	if err != nil {
		return err
	}
	var due []telling
	var over []*follower
	l.mu.Lock()
	for _, one := range now {
		events := []event{{value: one}}
		for f := range l.operations[one.ID] {
			if isNews(f.operation, one) {
				f.operation = one
				due = append(due, telling{f, events})
			}
			if ended(one.State) {
				over = append(over, f)
			}
		}
	}
	l.mu.Unlock()
	l.tell(ctx, due)
	for _, f := range over {
		f.to.complete()
	}
	return nil
}

// event is something that happened, before a plan has made an answer of it.
type event struct {
	value    any
	cursor   string
	position int64
}

// telling is what one follower is told.
type telling struct {
	follower *follower
	events   []event
}

// tell hands everybody their news; followers that share a plan share the answers.
func (l *live) tell(ctx context.Context, due []telling) {
	byPlan := map[*plan][]telling{}
	for _, one := range due {
		byPlan[one.follower.plan] = append(byPlan[one.follower.plan], one)
	}
	var busy sync.WaitGroup
	slots := make(chan struct{}, encoders)
	for with, group := range byPlan {
		slots <- struct{}{}
		busy.Go(func() {
			defer func() { <-slots }()
			l.tellGroup(ctx, with, group)
		})
	}
	busy.Wait()
}

// tellGroup tells what is due to the followers of one plan. Each event is executed
// once, and only when somebody has not been told it yet.
func (l *live) tellGroup(ctx context.Context, with *plan, group []telling) {
	answers := map[any]*outgoing{}
	for _, one := range group {
		for _, happened := range one.events {
			f := one.follower
			if f.kind == followsFeed && happened.position <= f.position {
				continue
			}
			answer, known := answers[happened.value]
			if !known {
				answer = l.answer(ctx, with, happened)
				answers[happened.value] = answer
			}
			if !l.hand(f, happened, answer) {
				break
			}
		}
	}
}

// answer executes an event; nil after an error, which is logged.
func (l *live) answer(ctx context.Context, with *plan, happened event) *outgoing {
	encoded, err := with.encode(ctx, happened.value)
	if err != nil {
		l.log.ErrorContext(ctx, "execute an event", "error", err)
		return nil
	}
	return &outgoing{kind: messageNext, cursor: happened.cursor, payload: encoded}
}

// hand gives a follower an answer. It answers false when the follower is told no
// more by the loop: a feed that has no room goes back to catching up.
func (l *live) hand(f *follower, happened event, answer *outgoing) bool {
	if answer == nil {
		f.to.fail(errNoAnswer)
		return false
	}
	if f.to.next(*answer) {
		f.position = happened.position
		return true
	}
	if f.kind == followsFeed {
		l.detach(f)
		go l.catchUp(f)
	} else {
		f.to.slow()
	}
	return false
}

// start begins to tell a follower whose resolver has said what it follows.
func (l *live) start(ctx context.Context, executor graphql.GraphExecutor, asked *graphql.OperationContext, f *follower) {
	made := newPlan(ctx, executor, asked)
	l.mu.Lock()
	if f.gone {
		l.mu.Unlock()
		return
	}
	if known := l.plans[made.key]; known != nil {
		made = known
	} else {
		l.plans[made.key] = made
	}
	made.users++
	f.plan = made
	switch f.kind {
	case followsFeed:
	case followsOperation:
		join(l.operations, f.id, f)
	default:
		join(l.charges, f.id, f)
	}
	l.mu.Unlock()
	if f.kind == followsFeed && (f.position < f.newest || !l.attach(f)) {
		go l.catchUp(f)
		return
	}
	for _, topic := range f.topics() {
		l.ear.Hear(topic)
	}
}

func join(groups map[string]map[*follower]struct{}, id string, f *follower) {
	if groups[id] == nil {
		groups[id] = map[*follower]struct{}{}
	}
	groups[id][f] = struct{}{}
}

func part(groups map[string]map[*follower]struct{}, id string, f *follower) {
	delete(groups[id], f)
	if len(groups[id]) == 0 {
		delete(groups, id)
	}
}

// end forgets a follower.
func (l *live) end(f *follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.gone {
		return
	}
	f.gone = true
	switch f.kind {
	case followsFeed:
		if one := l.people[f.id]; one != nil {
			delete(one.feed, f)
		}
	case followsOperation:
		part(l.operations, f.id, f)
	default:
		part(l.charges, f.id, f)
	}
	if f.plan == nil {
		return
	}
	if f.plan.users--; f.plan.users == 0 {
		delete(l.plans, f.plan.key)
	}
}

// attach has the loop tell a follower of a feed from now on; false when the loop is
// farther than the follower.
func (l *live) attach(f *follower) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.people[f.id]
	if f.gone || one == nil {
		return true
	}
	if len(one.feed) == 0 {
		one.position = f.position
	}
	if f.position < one.position {
		return false
	}
	one.feed[f] = struct{}{}
	return true
}

func (l *live) detach(f *follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one := l.people[f.id]; one != nil {
		delete(one.feed, f)
	}
}

// catchUp tells a follower what it has missed, as fast as the client reads.
func (l *live) catchUp(f *follower) {
	ctx := f.to.context()
	for {
		err := f.to.drained(ctx)
		var more bool
		if err == nil {
			more, err = l.tellPage(ctx, f)
		}
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errSlowReader):
			f.to.slow()
			return
		case errors.Is(err, access.ErrUnauthenticated):
			f.connection.forbid()
			return
		case err != nil:
			f.to.fail(err)
			return
		case !more && l.attach(f):
			l.ear.Hear(billing.UserTopic(f.id))
			return
		}
	}
}

// tellPage tells one page of what was missed, and answers whether there is more.
func (l *live) tellPage(ctx context.Context, f *follower) (more bool, err error) {
	select {
	case l.catching <- struct{}{}:
		defer func() { <-l.catching }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if err := l.resolver.Access.Recheck(ctx, f.connection.viewer()); err != nil {
		return false, err
	}
	news, err := l.resolver.Billing.ReadFeeds(ctx, map[string]int64{f.id: f.position})
	if err != nil || news[f.id] == nil {
		return false, err
	}
	upTo := news[f.id].UpTo
	more = upTo-f.position == billing.FeedPage
	for _, happened := range feedEvents(news[f.id]) {
		encoded, err := f.plan.encode(ctx, happened.value)
		if err != nil {
			return false, err
		}
		if !f.to.next(outgoing{kind: messageNext, cursor: happened.cursor, payload: encoded}) {
			return true, nil // the rest when there is room
		}
		f.position = happened.position
	}
	f.position = upTo
	return more, nil
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
	id := c.viewer().User.ID
	if l.people[id] == nil {
		l.people[id] = &person{connections: map[connection]struct{}{}, feed: map[*follower]struct{}{}}
	}
	l.people[id].connections[c] = struct{}{}
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
	delete(one.connections, c)
	if len(one.connections) == 0 {
		delete(l.people, viewer.User.ID)
	}
}

func (l *live) all() []connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	open := make([]connection, 0, len(l.connections))
	for c := range l.connections {
		open = append(open, c)
	}
	return open
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
