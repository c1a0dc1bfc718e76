package billing

import (
	"context"
	"fmt"
	"time"

	"ponte/ent/db"
	"ponte/ent/db/charge"
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
	seen := map[string]time.Time{}
	since := time.Now()
	begin := since
	return s.Follow(ctx, ChargeTopic(""), allowed, func(ctx context.Context) error {
		changed, err := s.DB.Charge.Query().Where(charge.UpdatedAtGT(since.Add(-followBack)), charge.UpdatedAtGTE(begin)).
			Order(db.Asc(charge.FieldUpdatedAt)).Limit(followPage).All(ctx)
		if err != nil {
			return fmt.Errorf("read changed charges: %w", err)
		}
		for _, c := range changed {
			if seen[c.ID].Equal(c.UpdatedAt) {
				continue
			}
			if err := send(c); err != nil {
				return err
			}
			seen[c.ID] = c.UpdatedAt
			if c.UpdatedAt.After(since) {
				since = c.UpdatedAt
			}
		}
		forgetOld(seen, since.Add(-2*followBack))
		return nil
	})
}

func forgetOld(seen map[string]time.Time, before time.Time) {
	for id, at := range seen {
		if at.Before(before) {
			delete(seen, id)
		}
	}
}

// touch shows that a charge's story has grown although nothing else changed.
func touch(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Charge.UpdateOneID(id).SetUpdatedAt(time.Now()).Exec(ctx)
}
