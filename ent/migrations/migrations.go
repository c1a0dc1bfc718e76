// Package migrations brings a database to the schema that this program needs.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// ErrNewer is answered for a database that a newer program has migrated.
var ErrNewer = errors.New("o banco de dados é de uma versão mais nova da Ponte: atualize o programa / the database belongs to a newer Ponte: update the program")

const (
	lockRetrySeconds = 1
	lockRetries      = 120
)

// Up applies what is missing, in order, each file in its own transaction. Any
// number of processes may call it at once: an advisory lock lets one work while
// the others wait, for up to two minutes.
func Up(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockRetrySeconds, lockRetries))
	if err != nil {
		return err
	}
	provider, err := newProvider(db, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	pending, err := Pending(ctx, db)
	if err != nil || !pending {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Pending tells whether the database lacks a migration; ErrNewer when it has one
// that this program does not know.
func Pending(ctx context.Context, db *sql.DB) (bool, error) {
	provider, err := newProvider(db)
	if err != nil {
		return false, err
	}
	var table sql.NullString
	if err := db.QueryRowContext(ctx, "SELECT to_regclass($1)::text", goose.DefaultTablename).Scan(&table); err != nil {
		return false, fmt.Errorf("look for migrations: %w", err)
	}
	if !table.Valid {
		return true, nil
	}
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return false, fmt.Errorf("read the schema's version: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	if current > newest {
		return false, fmt.Errorf("%w (%d > %d)", ErrNewer, current, newest)
	}
	return current < newest, nil
}

func newProvider(db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

// Digest names this set of migrations: it is another one after any change.
func Digest() string {
	digest := sha256.New()
	_ = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(path)
		_, _ = fmt.Fprintf(digest, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(digest.Sum(nil))[:12]
}
