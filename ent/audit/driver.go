package audit

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Driver answers ent's driver, which tells every transaction who acts. A statement
// that writes outside of a transaction gets one of its own.
func Driver(over *sql.Driver) dialect.Driver { return &driver{over} }

type driver struct{ *sql.Driver }

// Tx begins a transaction of the context's actor.
func (d *driver) Tx(ctx context.Context) (dialect.Tx, error) { return d.BeginTx(ctx, nil) }

// BeginTx is Tx with options.
func (d *driver) BeginTx(ctx context.Context, options *stdsql.TxOptions) (dialect.Tx, error) {
	tx, err := d.Driver.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	setting := ActorFrom(ctx).setting()
	if setting == "" {
		return tx, nil
	}
	if err := tx.Exec(ctx, setting, []any{}, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("tell who acts: %w", err), tx.Rollback())
	}
	return tx, nil
}

// Exec runs a statement.
func (d *driver) Exec(ctx context.Context, query string, args, v any) error {
	if !writes(ctx, query) {
		return d.Driver.Exec(ctx, query, args, v)
	}
	tx, err := d.Tx(ctx)
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, query, args, v); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Query runs a statement that answers rows.
func (d *driver) Query(ctx context.Context, query string, args, v any) error {
	if !writes(ctx, query) {
		return d.Driver.Query(ctx, query, args, v)
	}
	rows, ok := v.(*sql.Rows)
	if !ok {
		return fmt.Errorf("audit: rows are read into %T", v)
	}
	tx, err := d.Tx(ctx)
	if err != nil {
		return err
	}
	if err := tx.Query(ctx, query, args, rows); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	rows.ColumnScanner = committing{rows.ColumnScanner, tx}
	return nil
}

// ExecContext runs a statement of our own.
func (d *driver) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	var result stdsql.Result
	err := d.Exec(ctx, query, args, &result)
	return result, err
}

// QueryContext runs a statement of our own, which only reads: its rows could not
// commit what they wrote.
func (d *driver) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	if writes(ctx, query) {
		return nil, errors.New("audit: write in a transaction")
	}
	return d.Driver.QueryContext(ctx, query, args...)
}

// writes tells whether the statement may change what the record is about.
func writes(ctx context.Context, query string) bool {
	return !strings.HasPrefix(strings.TrimSpace(query), "SELECT") && ActorFrom(ctx) != Actor{}
}

// committing commits the transaction of a statement when its rows were read.
type committing struct {
	sql.ColumnScanner
	tx dialect.Tx
}

// Close ends rows and transaction.
func (c committing) Close() error {
	if err := errors.Join(c.Err(), c.ColumnScanner.Close()); err != nil {
		return errors.Join(err, c.tx.Rollback())
	}
	return c.tx.Commit()
}
