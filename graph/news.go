package graph

import (
	"context"
	"sync"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/operation"
)

// tellFeeds tells a page of the news of every feed that rang. Where there is more the
// bell rings again, so that nobody waits for one long feed.
func (l *live) tellFeeds(ctx context.Context, rang rings) error {
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
	news, err := reading(ctx, func(ctx context.Context) (map[string]*billing.FeedNews, error) {
		return l.resolver.Billing.ReadFeeds(ctx, after)
	})
	if err != nil {
		return err
	}
	var due []telling
	for id, one := range news {
		due = append(due, l.feedTelling(id, after[id], one)...)
		if one.UpTo-after[id] == billing.FeedPage {
			defer l.ear.Hear(billing.UserTopic(id))
		}
	}
	l.tell(ctx, due)
	return nil
}

// reading bounds what the loop waits for the database.
func reading[T any](ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	return read(ctx)
}

// feedTelling moves a feed's position and answers what its followers are told.
// Whoever joins them later has to be as far as the new position. When the last of
// them has left, and one who is not so far has come, while the news was read, it is
// read anew from there.
func (l *live) feedTelling(id string, after int64, news *billing.FeedNews) []telling {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.people[id]
	if one == nil {
		return nil
	}
	if one.position != after {
		l.ear.Hear(billing.UserTopic(id))
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
	changed, err := reading(ctx, l.changedCharges)
	var now []*db.Charge
	if err == nil && len(fresh) > 0 {
		now, err = reading(ctx, l.resolver.DB.Charge.Query().Where(charge.IDIn(fresh...)).All)
	}
	l.tell(ctx, append(l.chargeTelling(changed, true), l.chargeTelling(now, false)...))
	return err
}

// changedCharges reads what has changed since the last time; at the first, nothing.
func (l *live) changedCharges(ctx context.Context) (changed []*db.Charge, err error) {
	if l.changes == nil {
		begun, err := l.resolver.Billing.NewChanges(ctx)
		if err == nil {
			l.changes = begun
		}
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
	now, err := reading(ctx, l.resolver.DB.Operation.Query().Where(operation.IDIn(followed...)).All)
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
			if ctx.Err() != nil { // the server stops: who comes back is told
				return
			}
			if !known {
				answer = l.answer(ctx, with, happened)
				answers[happened.value] = answer
			}
			if !l.hand(ctx, f, happened, answer) {
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
func (l *live) hand(ctx context.Context, f *follower, happened event, answer *outgoing) bool {
	if answer == nil {
		if ctx.Err() == nil {
			f.to.fail(errNoAnswer)
		}
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
		l.close(ctx, f)
	}
	return false
}
