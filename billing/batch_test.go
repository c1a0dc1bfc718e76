package billing_test

import (
	"context"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/db/batchitem"
	"ponte/ent/enum"
)

func untilBatch(w *billingtest.World, id string, state enum.BatchState) *db.Batch {
	w.Helper()
	read := func() *db.Batch {
		found, err := w.DB.Batch.Get(context.Background(), id)
		w.Must(err)
		return found
	}
	w.Until(id+" is "+string(state), func() bool { return read().State == state })
	return read()
}

// batchItems answers how many items of a batch are in a state.
func batchItems(w *billingtest.World, id string, state enum.BatchItemState) int {
	w.Helper()
	count, err := w.DB.BatchItem.Query().Where(batchitem.BatchID(id), batchitem.StateEQ(state)).Count(context.Background())
	w.Must(err)
	return count
}

func idsOf(charges []*db.Charge) []string {
	ids := make([]string, len(charges))
	for i, c := range charges {
		ids[i] = c.ID
	}
	return ids
}

func TestBatch(t *testing.T) {
	t.Parallel()
	t.Run("sixty are cancelled, stopped, resumed, and go on after a worker's death", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still, billingtest.WithTiming(func(timing *billing.Timing) { timing.ProviderTimeout = 500 * ms })).Ready()
		lost := w.NewService(billingtest.Open(t, w.DatabaseURL), w.Timing)
		w.Run(lost)
		charges := sell(w, 60)
		untilWaiting(w, charges)
		for _, c := range charges[:3] {
			w.Pay(c, billingtest.Payment{})
			w.UntilStatus(c.ID, enum.ChargePaid)
		}
		w.FailGerencianet(billingtest.Fault{Route: "PUT /v1/charge/:id/cancel", Kind: "delay", DelayMs: 300, Count: billingtest.Forever})
		person := w.User(enum.RoleFinance)
		ctx := billing.WithActor(w.Context(), billing.Actor{UserID: person.ID})
		input := billing.NewBatch{Action: enum.BatchCancel, ChargeIds: append(idsOf(charges), charges[5].ID), IdempotencyKey: billingtest.Ref("b1")}
		started, err := w.StartBatch(ctx, input)
		w.Must(err)
		again, err := w.StartBatch(ctx, input)
		w.Must(err)
		if !again.Replayed || again.Batch.ID != started.Batch.ID || started.Batch.Total != 60 {
			t.Errorf("started %+v, again %+v", started, again)
		}
		id := started.Batch.ID
		w.Until("some are done", func() bool { return batchItems(w, id, enum.ItemDone) > 0 })
		w.Must(second(w.StopBatch(ctx, id)))
		refused(t, second(w.StopBatch(ctx, id)), "BATCH_STATE")
		w.UntilIdle()
		if pending := batchItems(w, id, enum.ItemPending); pending == 0 || pending+batchItems(w, id, enum.ItemDone)+batchItems(w, id, enum.ItemFailed) != 60 {
			t.Errorf("%d are pending", pending)
		}
		w.Must(second(w.ResumeBatch(ctx, id)))
		w.Must(lost.SQL.Close())
		w.Run(w.Service)
		untilBatch(w, id, enum.BatchDone)
		if done, failed := batchItems(w, id, enum.ItemDone), batchItems(w, id, enum.ItemFailed); done != 57 || failed != 3 {
			t.Errorf("%d done, %d failed", done, failed)
		}
		quiet(w)
	})
	t.Run("thirty are issued, bad ones apart, each once", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		person := w.User(enum.RoleFinance)
		ctx := billing.WithActor(w.Context(), billing.Actor{UserID: person.ID})
		input := billing.NewBatch{Action: enum.BatchIssue, IdempotencyKey: billingtest.Ref("b2")}
		for i := range 30 {
			one := w.NewCharge(int64(5_000 + i))
			switch i {
			case 3:
				one.AmountCents = billingtest.Ref(int64(100)) // below what the provider takes
			case 7:
				one.CustomerID = billingtest.Ref("cus_unknown")
			case 9:
				one.PaymentMethod = enum.MethodLink
			case 11:
				one.PaymentMethod = enum.MethodPix
			}
			input.Charges = append(input.Charges, &one)
		}
		w.FailGerencianet(refusal(issueRoute, 4600222))
		started, err := w.StartBatch(ctx, input)
		w.Must(err)
		w.Must(second(w.StartBatch(ctx, input)))
		untilBatch(w, started.Batch.ID, enum.BatchDone)
		items, err := w.DB.BatchItem.Query().Where(batchitem.BatchID(started.Batch.ID), batchitem.StateEQ(enum.ItemFailed)).All(ctx)
		w.Must(err)
		if len(items) != 3 {
			t.Errorf("%d have failed", len(items))
		}
		for _, one := range items {
			if one.ProblemCode == "" || one.ProblemPt == "" || one.ProblemEn == "" {
				t.Errorf("item %+v", one)
			}
		}
		if sales, err := w.DB.Sale.Query().Count(ctx); err != nil || sales != 28 {
			t.Errorf("%d sales, %v", sales, err)
		}
		quiet(w)
		failed := batchFailed(w, started.Batch.ID)
		retried, err := w.StartBatch(ctx, billing.NewBatch{Action: enum.BatchRetry, ChargeIds: failed})
		w.Must(err)
		untilBatch(w, retried.Batch.ID, enum.BatchDone)
		for _, chargeID := range failed {
			w.UntilStatus(chargeID, enum.ChargeWaiting)
		}
		quiet(w)
	})
	t.Run("due dates move, second copies go out", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		charges := sell(w, 4)
		untilWaiting(w, charges)
		due := w.DueIn(40)
		started, err := w.StartBatch(w.Context(), billing.NewBatch{Action: enum.BatchChangeDueDate, ChargeIds: idsOf(charges), DueDate: &due})
		w.Must(err)
		untilBatch(w, started.Batch.ID, enum.BatchDone)
		started, err = w.StartBatch(w.Context(), billing.NewBatch{Action: enum.BatchResend, ChargeIds: idsOf(charges)})
		w.Must(err)
		untilBatch(w, started.Batch.ID, enum.BatchDone)
		for _, c := range charges {
			if now := w.ChargeNow(c.ID); now.DueDate != due || len(w.ProviderCharge(c).Emails) != 1 {
				t.Errorf("due on %s, mailed to %v", now.DueDate, w.ProviderCharge(c).Emails)
			}
		}
		quiet(w)
	})
	t.Run("what makes no sense is refused", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still).Ready()
		card := w.NewCard(5_000, billingtest.CardApproved)
		for code, input := range map[string]billing.NewBatch{
			"TOO_MANY":        {Action: enum.BatchCancel},
			"BATCH_CONFLICT":  {Action: enum.BatchCancel, ChargeIds: []string{"chg_x"}, Charges: []*billing.NewCharge{&card}},
			"METHOD_CONFLICT": {Action: enum.BatchIssue, Charges: []*billing.NewCharge{&card}},
			"REQUIRED":        {Action: enum.BatchChangeDueDate, ChargeIds: []string{"chg_x"}},
			"NOT_FOUND":       {Action: enum.BatchResend, ChargeIds: []string{"chg_x"}},
		} {
			refused(t, second(w.StartBatch(w.Context(), input)), code)
		}
	})
}

// batchFailed answers the charges of a batch whose items have failed.
func batchFailed(w *billingtest.World, id string) []string {
	w.Helper()
	items, err := w.DB.BatchItem.Query().Where(batchitem.BatchID(id), batchitem.StateEQ(enum.ItemFailed), batchitem.ChargeIDNotNil()).All(context.Background())
	w.Must(err)
	ids := []string{}
	for _, one := range items {
		ids = append(ids, *one.ChargeID)
	}
	return ids
}
