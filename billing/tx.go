package billing

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

func isDeadlock(err error) bool {
	var pqError *pq.Error
	return errors.As(err, &pqError) && (pqError.Code == "40P01" || pqError.Code == "40001")
}

// returnedID runs a statement that returns one id.
func returnedID(ctx context.Context, tx *db.Tx, statement string, arguments ...any) (id string, err error) {
	rows, err := tx.QueryContext(ctx, statement, arguments...)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if rows.Next() {
		err = rows.Scan(&id)
	}
	return id, errors.Join(err, rows.Err())
}

// isUnique tells whether the error is the breach of the named constraint or index.
func isUnique(err error, name string) bool {
	var pqError *pq.Error
	return errors.As(err, &pqError) && pqError.Code == "23505" && pqError.Constraint == name
}
