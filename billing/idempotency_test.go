package billing_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/lib/pq"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
)

func TestIdempotency(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (*billingtest.World, billing.NewSale) {
		w := billingtest.New(t, billingtest.Still).Ready()
		input := w.NewSale(10_000, 2)
		input.IdempotencyKey = billingtest.Ref("pedido-42")
		return w, input
	}
	t.Run("the same key and input answer the same sale", func(t *testing.T) {
		t.Parallel()
		w, input := setup(t)
		first, err := w.CreateSale(w.Context(), input)
		w.Must(err)
		second, err := w.CreateSale(w.Context(), input)
		w.Must(err)
		if first.Replayed || !second.Replayed || second.Sale.ID != first.Sale.ID || len(second.Operations) != 2 || first.Sale.Number == 0 {
			t.Errorf("first %+v, second %+v", first, second)
		}
	})
	t.Run("the same key with another input is refused", func(t *testing.T) {
		t.Parallel()
		w, input := setup(t)
		w.Must(second(w.CreateSale(w.Context(), input)))
		input.Installments = 3
		refused(t, second(w.CreateSale(w.Context(), input)), "IDEMPOTENCY_KEY_REUSED")
	})
	t.Run("twenty at once make one sale", func(t *testing.T) {
		t.Parallel()
		w, input := setup(t)
		ids := make(chan string, 20)
		var calls sync.WaitGroup
		for range 20 {
			calls.Go(func() {
				started, err := w.CreateSale(w.Context(), input)
				if err != nil {
					t.Error(err)
					return
				}
				ids <- started.Sale.ID
			})
		}
		calls.Wait()
		close(ids)
		distinct := map[string]bool{}
		for id := range ids {
			distinct[id] = true
		}
		count, err := w.DB.Sale.Query().Count(w.Context())
		w.Must(err)
		if len(distinct) != 1 || count != 1 {
			t.Errorf("%d sales were answered, %d are there", len(distinct), count)
		}
	})
	t.Run("twenty sales at once need no more connections than the pool has", func(t *testing.T) {
		t.Parallel()
		w, input := setup(t)
		input.IdempotencyKey = nil
		var calls sync.WaitGroup
		for range 20 {
			calls.Go(func() {
				if _, err := w.CreateSale(w.Context(), input); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	})
	t.Run("a refused input leaves the key free", func(t *testing.T) {
		t.Parallel()
		w, input := setup(t)
		wrong := input
		wrong.Installments = 0
		refused(t, second(w.CreateSale(w.Context(), wrong)), "INSTALLMENTS_COUNT")
		w.Must(second(w.CreateSale(w.Context(), input)))
	})
	t.Run("keys of two people are two keys", func(t *testing.T) {
		t.Parallel()
		w, input := setup(t)
		for range 2 {
			ctx := billing.WithActor(w.Context(), billing.Actor{UserID: w.User(enum.RoleOperator).ID})
			started, err := w.CreateSale(ctx, input)
			w.Must(err)
			if started.Replayed {
				t.Error("one person's key answers another's sale")
			}
		}
	})
}

func TestRefusedInput(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still).Ready()
	for name, test := range map[string]struct {
		change      func(*billing.NewSale)
		code, field string
	}{
		"no items":                            {func(s *billing.NewSale) { s.Items = nil }, "ITEMS_COUNT", "items"},
		"25 instalments":                      {func(s *billing.NewSale) { s.Installments = 25 }, "INSTALLMENTS_COUNT", "installments"},
		"a due date gone by":                  {func(s *billing.NewSale) { s.FirstDueDate = billingtest.Ref(w.DueIn(-1)) }, "DUE_DATE_PAST", "firstDueDate"},
		"below five reais each":               {func(s *billing.NewSale) { s.Items[0].UnitCents = billingtest.Ref(int64(999)); s.Installments = 2 }, "PROVIDER_WOULD_REFUSE", "items"},
		"an unknown customer":                 {func(s *billing.NewSale) { s.CustomerID = "cus_x" }, "NOT_FOUND", "customerId"},
		"an unknown product":                  {func(s *billing.NewSale) { s.Items[0].ProductID = billingtest.Ref("prd_x") }, "NOT_FOUND", "items.0.productId"},
		"a method not issued":                 {func(s *billing.NewSale) { s.PaymentMethod = enum.MethodPayPal }, "METHOD_UNAVAILABLE", "paymentMethod"},
		"a discount of it all":                {func(s *billing.NewSale) { s.DiscountCents = 10_000 }, "DISCOUNT_TOO_LARGE", "discountCents"},
		"a discount that interest makes good": {func(s *billing.NewSale) { s.DiscountCents, s.InterestCents = 12_000, 5_000 }, "DISCOUNT_TOO_LARGE", "discountCents"},
		"a fine of 11 %":                      {func(s *billing.NewSale) { s.Terms = &billing.Terms{FineHundredths: billingtest.Ref(1100)} }, "OUT_OF_RANGE", "terms.fineHundredths"},
		"a date for one of two":               {func(s *billing.NewSale) { s.Installments = 2; s.DueDates = append(s.DueDates, w.DueIn(3)) }, "DUE_DATES_COUNT", "dueDates"},
	} {
		t.Run(name, func(t *testing.T) {
			input := w.NewSale(10_000, 1)
			test.change(&input)
			problem := refused(t, second(w.CreateSale(w.Context(), input)), test.code)
			if got := strings.Join(problem.Field, "."); got != test.field {
				t.Errorf("the field is %s, not %s", got, test.field)
			}
			if count, err := w.DB.Sale.Query().Where(sale.CustomerID(input.CustomerID)).Count(w.Context()); err != nil || count != 0 {
				t.Errorf("%d sales were written (%v)", count, err)
			}
		})
	}
}

// TestDatabaseRefuses shows that the rules which the promises rest on hold
// whatever the program does.
func TestDatabaseRefuses(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	_, charges := w.Issued(10_000, 1)
	w.Pay(charges[0], billingtest.Payment{})
	w.UntilStatus(charges[0].ID, enum.ChargePaid)
	quiet(w)
	const copyCharge = `INSERT INTO charges (id, sale_id, customer_id, installment, method, status, amount_cents, due_date, environment, reference, created_at, updated_at)
		SELECT 'chg_copy', sale_id, customer_id, installment, method, 'QUEUED', amount_cents, due_date, environment, %s, now(), now() FROM charges LIMIT 1`
	for name, test := range map[string]struct{ statement, constraint string }{
		"a second live charge for an instalment": {strings.Replace(copyCharge, "%s", "'another'", 1), "charges_one_live_set"},
		"a second charge with a reference":       {strings.Replace(strings.Replace(copyCharge, "%s", "reference", 1), "installment, method, 'QUEUED'", "9, method, 'QUEUED'", 1), "charges_reference_key"},
		"an entry changed":                       {"UPDATE entries SET amount_cents = amount_cents + 1", "append-only"},
		"an entry deleted":                       {"DELETE FROM entries", "append-only"},
		"the entries emptied":                    {"TRUNCATE entries CASCADE", "append-only"},
		"a charge's story changed":               {"UPDATE charge_events SET code = 'x'", "append-only"},
		"a notice deleted":                       {"DELETE FROM notices", "append-only"},
		"a second set of entries": {`INSERT INTO entries (id, kind, amount_cents, text, booked_on, created_at, charge_id, historico_id)
			SELECT 'ent_copy', kind, amount_cents, text, booked_on, created_at, charge_id, historico_id FROM entries WHERE kind = 'RECEIPT'`, "entries_one_set"},
		"a second Gerencianet integration": {`INSERT INTO integrations (id, kind, callback_secret, created_at, updated_at) VALUES ('int_x', 'GERENCIANET', 'x', now(), now())`, "integration_kind"},
		"a status that does not exist":     {"UPDATE charges SET status = 'GONE'", "charges_status"},
		"waiting without a provider's id":  {"UPDATE charges SET status = 'WAITING', provider_id = NULL", "charges_provider_id"},
		"a second live operation for a key": {`INSERT INTO operations (id, kind, integration, dedupe_key, asked_at, created_at, next_try_at)
			SELECT 'opr_' || n, 'SWEEP', 'GERENCIANET', 'key', now(), now(), now() + interval '1 day' FROM generate_series(1, 2) n`, "operations_one_live"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Pool.ExecContext(context.Background(), test.statement)
			var problem *pq.Error
			ok := errors.As(err, &problem)
			if !ok || !strings.Contains(problem.Constraint+problem.Message, test.constraint) {
				t.Errorf("the database said %v", err)
			}
		})
	}
}
