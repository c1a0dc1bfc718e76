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

// Changes is what somebody who follows all charges has been told: each charge with
// its moment, and the newest.
type Changes struct {
	at     map[string]time.Time
	newest time.Time
}

// NewChanges takes for told what has changed up to now, however the processes'
// clocks stand.
func (s *Service) NewChanges(ctx context.Context) (*Changes, error) {
	told := &Changes{at: map[string]time.Time{}}
	last, err := s.DB.Charge.Query().Order(db.Desc(charge.FieldUpdatedAt)).Select(charge.FieldUpdatedAt).First(ctx)
	if db.IsNotFound(err) {
		return told, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the newest change: %w", err)
	}
	told.newest = last.UpdatedAt
	return told, s.ReadChanges(ctx, told, func(*db.Charge) {})
}

// ReadChanges calls tell with every charge that has changed since the newest change
// that was told, and a little before it: the newest state, once.
func (s *Service) ReadChanges(ctx context.Context, told *Changes, tell func(*db.Charge)) error {
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
			tell(c)
			told.note(c)
		}
		if len(page) < followPage {
			told.forget()
			return nil
		}
		beyond = changedAfter(page[len(page)-1])
	}
}

func (t *Changes) note(c *db.Charge) {
	t.at[c.ID] = c.UpdatedAt
	if c.UpdatedAt.After(t.newest) {
		t.newest = c.UpdatedAt
	}
}

// forget lets go of what is too old to be read again.
func (t *Changes) forget() {
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
