package access

import (
	"context"
	"fmt"

	"ponte/ent/db"
	"ponte/ent/transact"
)

// tx runs work in one transaction and commits it. Work is run again when the
// database broke a deadlock, so it must only touch the database.
func (s *Service) tx(ctx context.Context, work transact.Work) error {
	return transact.Run(ctx, s.DB, work)
}

// peopleLock is the key of the advisory lock that serialises changes of people.
const peopleLock = 0x706f6e7465 // "ponte"

// lockPeople makes changes of people wait for each other until the transaction
// ends, so that "there is no owner yet" and "there is another owner" stay true
// until what was decided on them is written.
func lockPeople(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(peopleLock)); err != nil {
		return fmt.Errorf("lock the people: %w", err)
	}
	return nil
}

// Ring tells every process, when the transaction commits, that the topic of
// billing.Bell changed.
func Ring(ctx context.Context, tx *db.Tx, topic string) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_notify('ponte', $1)", topic); err != nil {
		return fmt.Errorf("ring %s: %w", topic, err)
	}
	return nil
}
