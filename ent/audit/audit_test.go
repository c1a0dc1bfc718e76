package audit_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/auditentry"
	"ponte/ent/enum"
)

func TestMain(m *testing.M) { billingtest.Main(m) }

type bundle struct {
	*testing.T
	pool   *sql.DB
	client *db.Client
	ctx    context.Context // of an actor
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	pool, _ := billingtest.Database(t)
	return &bundle{T: t, pool: pool, client: billing.NewClient(pool), ctx: audit.WithActor(t.Context(), audit.Actor{UserID: "usr_1", TokenID: "tok_1", Address: "192.0.2.1", Action: "saveCustomer"})}
}

func (b *bundle) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bundle) entries() []*db.AuditEntry {
	b.Helper()
	found, err := b.client.AuditEntry.Query().Order(db.Asc(auditentry.FieldID)).All(context.Background())
	b.must(err)
	return found
}

func (b *bundle) customer(ctx context.Context) *db.Customer {
	b.Helper()
	made, err := b.client.Customer.Create().SetName("Joaquina Prado").SetTaxID("52998224725").SetEmail("joaquina@exemplo.com.br").Save(ctx)
	b.must(err)
	return made
}

// unaudited are the tables that the program writes for itself, and those that are
// a record already.
var unaudited = []string{"attempts", "audit_entries", "batch_items", "call_counts", "charge_events", "deliveries", "entries", "goose_db_version", "idempotency_keys", "message_attempts", "message_items", "messages", "notice_tokens", "notices", "webhook_attempts", "webhook_deliveries", "webhook_events"}

func TestEveryTableIsAudited(t *testing.T) {
	b := setup(t)
	rows, err := b.pool.Query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND NOT EXISTS (
		SELECT 1 FROM pg_trigger WHERE tgname = 'audit' AND tgrelid = tablename::regclass) ORDER BY 1`)
	b.must(err)
	defer func() { _ = rows.Close() }()
	var without []string
	for rows.Next() {
		var name string
		b.must(rows.Scan(&name))
		without = append(without, name)
	}
	b.must(rows.Err())
	if !slices.Equal(without, unaudited) {
		t.Errorf("without a record are %v instead of %v: call audit_table in the migration", without, unaudited)
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	t.Run("a change outside of a transaction", func(t *testing.T) {
		b := setup(t)
		customer := b.customer(b.ctx)
		b.must(b.client.Customer.UpdateOne(customer).SetCity("Recife").SetEmail("j@exemplo.com.br").Exec(b.ctx))
		b.must(b.client.Customer.DeleteOne(customer).Exec(b.ctx))
		got := b.entries()
		if len(got) != 3 {
			t.Fatalf("%d entries", len(got))
		}
		for i, want := range []enum.AuditChange{enum.AuditCreated, enum.AuditChanged, enum.AuditRemoved} {
			one := got[i]
			if one.Change != want || one.Kind != "customers" || one.ObjectID != customer.ID || *one.UserID != "usr_1" || *one.TokenID != "tok_1" || one.Address != "192.0.2.1" || one.Action != "saveCustomer" {
				t.Errorf("%+v", one)
			}
		}
		if before, after := string(got[1].Before), string(got[1].After); before != `{"email": "j•••"}` || after != `{"city": "R•••", "email": "j•••"}` {
			t.Errorf("%s → %s", before, after)
		}
	})
	t.Run("many rows at once, and a statement of our own", func(t *testing.T) {
		b := setup(t)
		for i := range 3 {
			_, err := b.client.Product.Create().SetCode(fmt.Sprint(i)).SetName("Livro").SetPriceCents(100).Save(t.Context())
			b.must(err)
		}
		tx, err := b.client.Tx(b.ctx)
		b.must(err)
		b.must(tx.Product.Update().SetPriceCents(200).Exec(b.ctx))
		_, err = tx.ExecContext(b.ctx, "UPDATE products SET price_cents = 300 WHERE code = '1'")
		b.must(err)
		b.must(tx.Commit())
		got := b.entries()
		if len(got) != 4 || string(got[3].Before) != `{"price_cents": 200}` || string(got[3].After) != `{"price_cents": 300}` {
			t.Errorf("%v", got)
		}
	})
	t.Run("nothing of a secret, and nothing without an actor or a change", func(t *testing.T) {
		b := setup(t)
		person, err := b.client.User.Create().SetName("Ana").SetEmail("ana@exemplo.com.br").SetPasswordHash("planted-hash").SetRole(enum.RoleOwner).Save(b.ctx)
		b.must(err)
		b.must(b.client.User.UpdateOne(person).SetPasswordHash("planted-other").Exec(b.ctx))
		b.must(b.client.User.UpdateOne(person).SetFeedSequence(7).Exec(b.ctx))
		b.must(b.client.User.UpdateOne(person).SetName("Ana B").Exec(t.Context()))
		customer := b.customer(b.ctx)
		got := b.entries()
		if len(got) != 3 || string(got[1].After) != `{"password_hash": "•••"}` || got[2].ObjectID != customer.ID {
			t.Errorf("%v", got)
		}
		for _, one := range got {
			if text := fmt.Sprint(string(one.Before), string(one.After)); strings.Contains(text, "planted") || strings.Contains(text, "52998224725") || strings.Contains(text, "oaquina") {
				t.Errorf("%s", text)
			}
		}
	})
	t.Run("a transaction that is rolled back leaves nothing, and no actor behind", func(t *testing.T) {
		b := setup(t)
		b.pool.SetMaxOpenConns(1)
		tx, err := b.client.Tx(b.ctx)
		b.must(err)
		_, err = tx.Product.Create().SetCode("1").SetName("Livro").SetPriceCents(100).Save(b.ctx)
		b.must(err)
		b.must(tx.Rollback())
		b.customer(t.Context())
		if got := b.entries(); len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
	t.Run("what was revealed", func(t *testing.T) {
		b := setup(t)
		tx, err := b.client.Tx(b.ctx)
		b.must(err)
		b.must(audit.Revealed(b.ctx, tx, "customers", "cus_1", "tax_id"))
		b.must(tx.Commit())
		if got := b.entries(); len(got) != 1 || got[0].Change != enum.AuditRevealed || string(got[0].After) != `{"tax_id": "•••"}` || *got[0].UserID != "usr_1" {
			t.Errorf("%v", got)
		}
	})
}

func TestRecordIsAppendOnly(t *testing.T) {
	b := setup(t)
	b.customer(b.ctx)
	refused := func(statement string) {
		t.Helper()
		if _, err := b.pool.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	refused("UPDATE audit_entries SET user_id = 'usr_2'")
	refused("UPDATE audit_entries SET user_id = 'usr_2', position = 1, hash = 'x'")
	b.must(audit.Seal(t.Context(), b.pool))
	refused("UPDATE audit_entries SET position = 7")
	refused("UPDATE audit_entries SET position = NULL, hash = NULL")
	refused("DELETE FROM audit_entries")
	refused("TRUNCATE audit_entries")
}

func TestChain(t *testing.T) {
	t.Parallel()
	verify := func(b *bundle, noted []byte) audit.Verification {
		b.Helper()
		found, err := audit.Verify(context.Background(), b.pool, noted)
		b.must(err)
		return found
	}
	t.Run("is whole however many write and seal at once", func(t *testing.T) {
		b := setup(t)
		var working sync.WaitGroup
		for i := range 4 {
			working.Go(func() {
				for n := range 20 {
					if _, err := b.client.Product.Create().SetCode(fmt.Sprint(i, n)).SetName("Livro").SetPriceCents(1).Save(b.ctx); err != nil {
						t.Error(err)
					}
				}
			})
			working.Go(func() {
				for range 10 {
					if err := audit.Seal(t.Context(), b.pool); err != nil {
						t.Error(err)
					}
				}
			})
		}
		working.Wait()
		b.must(audit.Seal(t.Context(), b.pool))
		found := verify(b, nil)
		if !found.OK() || found.Entries != 80 || found.Waiting != 0 {
			t.Errorf("%+v", found)
		}
		b.customer(b.ctx)
		b.must(audit.Seal(t.Context(), b.pool))
		if later := verify(b, found.Head); !later.OK() || later.Entries != 81 {
			t.Errorf("%+v", later)
		}
		if other := verify(b, []byte("of another chain")); other.OK() {
			t.Error("a head that was never ours is known")
		}
	})
	for name, tamper := range map[string]string{
		"an entry that was changed":                    "UPDATE audit_entries SET address = '198.51.100.9' WHERE position = 2",
		"an entry that was taken out":                  "DELETE FROM audit_entries WHERE position = 2",
		"two that changed their place":                 "UPDATE audit_entries SET position = 5 - position WHERE position IN (2, 3)",
		"a hash that was computed for another content": "UPDATE audit_entries SET after = '{}', hash = sha256('x') WHERE position = 2",
	} {
		t.Run("shows "+name, func(t *testing.T) {
			b := setup(t)
			for range 4 {
				b.must(b.client.Customer.DeleteOne(b.customer(t.Context())).Exec(b.ctx))
			}
			b.must(audit.Seal(t.Context(), b.pool))
			connection, err := b.pool.Conn(t.Context())
			b.must(err)
			defer func() { _ = connection.Close() }()
			for _, statement := range []string{"SET session_replication_role = replica", "DROP INDEX audit_entries_position_key", tamper} {
				_, err := connection.ExecContext(t.Context(), statement)
				b.must(err)
			}
			if found := verify(b, nil); found.OK() || found.Broken != 2 {
				t.Errorf("%+v", found)
			}
		})
	}
	t.Run("shows entries that nobody seals", func(t *testing.T) {
		b := setup(t)
		_, err := b.pool.Exec("INSERT INTO audit_entries (at, change, kind, object_id) VALUES (now() - interval '1 hour', 'CREATED', 'x', 'x')")
		b.must(err)
		if found := verify(b, nil); found.OK() || !found.Overdue || found.Waiting != 1 {
			t.Errorf("%+v %s", found, hex.EncodeToString(found.Head))
		}
	})
}
