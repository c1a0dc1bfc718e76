package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
)

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

// close ends a client that reads too slowly.
func (l *live) close(ctx context.Context, f *follower) {
	l.log.InfoContext(ctx, "a client reads too slowly", "user", f.connection.viewer().User.ID)
	f.to.slow()
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
			l.close(ctx, f)
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
	// A client that leaves ends no statement half-way: that would cost a connection.
	news, err := reading(context.WithoutCancel(ctx), func(ctx context.Context) (map[string]*billing.FeedNews, error) {
		if err := l.resolver.Access.Recheck(ctx, f.connection.viewer()); err != nil {
			return nil, err
		}
		return l.resolver.Billing.ReadFeeds(ctx, map[string]int64{f.id: f.position})
	})
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
