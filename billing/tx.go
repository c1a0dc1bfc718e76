package billing

import (
	"context"
	"errors"

	"ponte/ent/db"
	"ponte/ent/transact"
)

// tx runs work in one transaction and commits it. Work is run again when the
// database broke a deadlock, so it must only touch the database.
func (s *Service) tx(ctx context.Context, work transact.Work) error {
	return transact.Run(ctx, s.DB, work)
}

// returnedID runs a statement that returns one id.
func returnedID(ctx context.Context, tx *db.Tx, statement string, arguments ...any) (id string, err error) {
	return returned[string](ctx, tx, statement, arguments...)
}

// returned runs a statement that returns one value, and answers the zero value when
// it returns none.
func returned[T any](ctx context.Context, tx *db.Tx, statement string, arguments ...any) (value T, err error) {
	rows, err := tx.QueryContext(ctx, statement, arguments...)
	if err != nil {
		return value, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if rows.Next() {
		err = rows.Scan(&value)
	}
	return value, errors.Join(err, rows.Err())
}
