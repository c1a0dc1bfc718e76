package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lib/pq"
)

const (
	sealInterval = time.Second
	sealBatch    = 1000
	sealLock     = 0x706f6e74656175 // "ponteau", the key of the advisory lock

	// Overdue is how old an entry may be that is not sealed yet.
	Overdue = 30 * time.Second
)

// link is an entry as the chain holds it. The order of the fields, and the text of
// each, are what is hashed: they never change.
type link struct {
	Position int64
	ID       string
	At       time.Time
	UserID   *string
	TokenID  *string
	Address  string
	Action   string
	Change   string
	Kind     string
	ObjectID string
	AboutID  *string
	Before   string
	After    string
}

const linkColumns = "id, at, user_id, token_id, address, action, change, kind, object_id, about_id, before::text, after::text"

func (l *link) targets() []any {
	return []any{&l.ID, &l.At, &l.UserID, &l.TokenID, &l.Address, &l.Action, &l.Change, &l.Kind, &l.ObjectID, &l.AboutID, &l.Before, &l.After}
}

// hash chains the entry to the one before it.
func (l *link) hash(previous []byte) []byte {
	content, err := json.Marshal([]any{
		l.Position, l.ID, l.At.UTC().Format(time.RFC3339Nano), l.UserID, l.TokenID, l.Address, l.Action, l.Change, l.Kind, l.ObjectID, l.AboutID, l.Before, l.After,
	})
	if err != nil {
		panic("audit: " + err.Error()) // numbers and strings always encode
	}
	sum := sha256.Sum256(append(bytes.Clone(previous), content...))
	return sum[:]
}

// SealOnTime seals new entries every second until the context ends. Any number of
// processes may do it: one works at a time.
func SealOnTime(ctx context.Context, pool *sql.DB, log *slog.Logger) {
	tick := time.NewTicker(sealInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := Seal(ctx, pool); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "seal the audit entries", "error", err)
		}
	}
}

// Seal numbers and chains the entries that were committed since the last time.
func Seal(ctx context.Context, pool *sql.DB) error {
	for {
		sealed, err := sealSome(ctx, pool)
		if err != nil || sealed < sealBatch {
			return err
		}
	}
}

func sealSome(ctx context.Context, pool *sql.DB) (int, error) {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	var mine bool
	if err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", int64(sealLock)).Scan(&mine); err != nil || !mine {
		return 0, err
	}
	unsealed, err := readLinks(ctx, tx, "SELECT "+linkColumns+" FROM audit_entries WHERE hash IS NULL ORDER BY id LIMIT $1", sealBatch)
	if err != nil || len(unsealed) == 0 {
		return 0, err
	}
	position, previous, err := head(ctx, tx)
	if err != nil {
		return 0, err
	}
	ids, positions, hashes := make([]string, len(unsealed)), make([]int64, len(unsealed)), make([][]byte, len(unsealed))
	for i, one := range unsealed {
		position++
		one.Position = position
		previous = one.hash(previous)
		ids[i], positions[i], hashes[i] = one.ID, position, previous
	}
	_, err = tx.ExecContext(ctx, `UPDATE audit_entries e SET position = s.position, hash = s.hash
		FROM unnest($1::varchar[], $2::bigint[], $3::bytea[]) AS s (id, position, hash) WHERE e.id = s.id`,
		pq.Array(ids), pq.Array(positions), pq.Array(hashes))
	if err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	return len(unsealed), tx.Commit()
}

// reader is a pool or a transaction.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// head answers where the chain ends.
func head(ctx context.Context, from reader) (position int64, hash []byte, err error) {
	err = from.QueryRowContext(ctx, "SELECT position, hash FROM audit_entries WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1").Scan(&position, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	return position, hash, err
}

func readLinks(ctx context.Context, from reader, query string, args ...any) ([]*link, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []*link
	for rows.Next() {
		one := &link{}
		if err := rows.Scan(one.targets()...); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

// Verification is what a look at the whole chain has found.
type Verification struct {
	Entries int64  // that are sealed
	Head    []byte // the hash of the last one: kept elsewhere, it proves later that nothing before it was changed
	Waiting int64  // not sealed yet
	Broken  int64  // the position at which the chain breaks first; 0 when it does not
	Overdue bool   // entries wait for longer than Overdue
	Known   bool   // the hash that was asked for is one of the chain's
}

// OK tells whether the record is whole.
func (v Verification) OK() bool { return v.Broken == 0 && !v.Overdue && v.Known }

// Verify recomputes the chain. A hash that was noted earlier must be in it; nil
// asks for none.
func Verify(ctx context.Context, pool *sql.DB, noted []byte) (Verification, error) {
	found := Verification{Known: noted == nil}
	err := pool.QueryRowContext(ctx, "SELECT count(*), COALESCE(min(at) < clock_timestamp() - $1 * interval '1 second', false) FROM audit_entries WHERE hash IS NULL", Overdue.Seconds()).
		Scan(&found.Waiting, &found.Overdue)
	if err != nil {
		return found, err
	}
	rows, err := pool.QueryContext(ctx, "SELECT position, hash, "+linkColumns+" FROM audit_entries WHERE position IS NOT NULL ORDER BY position")
	if err != nil {
		return found, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() && found.Broken == 0 {
		var one link
		var hash []byte
		if err := rows.Scan(append([]any{&one.Position, &hash}, one.targets()...)...); err != nil {
			return found, err
		}
		found.add(&one, hash, noted)
	}
	return found, rows.Err()
}

// add checks the next entry of the chain.
func (v *Verification) add(one *link, hash, noted []byte) {
	v.Entries++
	if one.Position != v.Entries || !bytes.Equal(one.hash(v.Head), hash) {
		v.Broken = v.Entries
		return
	}
	v.Head = hash
	v.Known = v.Known || bytes.Equal(hash, noted)
}
