package billing

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/predicate"
)

const (
	// followBack is how much older than the newest change a change may be that
	// was committed after it.
	followBack = 5 * time.Second
	followPage = 200
)

// FollowCharges calls send with every charge that changes from now on, newest
// state once, until the context ends, send fails or allowed does.
func (s *Service) FollowCharges(ctx context.Context, allowed func(context.Context) error, send func(*db.Charge) error) error {
	seen, err := s.changedLately(ctx)
	if err != nil {
		return err
	}
	return s.Follow(ctx, ChargeTopic(""), allowed, func(ctx context.Context) error { return s.sendChanged(ctx, seen, send) })
}

// changed is what a stream has told: each charge with its moment, and the newest.
type changed struct {
	at     map[string]time.Time
	newest time.Time
}

// changedLately takes for told what has changed before the stream began, however
// the processes' clocks stand.
func (s *Service) changedLately(ctx context.Context) (*changed, error) {
	told := &changed{at: map[string]time.Time{}}
	last, err := s.DB.Charge.Query().Order(db.Desc(charge.FieldUpdatedAt)).Select(charge.FieldUpdatedAt).First(ctx)
	if db.IsNotFound(err) {
		return told, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the newest change: %w", err)
	}
	told.newest = last.UpdatedAt
	return told, s.sendChanged(ctx, told, func(*db.Charge) error { return nil })
}

// sendChanged sends what has changed since the newest change that was told, and
// a little before it, page by page.
func (s *Service) sendChanged(ctx context.Context, told *changed, send func(*db.Charge) error) error {
	beyond := charge.UpdatedAtGT(told.newest.Add(-followBack))
	for {
		page, err := s.DB.Charge.Query().Where(beyond).Order(db.Asc(charge.FieldUpdatedAt, charge.FieldID)).Limit(followPage).All(ctx)
		if err != nil {
			return fmt.Errorf("read changed charges: %w", err)
		}
		for _, c := range page {
			if told.at[c.ID].Equal(c.UpdatedAt) {
				continue
			}
			if err := send(c); err != nil {
				return err
			}
			told.note(c)
		}
		if len(page) < followPage {
			told.forget()
			return nil
		}
		beyond = changedAfter(page[len(page)-1])
	}
}

func (t *changed) note(c *db.Charge) {
	t.at[c.ID] = c.UpdatedAt
	if c.UpdatedAt.After(t.newest) {
		t.newest = c.UpdatedAt
	}
}

// forget lets go of what is too old to be read again.
func (t *changed) forget() {
	for id, at := range t.at {
		if at.Before(t.newest.Add(-2 * followBack)) {
			delete(t.at, id)
		}
	}
}

// changedAfter selects what comes after a charge in the order of changes.
func changedAfter(last *db.Charge) predicate.Charge {
	return func(selector *sql.Selector) {
		selector.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("("+selector.C(charge.FieldUpdatedAt)+", "+selector.C(charge.FieldID)+") > (").Args(last.UpdatedAt, last.ID).WriteString(")")
		}))
	}
}

// touch shows that a charge's story has grown although nothing else changed.
func touch(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Charge.UpdateOneID(id).SetUpdatedAt(time.Now()).Exec(ctx)
}
