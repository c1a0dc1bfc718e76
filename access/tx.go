package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ponte/ent/db"
)

const txTries = 5

// tx runs work in one transaction and commits it. Work is run again when the
// database broke a deadlock, so it must only touch the database.
func (s *Service) tx(ctx context.Context, work func(ctx context.Context, tx *db.Tx) error) error {
	for try := 1; ; try++ {
		err := s.txOnce(ctx, work)
		if err == nil || try == txTries || !isDeadlock(err) {
			return err
		}
		time.Sleep(time.Duration(try) * 5 * time.Millisecond)
	}
}

func (s *Service) txOnce(ctx context.Context, work func(ctx context.Context, tx *db.Tx) error) error {
	tx, err := s.DB.Tx(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := work(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
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

func isDeadlock(err error) bool {
	var pqError *pq.Error
	return errors.As(err, &pqError) && (pqError.Code == "40P01" || pqError.Code == "40001")
}

// isUnique tells whether the error is the breach of the named constraint or index.
func isUnique(err error, name string) bool {
	var pqError *pq.Error
	return errors.As(err, &pqError) && pqError.Code == "23505" && pqError.Constraint == name
}
