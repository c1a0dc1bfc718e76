package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/batch"
	"ponte/ent/db/batchitem"
	"ponte/ent/db/operation"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// A batch is one operation that starts the operations of its items, a few at a
// time, and follows them to their ends. What an item started commits with the
// item, so that a batch that was cut off goes on where it ended.

// Limits of a batch.
const (
	MaxBatchCharges = 1000
	MaxBatchIssues  = 500
	batchAtOnce     = 50 // items under way
	batchPause      = 200 * time.Millisecond
)

// NewBatch is the input of StartBatch.
type NewBatch struct {
	Action         enum.BatchAction
	ChargeIds      []string
	Charges        []*NewCharge // for ISSUE
	DueDate        *brazil.Date // for CHANGE_DUE_DATE
	IdempotencyKey *string
}

// BatchStarted is what StartBatch answers.
type BatchStarted struct {
	Batch    *db.Batch    // nil when another person is asked first
	Approval *db.Approval // what another person is asked for
	Replayed bool
}

// StartBatch does one thing with many charges.
func (s *Service) StartBatch(ctx context.Context, input NewBatch) (*BatchStarted, error) {
	if err := s.checkBatch(input).orNil(); err != nil {
		return nil, err
	}
	started := &BatchStarted{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		do := func() (err error) {
			started, err = s.startBatchIn(ctx, tx, input)
			return err
		}
		count := len(distinct(input.ChargeIds))
		if input.Action != enum.BatchCancel || count < 2 {
			return do()
		}
		what := atStake{
			kind: enum.ApproveCancelMany, key: input.IdempotencyKey, input: input, count: count,
			rehearsed: func() (int64, bool, error) { return worth(ctx, tx, started) },
		}
		asked, err := s.guarded(ctx, tx, what, do)
		if asked != nil {
			started = &BatchStarted{Approval: asked.Unwrap()}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if started.Batch != nil {
		started.Batch = started.Batch.Unwrap()
	}
	return started, nil
}

func (s *Service) startBatchIn(ctx context.Context, tx *db.Tx, input NewBatch) (*BatchStarted, error) {
	id := schema.NewID("bat")()
	replayed, err := s.remember(ctx, tx, input.IdempotencyKey, input, id)
	if err != nil {
		return nil, err
	}
	if replayed != "" {
		id = replayed
	} else if err := s.writeBatch(ctx, tx, id, input); err != nil {
		return nil, err
	}
	started := &BatchStarted{Replayed: replayed != ""}
	started.Batch, err = tx.Batch.Get(ctx, id)
	return started, err
}

// worth is the sum of a batch's charges, in cents, and whether it had been started
// before.
func worth(ctx context.Context, tx *db.Tx, started *BatchStarted) (cents int64, replayed bool, err error) {
	cents, err = returned[int64](ctx, tx, "SELECT COALESCE(sum(amount_cents), 0)::bigint FROM charges WHERE id IN (SELECT charge_id FROM batch_items WHERE batch_id = $1)", started.Batch.ID)
	return cents, started.Replayed, err
}

func (s *Service) checkBatch(input NewBatch) Refusal {
	var found Refusal
	if input.Action == enum.BatchMirror {
		found.add("BATCH_CONFLICT", "action", "Para enviar vendas antigas ao Vhsys, use mirrorOldSales.", "To send old sales to Vhsys, use mirrorOldSales.")
	}
	issues := input.Action == enum.BatchIssue
	if issues && (len(input.Charges) == 0 || len(input.Charges) > MaxBatchIssues) {
		found.add("TOO_MANY", "charges", "Inclua de 1 a 500 cobranças.", "Give 1 to 500 charges.")
	}
	if !issues && (len(input.ChargeIds) == 0 || len(input.ChargeIds) > MaxBatchCharges) {
		found.add("TOO_MANY", "chargeIds", "Escolha de 1 a 1.000 cobranças.", "Choose 1 to 1,000 charges.")
	}
	if issues && len(input.ChargeIds) > 0 || !issues && len(input.Charges) > 0 {
		found.add("BATCH_CONFLICT", "chargeIds", "Para emitir, envie as cobranças novas; para o resto, as que já existem.", "To issue, give new charges; for the rest, those that exist.")
	}
	for i, one := range input.Charges {
		if one.CardToken != nil {
			found.add("METHOD_CONFLICT", fmt.Sprintf("charges.%d.cardToken", i), "Cartão não entra em lote: o token vale por pouco tempo.", "Cards can't be in a batch: their token is short-lived.")
		}
	}
	if input.Action != enum.BatchChangeDueDate {
		return found
	}
	if input.DueDate == nil {
		found.add("REQUIRED", "dueDate", "Informe o novo vencimento.", "Give the new due date.")
	} else if refusal, wrong := AsRefusal(s.checkNewDueDate(*input.DueDate)); wrong {
		found = append(found, refusal...)
	}
	return found
}

func (s *Service) writeBatch(ctx context.Context, tx *db.Tx, id string, input NewBatch) error {
	if err := s.mustBeActive(ctx, tx, enum.Gerencianet); err != nil {
		return err
	}
	rows, err := batchItems(tx, id, input)
	if err != nil {
		return err
	}
	err = tx.Batch.Create().SetID(id).SetAction(input.Action).SetTotal(len(rows)).SetNillableDueDate(input.DueDate).
		SetNillableRequestedByID(actorID(ctx)).SetCreatedAt(s.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write a batch: %w", err)
	}
	if err := writeItems(ctx, tx, rows); err != nil {
		return err
	}
	return s.enqueueBatch(ctx, tx, id, enum.Gerencianet)
}

func batchItemRefusal(err error) error {
	if db.IsConstraintError(err) {
		return refuse("NOT_FOUND", "chargeIds", "Uma das cobranças não existe: atualize a lista e escolha de novo.", "One of the charges does not exist: reload the list and choose again.")
	}
	return fmt.Errorf("write the items of a batch: %w", err)
}

// batchItems answers a row for each charge, each charge once.
func batchItems(tx *db.Tx, id string, input NewBatch) ([]*db.BatchItemCreate, error) {
	var rows []*db.BatchItemCreate
	add := func() *db.BatchItemCreate {
		row := tx.BatchItem.Create().SetBatchID(id).SetPosition(len(rows) + 1)
		rows = append(rows, row)
		return row
	}
	for _, chargeID := range distinct(input.ChargeIds) {
		add().SetChargeID(chargeID)
	}
	for i, one := range input.Charges {
		once := *one
		key := fmt.Sprintf("%s/%d", id, i)
		once.IdempotencyKey = &key
		encoded, err := json.Marshal(once)
		if err != nil {
			return nil, err
		}
		add().SetInput(encoded)
	}
	return rows, nil
}

// distinct answers each id once, in the order in which they came.
func distinct(ids []string) (once []string) {
	seen := map[string]bool{}
	for _, id := range ids {
		if !seen[id] {
			once = append(once, id)
		}
		seen[id] = true
	}
	return once
}

func (s *Service) enqueueBatch(ctx context.Context, tx *db.Tx, id string, kind enum.IntegrationKind) error {
	_, _, err := s.enqueue(ctx, tx, request{kind: enum.KindRunBatch, integration: kind, subjectID: id})
	return err
}

// writeSalesBatch writes a batch that has sales mirrored.
func (s *Service) writeSalesBatch(ctx context.Context, tx *db.Tx, saleIDs []string) (*db.Batch, error) {
	made, err := tx.Batch.Create().SetAction(enum.BatchMirror).SetTotal(len(saleIDs)).SetNillableRequestedByID(actorID(ctx)).SetCreatedAt(s.Now()).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("write a batch: %w", err)
	}
	rows := make([]*db.BatchItemCreate, len(saleIDs))
	for i, id := range saleIDs {
		rows[i] = tx.BatchItem.Create().SetBatchID(made.ID).SetPosition(i + 1).SetSaleID(id)
	}
	if err := writeItems(ctx, tx, rows); err != nil {
		return nil, err
	}
	return made, s.enqueueBatch(ctx, tx, made.ID, enum.Vhsys)
}

func writeItems(ctx context.Context, tx *db.Tx, rows []*db.BatchItemCreate) error {
	for len(rows) > 0 { // a statement takes 65,535 parameters at most
		n := min(len(rows), 500)
		if err := tx.BatchItem.CreateBulk(rows[:n]...).Exec(ctx); err != nil {
			return batchItemRefusal(err)
		}
		rows = rows[n:]
	}
	return nil
}

// StopBatch stops a batch: what was begun ends, the rest waits.
func (s *Service) StopBatch(ctx context.Context, id string) (*db.Batch, error) {
	return s.switchBatch(ctx, id, enum.BatchRunning, enum.BatchStopped)
}

// ResumeBatch lets a stopped batch go on.
func (s *Service) ResumeBatch(ctx context.Context, id string) (*db.Batch, error) {
	return s.switchBatch(ctx, id, enum.BatchStopped, enum.BatchRunning)
}

func (s *Service) switchBatch(ctx context.Context, id string, from, to enum.BatchState) (*db.Batch, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := tx.Batch.Query().Where(batch.ID(id)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return notFound("id", "O lote", "The batch")
		}
		if err != nil {
			return err
		}
		if current.State != from {
			return refuse("BATCH_STATE", "id", "A situação do lote não permite isto agora: atualize a página.", "The batch's state does not allow this now: reload.")
		}
		if err := tx.Batch.UpdateOne(current).SetState(to).Exec(ctx); err != nil {
			return err
		}
		of := enum.Gerencianet
		if current.Action == enum.BatchMirror {
			of = enum.Vhsys
		}
		return s.enqueueBatch(ctx, tx, id, of)
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Batch.Get(ctx, id)
}

// runBatch follows what was started, starts what comes next, and looks again after
// a pause until every item has ended.
func (s *Service) runBatch(ctx context.Context, op *db.Operation) (finish, error) {
	current, err := s.DB.Batch.Get(ctx, op.SubjectID)
	if err != nil {
		return nil, err
	}
	if err := s.followItems(ctx, op); err != nil {
		return nil, err
	}
	if current.State == enum.BatchRunning {
		if err := s.startItems(ctx, op, current); err != nil {
			return nil, err
		}
	}
	running, pending, err := s.unendedItems(ctx, current.ID)
	switch {
	case err != nil:
		return nil, err
	case running > 0 || pending > 0 && current.State == enum.BatchRunning:
		return nil, lookAgain{wait: min(batchPause, s.Timing.RetryBase)}
	case pending > 0: // stopped
		return nil, nil
	}
	return func(ctx context.Context, tx *db.Tx) error {
		return tx.Batch.UpdateOneID(current.ID).SetState(enum.BatchDone).SetFinishedAt(s.Now()).Exec(ctx)
	}, nil
}

func (s *Service) unendedItems(ctx context.Context, batchID string) (running, pending int, err error) {
	err = s.SQL.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE state = 'RUNNING'), count(*) FILTER (WHERE state = 'PENDING')
		FROM batch_items WHERE batch_id = $1`, batchID).Scan(&running, &pending)
	return running, pending, err
}

// followItems ends the items whose operations have ended.
func (s *Service) followItems(ctx context.Context, op *db.Operation) error {
	return s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		ended, err := tx.BatchItem.Query().Where(batchitem.BatchID(op.SubjectID), batchitem.StateEQ(enum.ItemRunning),
			batchitem.HasOperationWith(operation.StateIn(enum.OperationSucceeded, enum.OperationFailed, enum.OperationCanceled))).
			WithOperation().All(ctx)
		if err != nil {
			return err
		}
		for _, item := range ended {
			if err := endItem(ctx, tx, item); err != nil {
				return err
			}
		}
		return nil
	})
}

func endItem(ctx context.Context, tx *db.Tx, item *db.BatchItem) error {
	if item.Edges.Operation.State == enum.OperationSucceeded {
		return tx.BatchItem.UpdateOne(item).SetState(enum.ItemDone).Exec(ctx)
	}
	text, err := operationProblem(ctx, tx, item.Edges.Operation)
	if err != nil {
		return err
	}
	return tx.BatchItem.UpdateOne(item).SetState(enum.ItemFailed).SetProblemCode("OPERATION_FAILED").
		SetProblemPt(text.PT).SetProblemEn(text.EN).Exec(ctx)
}

// operationProblem is what people are told of a failed operation.
func operationProblem(ctx context.Context, tx *db.Tx, op *db.Operation) (provider.Text, error) {
	told, err := failureOf(ctx, tx, op.ID)
	if db.IsNotFound(err) {
		return provider.Text{PT: op.LastError, EN: op.LastError}, nil
	}
	if err != nil {
		return provider.Text{}, err
	}
	return provider.Text{PT: told.Cause.PT + " " + told.Remedy.PT, EN: told.Cause.EN + " " + told.Remedy.EN}, nil
}

// startItems starts as many items as may be under way at once, each in a
// transaction of its own.
func (s *Service) startItems(ctx context.Context, op *db.Operation, current *db.Batch) error {
	running, _, err := s.unendedItems(ctx, current.ID)
	if err != nil {
		return err
	}
	next, err := s.DB.BatchItem.Query().Where(batchitem.BatchID(current.ID), batchitem.StateEQ(enum.ItemPending)).
		Order(db.Asc(batchitem.FieldPosition)).Limit(max(batchAtOnce-running, 0)).All(ctx)
	if err != nil {
		return err
	}
	ctx = WithActor(ctx, Actor{UserID: value(current.RequestedByID), Action: "startBatch"})
	for _, item := range next {
		if err := s.startItem(ctx, op, current, item); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) startItem(ctx context.Context, op *db.Operation, current *db.Batch, item *db.BatchItem) error {
	if item.SaleID != nil {
		return s.startMirror(ctx, op, item)
	}
	err := s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		if now, err := tx.Batch.Get(ctx, current.ID); err != nil || now.State != enum.BatchRunning { // stopped since
			return err
		}
		started, err := s.doItem(ctx, tx, current, item)
		if err != nil {
			return err
		}
		change := tx.BatchItem.UpdateOne(item).SetChargeID(started.Charge.ID).SetState(enum.ItemDone)
		if started.Operation != nil {
			change.SetOperationID(started.Operation.ID).SetState(enum.ItemRunning)
		}
		return change.Exec(ctx)
	})
	refusal, refused := AsRefusal(err)
	if !refused {
		return err
	}
	return s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		return tx.BatchItem.UpdateOne(item).SetState(enum.ItemFailed).SetProblemCode(refusal[0].Code).
			SetProblemPt(refusal[0].Text.PT).SetProblemEn(refusal[0].Text.EN).Exec(ctx)
	})
}

// startMirror has an old sale mirrored; one that the ERP is not to know of is done.
// Its notas fiscais are left to a person: somebody may have issued them long ago.
func (s *Service) startMirror(ctx context.Context, op *db.Operation, item *db.BatchItem) error {
	return s.step(ctx, op, func(ctx context.Context, tx *db.Tx) error {
		active, skip, err := hearsOf(ctx, tx, *item.SaleID)
		if err != nil {
			return err
		}
		if !active || skip != "" && skip != enum.SkipBeforeCutOff { // the cut-off is for what happens by itself
			return tx.BatchItem.UpdateOne(item).SetState(enum.ItemDone).Exec(ctx)
		}
		started, _, err := s.enqueue(ctx, tx, mirrorRequest(*item.SaleID))
		if err != nil {
			return err
		}
		return tx.BatchItem.UpdateOne(item).SetOperationID(started.ID).SetState(enum.ItemRunning).Exec(ctx)
	})
}

// doItem starts what the batch does with one charge.
func (s *Service) doItem(ctx context.Context, tx *db.Tx, current *db.Batch, item *db.BatchItem) (*Started, error) {
	id := value(item.ChargeID)
	switch current.Action {
	case enum.BatchIssue:
		var input NewCharge
		if err := json.Unmarshal(value(item.Input), &input); err != nil {
			return nil, err
		}
		return s.createCharge(ctx, tx, input)
	case enum.BatchCancel:
		return s.startIn(ctx, tx, id, enum.ActionCancel, s.cancel)
	case enum.BatchResend:
		return s.startIn(ctx, tx, id, enum.ActionResend, s.resend(nil))
	case enum.BatchChangeDueDate:
		return s.startIn(ctx, tx, id, enum.ActionChangeDueDate, s.changeDueDate(*current.DueDate))
	case enum.BatchRetry:
		return s.startIn(ctx, tx, id, enum.ActionRetry, s.retryIssue)
	}
	return nil, errors.New("a batch that does nothing")
}

// retryIssue tries the newest issue of a charge again.
func (s *Service) retryIssue(ctx context.Context, tx *db.Tx, c *db.Charge) (*db.Operation, bool, error) {
	op, err := tx.Operation.Query().Where(operation.SubjectID(c.ID), operation.KindEQ(enum.KindIssueCharge)).Order(db.Desc(operation.FieldID)).First(ctx)
	if err != nil {
		return nil, false, err
	}
	if err := s.retry(ctx, tx, op.ID); err != nil {
		return nil, false, err
	}
	return op, true, nil
}
