package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/operation"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

// An operation is its own job: the row says what is to be done, how often it was
// tried and when it is due, so that people see exactly what the workers see
// (docs/decisions/0002-operations-are-the-queue.md).

var newOperationID = schema.NewID("opr")

// request is what is asked for.
type request struct {
	kind        enum.OperationKind
	integration enum.IntegrationKind
	subjectID   string
	key         string // two live operations never share it; kind and subject when empty
	input       map[string]string
	delay       time.Duration
}

// enqueue writes an operation, or wakes the live one with the same key: it will
// run once more after it has ended. It answers the operation and whether it is new.
func (s *Service) enqueue(ctx context.Context, tx *db.Tx, r request) (*db.Operation, bool, error) {
	if r.key == "" {
		r.key = string(r.kind) + ":" + r.subjectID
	}
	input, err := json.Marshal(r.input)
	if err != nil {
		return nil, false, fmt.Errorf("write an operation's input: %w", err)
	}
	id := newOperationID()
	liveID, err := returnedID(ctx, tx, `
		INSERT INTO operations (id, kind, integration, subject_id, dedupe_key, input, requested_by_id, asked_at, created_at, next_try_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now(), now() + $8 * interval '1 microsecond')
		ON CONFLICT (dedupe_key) WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN')
		DO UPDATE SET wakes = operations.wakes + 1 RETURNING id`,
		id, r.kind, r.integration, r.subjectID, r.key, string(input), actorID(ctx), r.delay.Microseconds())
	if err != nil {
		return nil, false, fmt.Errorf("enqueue %s: %w", r.kind, err)
	}
	if err := ring(ctx, tx, topicOperations); err != nil {
		return nil, false, err
	}
	live, err := tx.Operation.Get(ctx, liveID)
	return live, liveID == id, err
}

// errSettling is the outcome of a try that has to wait, because a request that
// was sent before may still arrive.
var errSettling = errors.New("waiting until an earlier request can no longer arrive")

// errLater is the outcome of a try that found its turn not come yet.
var errLater = errors.New("waiting for something else to end first")

// lookAgain is the outcome of a try that goes on after a while, without growing
// waits: what it waits for has an end of its own.
type lookAgain struct {
	wait time.Duration
	done finish // written before the wait
}

func (lookAgain) Error() string { return "waiting for what was started to end" }

// finish writes, inside the transaction that ends an operation, what was done.
type finish func(ctx context.Context, tx *db.Tx) error

// handler does the network's part of an operation. It must be safe to run again
// after it was cut off anywhere.
func (s *Service) handler(kind enum.OperationKind) func(context.Context, *db.Operation) (finish, error) {
	return map[enum.OperationKind]func(context.Context, *db.Operation) (finish, error){
		enum.KindIssueCharge:   s.issueCharge,
		enum.KindCancelCharge:  s.runCancel,
		enum.KindCancelExtra:   s.runCancelExtra,
		enum.KindChangeDueDate: s.runChangeDueDate,
		enum.KindResendCharge:  s.runResend,
		enum.KindSettleCharge:  s.runSettle,
		enum.KindAddNote:       s.runAddNote,
		enum.KindChangeAmount:  s.runChangeAmount,
		enum.KindRetryCard:     s.runRetryCard,
		enum.KindRefundCharge:  s.runRefund,
		enum.KindIssueCarnet:   s.issueCarnet,
		enum.KindCancelCarnet:  s.runCancelCarnet,
		enum.KindSettleCarnet:  s.runSettleCarnet,
		enum.KindResendCarnet:  s.runResendCarnet,
		enum.KindRegisterPix:   s.runRegisterPix,
		enum.KindRunBatch:      s.runBatch,
		enum.KindReadNotice:    s.readNotice,
		enum.KindReadPix:       s.readPix,
		enum.KindSweep:         s.sweep,
		enum.KindMirrorSale:    s.mirrorSale,
		enum.KindIssueInvoice:  s.issueInvoice,
		enum.KindReconcile:     s.reconcile,
	}[kind]
}

// Work runs operations until the context ends, then lets those in flight go on for
// StopGrace; what has not ended by then is cut off and put back into the queue.
func (s *Service) Work(ctx context.Context) {
	inFlight, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(s.Timing.StopGrace, cutOff) })()
	rung, stop := s.Bell.Wait(topicOperations)
	defer stop()
	free := make(chan struct{}, s.Timing.Workers)
	for range s.Timing.Workers {
		free <- struct{}{}
	}
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		taken := s.claimAndRun(ctx, inFlight, free, &running)
		if taken > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-rung:
		case <-time.After(s.untilNextTry(ctx)):
		}
	}
}

func (s *Service) claimAndRun(ctx, inFlight context.Context, free chan struct{}, running *sync.WaitGroup) int {
	slots := 0
	select {
	case <-free:
		slots = 1 + drain(free)
	case <-ctx.Done():
		return 0
	}
	operations, err := s.claim(inFlight, slots) // a claim that was cut off would be held by nobody
	if err != nil && ctx.Err() == nil {
		s.Log.Error("claim operations", "error", err)
	}
	for range slots - len(operations) {
		free <- struct{}{}
	}
	for _, op := range operations {
		running.Go(func() {
			defer func() { free <- struct{}{} }()
			s.run(inFlight, op)
		})
	}
	return len(operations)
}

func drain(free chan struct{}) int {
	for n := 0; ; n++ {
		select {
		case <-free:
		default:
			return n
		}
	}
}

// claimTime is how long a claim holds: longer than the longest try.
func (s *Service) claimTime(kind enum.OperationKind) time.Duration {
	return s.tryTime(kind) + s.tryTime(kind)/4
}

// tryTime bounds a try. A sweep reads long lists, page by page, and the next one
// comes after an interval anyway.
func (s *Service) tryTime(kind enum.OperationKind) time.Duration {
	if kind == enum.KindSweep {
		return max(4*s.Timing.ProviderTimeout, s.Timing.SweepInterval/2)
	}
	return 4 * s.Timing.ProviderTimeout
}

// claim takes up to limit due operations. A RUNNING one is due when its claim
// has lapsed: its worker died. Those of an inactive integration are held, but
// for the reading of notices.
func (s *Service) claim(ctx context.Context, limit int) ([]*db.Operation, error) {
	rows, err := s.SQL.QueryContext(ctx, `
		WITH due AS MATERIALIZED (
			SELECT o.id FROM operations o
			WHERE o.state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND o.next_try_at <= now()
			AND (o.kind IN ('READ_NOTICE', 'READ_PIX') OR EXISTS (SELECT 1 FROM integrations i WHERE i.kind = o.integration AND i.active))
			ORDER BY o.next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED)
		UPDATE operations o SET state = 'RUNNING', tries = tries + 1, wakes = 0,
			next_try_at = now() + CASE WHEN kind = 'SWEEP' THEN $3::bigint ELSE $2::bigint END * interval '1 microsecond'
		FROM due WHERE o.id = due.id
		RETURNING o.id, kind, integration, subject_id, dedupe_key, COALESCE(input, 'null'), tries, asked_at`,
		limit, s.claimTime(enum.KindIssueCharge).Microseconds(), s.claimTime(enum.KindSweep).Microseconds())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var claimed []*db.Operation
	for rows.Next() {
		op, input := &db.Operation{}, []byte{}
		if err := rows.Scan(&op.ID, &op.Kind, &op.Integration, &op.SubjectID, &op.DedupeKey, &input, &op.Tries, &op.AskedAt); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(input, &op.Input); err != nil {
			return nil, err
		}
		claimed = append(claimed, op)
	}
	return claimed, rows.Err()
}

// untilNextTry is how long to sleep when no bell rings, at most a second.
func (s *Service) untilNextTry(ctx context.Context) time.Duration {
	var seconds float64
	err := s.SQL.QueryRowContext(ctx, `
		SELECT COALESCE(EXTRACT(EPOCH FROM min(next_try_at) - now()), 1) FROM operations o
		WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN')
		AND (o.kind IN ('READ_NOTICE', 'READ_PIX') OR EXISTS (SELECT 1 FROM integrations i WHERE i.kind = o.integration AND i.active))`).Scan(&seconds)
	if err != nil {
		return time.Second
	}
	return min(max(time.Duration(seconds*float64(time.Second)), 2*time.Millisecond), time.Second)
}

// run does one try of a claimed operation and writes its end.
func (s *Service) run(ctx context.Context, op *db.Operation) {
	ctx, cancel := context.WithTimeout(ctx, s.tryTime(op.Kind))
	defer cancel()
	recorded, recorder := provider.WithRecorder(ctx)
	done, err := s.try(recorded, op)
	ctx = context.WithoutCancel(ctx)
	attempts := recorder.Attempts()
	writeErr := s.write(ctx, op, done, err, attempts)
	if writeErr != nil && !errors.Is(writeErr, errFenced) && err == nil {
		writeErr = s.write(ctx, op, nil, writeErr, attempts) // the work could not be written: that is told
	}
	if writeErr != nil && !errors.Is(writeErr, errFenced) {
		// The claim lapses and another worker tries again.
		s.Log.Error("write an operation's end", "operation", op.ID, "kind", op.Kind, "error", writeErr)
	}
}

func (s *Service) try(ctx context.Context, op *db.Operation) (done finish, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v", value)
		}
	}()
	return s.handler(op.Kind)(ctx, op)
}

// errFenced tells that the claim has lapsed and another worker has taken over.
var errFenced = errors.New("another worker has taken over the operation")

// lockOperation takes the row when the claim still holds.
func lockOperation(ctx context.Context, tx *db.Tx, op *db.Operation) (*db.Operation, error) {
	current, err := tx.Operation.Query().Where(operation.ID(op.ID)).ForUpdate().Only(ctx)
	if err != nil {
		return nil, err
	}
	if current.Tries != op.Tries || current.State != enum.OperationRunning {
		return nil, errFenced
	}
	return current, nil
}

// step commits a part of an operation's work while it runs.
func (s *Service) step(ctx context.Context, op *db.Operation, work func(ctx context.Context, tx *db.Tx) error) error {
	return s.tx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		if _, err := lockOperation(ctx, tx, op); err != nil {
			return err
		}
		return work(ctx, tx)
	})
}

// write ends a try: what was done, the attempts, the operation's next state and
// its failure commit together.
func (s *Service) write(ctx context.Context, op *db.Operation, done finish, tried error, attempts []provider.Attempt) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := lockOperation(ctx, tx, op)
		if err != nil {
			return err
		}
		if err := writeAttempts(ctx, tx, op, attempts); err != nil {
			return err
		}
		if tried == nil && done != nil {
			if err := done(ctx, tx); err != nil {
				return fmt.Errorf("%s %s: %w", op.Kind, op.SubjectID, err)
			}
		}
		if err := s.end(ctx, tx, current, tried, len(attempts) > 0); err != nil {
			return err
		}
		return ring(ctx, tx, OperationTopic(op.ID))
	})
}

// keptAttempts is how many of an operation's attempts are kept, the newest: one
// that waits for days asks thousands of times.
const keptAttempts = 50

func writeAttempts(ctx context.Context, tx *db.Tx, op *db.Operation, attempts []provider.Attempt) error {
	for _, attempt := range attempts {
		create := tx.Attempt.Create().SetOperationID(op.ID).SetStartedAt(attempt.StartedAt).
			SetDurationMilliseconds(int(attempt.Duration.Milliseconds())).
			SetRequest(attempt.Method + " " + attempt.Path).SetRequestBody(attempt.Request).
			SetResponseBody(attempt.Response).SetError(attempt.Error)
		if attempt.Status != 0 {
			create.SetStatus(attempt.Status)
		}
		if err := create.Exec(ctx); err != nil {
			return fmt.Errorf("write an attempt: %w", err)
		}
	}
	if len(attempts) == 0 || op.Tries <= keptAttempts/8 { // a try has hardly more than a few
		return nil
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM attempts WHERE operation_id = $1
		AND id NOT IN (SELECT id FROM attempts WHERE operation_id = $1 ORDER BY id DESC LIMIT $2)`, op.ID, keptAttempts)
	if err != nil {
		return fmt.Errorf("forget old attempts: %w", err)
	}
	return nil
}

// end sets the operation's next state by the error of the try; spoke tells
// whether the provider was asked anything.
func (s *Service) end(ctx context.Context, tx *db.Tx, op *db.Operation, tried error, spoke bool) error {
	var problem *provider.Error
	var later lookAgain
	switch {
	case tried == nil:
		return s.succeed(ctx, tx, op, spoke)
	case errors.As(tried, &later):
		if later.done != nil {
			if err := later.done(ctx, tx); err != nil {
				return err
			}
		}
		return s.again(ctx, tx, op, enum.OperationQueued, later, later.wait)
	case errors.Is(tried, errSettling):
		return s.settle(ctx, tx, op)
	case errors.Is(tried, errLater):
		return s.again(ctx, tx, op, enum.OperationQueued, tried, s.backOff(op.Tries))
	case !errors.As(tried, &problem):
		return s.unexpected(ctx, tx, op, tried)
	}
	switch problem.Class {
	case provider.Ambiguous:
		return s.retryOrGiveUp(ctx, tx, op, enum.OperationUnknown, problem)
	case provider.Unavailable, provider.Limit, provider.Auth, provider.Account:
		return s.retryOrGiveUp(ctx, tx, op, enum.OperationQueued, problem)
	}
	return s.giveUp(ctx, tx, op, problem)
}

// settle asks again and again until an earlier request can no longer arrive.
func (s *Service) settle(ctx context.Context, tx *db.Tx, op *db.Operation) error {
	if err := s.doubt(ctx, tx, op, enum.OperationUnknown); err != nil {
		return err
	}
	return s.again(ctx, tx, op, enum.OperationUnknown, errSettling, s.Timing.SettleWindow/8)
}

func (s *Service) succeed(ctx context.Context, tx *db.Tx, op *db.Operation, spoke bool) error {
	if err := s.resolveOperationFailures(ctx, tx, op, spoke); err != nil {
		return err
	}
	if op.Wakes > 0 { // it was asked for again while it ran
		var wait time.Duration
		if op.Kind == enum.KindReadNotice || op.Kind == enum.KindReadPix {
			wait = s.Timing.NoticeInterval
		}
		return s.again(ctx, tx, op, enum.OperationQueued, nil, wait)
	}
	return tx.Operation.UpdateOneID(op.ID).SetState(enum.OperationSucceeded).ClearNextTryAt().SetLastError("").SetFinishedAt(s.Now()).Exec(ctx)
}

// again sets the next try. It is due by the database's clock, which all
// processes share.
func (s *Service) again(ctx context.Context, tx *db.Tx, op *db.Operation, state enum.OperationState, why error, wait time.Duration) error {
	reason := ""
	if why != nil {
		reason = why.Error()
	}
	_, err := tx.ExecContext(ctx, `UPDATE operations SET state = $2, last_error = $3, next_try_at = now() + $4 * interval '1 microsecond' WHERE id = $1`,
		op.ID, state, reason, wait.Microseconds())
	return err
}

// retryOrGiveUp tries again later, with growing waits, until RetryEnd.
func (s *Service) retryOrGiveUp(ctx context.Context, tx *db.Tx, op *db.Operation, state enum.OperationState, problem *provider.Error) error {
	wait := s.waitAfter(op, problem)
	if problem.Class == provider.Limit && problem.RetryAfter > 0 { // a wait with an end of its own is no failed try
		if err := beginAnewAfter(ctx, tx, op, wait); err != nil {
			return err
		}
	} else if time.Since(op.AskedAt) > s.Timing.RetryEnd && state != enum.OperationUnknown {
		return s.giveUp(ctx, tx, op, problem)
	}
	if err := s.recordDelay(ctx, tx, op, problem); err != nil {
		return err
	}
	if err := s.doubt(ctx, tx, op, state); err != nil {
		return err
	}
	return s.again(ctx, tx, op, state, problem, wait)
}

// maxSpread is by how much at most operations that were told the same moment are
// kept apart.
const maxSpread = time.Minute

// waitAfter is never shorter than what the provider asked for.
func (s *Service) waitAfter(op *db.Operation, problem *provider.Error) time.Duration {
	spread := min(problem.RetryAfter/8, maxSpread)
	return max(s.backOff(op.Tries), problem.RetryAfter+rand.N(spread+1))
}

// beginAnewAfter has RetryEnd counted from the end of a wait.
func beginAnewAfter(ctx context.Context, tx *db.Tx, op *db.Operation, wait time.Duration) error {
	_, err := tx.ExecContext(ctx, `UPDATE operations SET asked_at = GREATEST(asked_at, now() + $2 * interval '1 microsecond') WHERE id = $1`, op.ID, wait.Microseconds())
	return err
}

// doubt shows on a charge, or on the parcels of a carnê, that its issue is being
// found out.
func (s *Service) doubt(ctx context.Context, tx *db.Tx, op *db.Operation, state enum.OperationState) error {
	inDoubt := state == enum.OperationUnknown
	switch {
	case op.Kind == enum.KindIssueCharge && inDoubt:
		return s.markUnknown(ctx, tx, op.SubjectID)
	case op.Kind == enum.KindIssueCharge:
		return s.markUnsent(ctx, tx, op.SubjectID)
	case op.Kind == enum.KindIssueCarnet && inDoubt:
		return s.markCarnet(ctx, tx, op.SubjectID, enum.ChargeUnknown, "UNANSWERED")
	case op.Kind == enum.KindIssueCarnet:
		return s.markCarnetUnsent(ctx, tx, op.SubjectID)
	}
	return nil
}

// markIssue shows on what an operation issues that it was refused, or is to be
// tried again.
func (s *Service) markIssue(ctx context.Context, tx *db.Tx, op *db.Operation, status enum.ChargeStatus, code string) error {
	switch op.Kind {
	case enum.KindIssueCharge, enum.KindRetryCard:
		return s.markUnissued(ctx, tx, op.SubjectID, status, code)
	case enum.KindIssueCarnet:
		return s.markCarnet(ctx, tx, op.SubjectID, status, code)
	}
	return nil
}

func (s *Service) giveUp(ctx context.Context, tx *db.Tx, op *db.Operation, problem *provider.Error) error {
	if op.Wakes > 0 { // what it was asked for has changed meanwhile
		return s.again(ctx, tx, op, enum.OperationQueued, problem, s.backOff(op.Tries))
	}
	if err := s.markIssue(ctx, tx, op, enum.ChargeFailed, "REFUSED"); err != nil {
		return err
	}
	if err := s.refuseRefund(ctx, tx, op, problem); err != nil {
		return err
	}
	if err := s.recordGivenUp(ctx, tx, op, problem); err != nil {
		return err
	}
	return tx.Operation.UpdateOneID(op.ID).SetState(enum.OperationFailed).SetLastError(problem.Error()).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
}

// unexpected is a defect of ours or a database that went away: it is tried again
// like an unavailable provider, and told.
func (s *Service) unexpected(ctx context.Context, tx *db.Tx, op *db.Operation, cause error) error {
	s.Log.Error("operation", "operation", op.ID, "kind", op.Kind, "subject", op.SubjectID, "error", cause)
	return s.retryOrGiveUp(ctx, tx, op, enum.OperationQueued, internalProblem(op, cause))
}

// backOff doubles with each try up to RetryMax, with up to a half of jitter.
func (s *Service) backOff(tries int) time.Duration {
	wait := s.Timing.RetryBase << min(max(tries-1, 0), 20)
	if wait > s.Timing.RetryMax || wait <= 0 {
		wait = s.Timing.RetryMax
	}
	return wait/2 + rand.N(wait/2+1)
}

// RetryOperation tries an operation again at once. A failed one begins anew; one
// that waits is due now.
func (s *Service) RetryOperation(ctx context.Context, id string) (*db.Operation, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.retry(ctx, tx, id) })
	if err != nil {
		return nil, err
	}
	return s.DB.Operation.Get(ctx, id)
}

func (s *Service) retry(ctx context.Context, tx *db.Tx, id string) error {
	op, err := tx.Operation.Query().Where(operation.ID(id)).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return notFound("id", "A operação", "The operation")
	}
	if err != nil {
		return err
	}
	switch op.State {
	case enum.OperationQueued, enum.OperationUnknown:
	case enum.OperationFailed:
		if err := s.reopen(ctx, tx, op); err != nil {
			return err
		}
	default:
		return refuse("OPERATION_STATE", "id",
			"Esta operação não está parada: aguarde o fim da tentativa em andamento.",
			"This operation is not waiting or failed: let the running try end.")
	}
	if _, err := tx.ExecContext(ctx, "UPDATE operations SET next_try_at = LEAST(next_try_at, now()) WHERE id = $1", id); err != nil {
		return err
	}
	if err := ring(ctx, tx, topicOperations); err != nil {
		return err
	}
	return ring(ctx, tx, OperationTopic(id))
}

func (s *Service) reopen(ctx context.Context, tx *db.Tx, op *db.Operation) error {
	live, err := tx.Operation.Query().Where(operation.DedupeKey(op.DedupeKey),
		operation.StateIn(enum.OperationQueued, enum.OperationRunning, enum.OperationUnknown)).Exist(ctx)
	if err != nil {
		return err
	}
	if live {
		return refuse("OPERATION_REPLACED", "id",
			"Já existe outra operação igual em andamento: acompanhe aquela.",
			"Another operation for the same thing is already under way: follow that one.")
	}
	if err := s.markIssue(ctx, tx, op, enum.ChargeQueued, "RETRIED"); err != nil {
		return err
	}
	if err := s.reopenRefund(ctx, tx, op); err != nil {
		return err
	}
	if op.Input[sent] != "" { // a person has decided to send it again
		if err := tx.Operation.UpdateOne(op).SetInput(unsent(op.Input)).Exec(ctx); err != nil {
			return err
		}
	}
	if err := s.markRetrying(ctx, tx, op.ID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE operations SET state = 'QUEUED', tries = tries + 1, wakes = 0, next_try_at = now(), asked_at = now(), finished_at = NULL WHERE id = $1`, op.ID)
	return err
}
