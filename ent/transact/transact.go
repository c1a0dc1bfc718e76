// Package transact runs work in one transaction, and says what PostgreSQL
// refused it for. Everything that writes rows goes through it.
package transact

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"ponte/ent/db"
)

// Work is what is done inside a transaction. It may be run more than once, so it
// must only touch the database.
type Work func(ctx context.Context, tx *db.Tx) error

const (
	tries = 5
	pause = 5 * time.Millisecond // before the second try; it grows by itself with each
)

// Run runs work in one transaction and commits it. It begins anew when the
// database broke a deadlock.
func Run(ctx context.Context, client *db.Client, work Work) error {
	for try := 1; ; try++ {
		err := once(ctx, client, work)
		if err == nil || try == tries || !isBroken(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try) * pause):
		}
	}
}

func once(ctx context.Context, client *db.Client, work Work) error {
	tx, err := client.Tx(ctx)
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

// isBroken tells whether the transaction lost against another one, and may win
// when it is run again.
func isBroken(err error) bool {
	var refused *pq.Error
	return errors.As(err, &refused) && (refused.Code == pqerror.TRDeadlockDetected || refused.Code == pqerror.TRSerializationFailure)
}

// IsUnique tells whether the error is the breach of the named constraint or index.
func IsUnique(err error, name string) bool {
	var refused *pq.Error
	return errors.As(err, &refused) && refused.Code == pqerror.UniqueViolation && refused.Constraint == name
}
