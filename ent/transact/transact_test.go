package transact_test

import (
	"context"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/transact"
)

func TestMain(m *testing.M) { billingtest.Main(m) }

// TestRunBreaksDeadlocks makes two transactions wait for each other: both are
// committed all the same.
func TestRunBreaksDeadlocks(t *testing.T) {
	t.Parallel()
	pool, _ := billingtest.Database(t)
	client := db.NewClient(db.Driver(entsql.OpenDB(dialect.Postgres, pool)))
	ctx := t.Context()
	first := client.Customer.Create().SetName("Maria Souza").SetTaxID("52998224725").SaveX(ctx)
	second := client.Customer.Create().SetName("João Lima").SetTaxID("11144477735").SaveX(ctx)

	var bothHold, done sync.WaitGroup
	bothHold.Add(2)
	move := func(from, to string) {
		var once sync.Once
		err := transact.Run(ctx, client, func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Customer.UpdateOneID(from).SetName("movida").Exec(ctx); err != nil {
				return err
			}
			once.Do(func() { bothHold.Done(); bothHold.Wait() })
			return tx.Customer.UpdateOneID(to).SetName("movida").Exec(ctx)
		})
		if err != nil {
			t.Error(err)
		}
	}
	done.Go(func() { move(first.ID, second.ID) })
	done.Go(func() { move(second.ID, first.ID) })
	done.Wait()
}

// TestIsUnique tells the index that was breached from another one.
func TestIsUnique(t *testing.T) {
	t.Parallel()
	pool, _ := billingtest.Database(t)
	client := db.NewClient(db.Driver(entsql.OpenDB(dialect.Postgres, pool)))
	create := func() error {
		return client.Customer.Create().SetName("Maria Souza").SetTaxID("52998224725").Exec(t.Context())
	}
	if err := create(); err != nil {
		t.Fatal(err)
	}
	err := create()
	if !transact.IsUnique(err, "customers_tax_id_key") || transact.IsUnique(err, "users_email_key") {
		t.Fatal(err)
	}
}
