package billing_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/migrations"
)

func TestMigrations(t *testing.T) {
	t.Parallel()
	t.Run("make what the schema asks for", func(t *testing.T) {
		t.Parallel()
		pool, _ := billingtest.Database(t)
		var missing bytes.Buffer
		if err := billing.NewClient(pool).Schema.WriteTo(context.Background(), &missing); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(missing.String(), "\n") {
			if statement := strings.ToUpper(line); strings.Contains(statement, "CREATE ") || strings.Contains(statement, "ADD COLUMN") {
				t.Errorf("a migration is missing: %s", line)
			}
		}
	})
	t.Run("eight processes at once all become ready", func(t *testing.T) {
		t.Parallel()
		_, databaseURL := billingtest.EmptyDatabase(t)
		var starting sync.WaitGroup
		for range 8 {
			pool := billingtest.Open(t, databaseURL)
			starting.Go(func() {
				if err := migrations.Up(context.Background(), pool); err != nil {
					t.Error(err)
				}
				if pending, err := migrations.Pending(context.Background(), pool); err != nil || pending {
					t.Errorf("pending %v, %v", pending, err)
				}
			})
		}
		starting.Wait()
	})
	t.Run("a database of a newer program is refused", func(t *testing.T) {
		t.Parallel()
		pool, _ := billingtest.Database(t)
		if _, err := pool.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
			t.Fatal(err)
		}
		if err := migrations.Up(context.Background(), pool); !errors.Is(err, migrations.ErrNewer) {
			t.Errorf("%v", err)
		}
	})
}
