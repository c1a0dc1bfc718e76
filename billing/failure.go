package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/carnet"
	"ponte/ent/db/delivery"
	"ponte/ent/db/failure"
	"ponte/ent/db/integration"
	"ponte/ent/db/invoice"
	"ponte/ent/db/predicate"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

var newFailureID, newDeliveryID = schema.NewID("flr"), schema.NewID("dlv")

// problemReport is a failure before it is recorded.
type problemReport struct {
	causeKey     string // one failure is open for each
	code         string
	state        enum.FailureState
	integration  *enum.IntegrationKind // nil for what concerns Ponte itself: the owners hear of it
	environment  *enum.Environment
	cause        provider.Text
	remedy       provider.Text
	field        string
	providerCode string
	providerText string
	subjectID    string
	label        provider.Text
	operationID  *string
	userID       *string // the only person who hears of it; nil for everybody chosen
}

// recordFailure writes the failure down and, when it is new, tells the chosen
// people. The same cause again only counts.
func (s *Service) recordFailure(ctx context.Context, tx *db.Tx, r problemReport) error {
	if r.state == "" {
		r.state = enum.FailureOpen
	}
	if err := lockFeed(ctx, tx); err != nil {
		return err
	}
	id := newFailureID()
	path, err := mendPath(ctx, tx, r)
	if err != nil {
		return fmt.Errorf("find where %s is mended: %w", r.code, err)
	}
	cause, remedy, label := mustJSON(r.cause), mustJSON(r.remedy), mustJSON(r.label)
	recorded, err := returnedID(ctx, tx, `
		INSERT INTO failures (id, cause_key, code, state, integration, environment, cause, remedy, form_field, provider_code, provider_text,
			subject_id, subject_label, operation_id, count, first_at, last_at, user_id, mend_path)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULLIF($9, ''), NULLIF($10, ''), NULLIF($11, ''), $12, $13, $14, 1, $15, $15, $16, NULLIF($17, ''))
		ON CONFLICT (cause_key) WHERE state <> 'RESOLVED' DO UPDATE SET count = failures.count + 1, last_at = EXCLUDED.last_at,
			cause = EXCLUDED.cause, remedy = EXCLUDED.remedy,
			provider_text = COALESCE(EXCLUDED.provider_text, failures.provider_text), operation_id = EXCLUDED.operation_id, mend_path = EXCLUDED.mend_path,
			state = CASE WHEN failures.state = 'IGNORED' THEN 'IGNORED' ELSE EXCLUDED.state END
		RETURNING id`,
		id, r.causeKey, r.code, r.state, r.integration, r.environment, cause, remedy, r.field, r.providerCode, r.providerText,
		r.subjectID, label, r.operationID, s.Now(), r.userID, path)
	if err != nil {
		return fmt.Errorf("record failure %s: %w", r.code, err)
	}
	if recorded != id {
		return nil
	}
	return s.deliver(ctx, tx, &db.Failure{ID: id, Integration: r.integration, UserID: r.userID}, enum.EventOpened)
}

// feedLock is the advisory lock of all who write failures. They take rows of
// failures and of people in every order otherwise, and would block one another.
const feedLock = 7_401_956

func lockFeed(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", feedLock); err != nil {
		return fmt.Errorf("lock the feed: %w", err)
	}
	return nil
}

func mustJSON(text provider.Text) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic("billing: " + err.Error()) // two strings always encode
	}
	return string(encoded)
}

// deliver writes one row of the feed for each chosen person. The person's
// sequence grows under the lock of the person's row, so that it grows in the
// order of the commits and a reader that has seen n has seen all before n.
func (s *Service) deliver(ctx context.Context, tx *db.Tx, of *db.Failure, event enum.FailureEventKind) error {
	chosen := tx.User.Query().Where(user.Active(true))
	switch {
	case of.UserID != nil:
		chosen.Where(user.ID(*of.UserID))
	case of.Integration != nil:
		chosen.Where(user.HasIntegrationsWith(integration.KindEQ(*of.Integration)))
	default:
		chosen.Where(user.RoleEQ(enum.RoleOwner))
	}
	if event == enum.EventResolved { // news only to those who heard of the failure
		told, err := tx.Delivery.Query().Where(delivery.FailureID(of.ID), delivery.KindEQ(enum.EventOpened)).Select(delivery.FieldUserID).Strings(ctx)
		if err != nil {
			return err
		}
		chosen.Where(user.IDIn(told...))
	}
	people, err := chosen.Order(db.Asc(user.FieldID)).ForUpdate().All(ctx)
	if err != nil {
		return fmt.Errorf("choose who hears of a failure: %w", err)
	}
	ids, to := make([]string, len(people)), make([]string, len(people))
	for i, person := range people {
		ids[i], to[i] = newDeliveryID(), person.ID
	}
	if _, err := tx.ExecContext(ctx, writeDeliveries, pq.Array(ids), pq.Array(to), of.ID, event, s.Now(), bellChannel, userTopic); err != nil {
		return fmt.Errorf("deliver a failure: %w", err)
	}
	if of.UserID == nil { // what concerns one person alone is nobody else's
		if err := s.announceFailure(ctx, tx, event, of.ID); err != nil {
			return err
		}
	}
	return ring(ctx, tx, topicMessages)
}

// writeDeliveries moves the people's sequences, writes their rows and rings for each of
// them: everybody who writes failures waits meanwhile, so it is one statement.
const writeDeliveries = `WITH told AS (
		UPDATE users u SET feed_sequence = u.feed_sequence + 1 FROM unnest($1::varchar[], $2::varchar[]) d (id, user_id) WHERE u.id = d.user_id
		RETURNING d.id, d.user_id, u.feed_sequence
	), written AS (
		INSERT INTO deliveries (id, user_id, sequence, failure_id, kind, created_at) SELECT id, user_id, feed_sequence, $3, $4, $5 FROM told RETURNING user_id
	) SELECT pg_notify($6, $7::text || user_id) FROM written`

// resolve ends failures and says so to those who heard of them.
func (s *Service) resolve(ctx context.Context, tx *db.Tx, over []*db.Failure) error {
	for _, one := range over {
		if err := tx.Failure.UpdateOne(one).SetState(enum.FailureResolved).SetResolvedAt(s.Now()).Exec(ctx); err != nil {
			return err
		}
		if one.State == enum.FailureIgnored {
			continue
		}
		if err := s.deliver(ctx, tx, one, enum.EventResolved); err != nil {
			return err
		}
	}
	return nil
}

func operationCause(op *db.Operation) string { return "operation:" + op.DedupeKey + ":" }

func integrationCause(kind enum.IntegrationKind) string { return "integration:" + string(kind) + ":" }

// resolveOperationFailures ends what a success has proven to be over: the
// operation's own failures and, when the provider answered, those of its
// integration as a whole.
func (s *Service) resolveOperationFailures(ctx context.Context, tx *db.Tx, op *db.Operation, spoke bool) error {
	proven := failure.CauseKeyHasPrefix(operationCause(op))
	if spoke {
		proven = failure.Or(proven, failure.CauseKeyHasPrefix(integrationCause(op.Integration)))
	}
	return s.resolveWhere(ctx, tx, proven)
}

// resolveCause ends the failure of a cause.
func (s *Service) resolveCause(ctx context.Context, tx *db.Tx, causeKey string) error {
	return s.resolveWhere(ctx, tx, failure.CauseKey(causeKey))
}

// resolveWhere looks without a lock first: there is hardly ever anything to end.
func (s *Service) resolveWhere(ctx context.Context, tx *db.Tx, proven predicate.Failure) error {
	open := tx.Failure.Query().Where(failure.StateNEQ(enum.FailureResolved), proven).Order(db.Asc(failure.FieldID))
	if exist, err := open.Clone().Exist(ctx); err != nil || !exist {
		return err
	}
	if err := lockFeed(ctx, tx); err != nil {
		return err
	}
	over, err := open.ForUpdate().All(ctx)
	if err != nil {
		return err
	}
	return s.resolve(ctx, tx, over)
}

// quietTries is how often a provider may not answer before it is told.
const quietTries = 3

// recordDelay tells of what keeps an operation waiting: at once when a person
// must act, after a few tries when it may heal by itself.
func (s *Service) recordDelay(ctx context.Context, tx *db.Tx, op *db.Operation, problem *provider.Error) error {
	if isToldOnce(problem) {
		return nil
	}
	switch problem.Class {
	case provider.Unavailable, provider.Ambiguous:
		if op.Tries < quietTries || errors.Is(problem, provider.ErrDown) { // the calls that were sent tell it
			return nil
		}
		others, err := othersAnswered(ctx, tx, op)
		if err != nil {
			return err
		}
		// That the issuer did not answer is news of one charge, which may be collected
		// or not. The ERP collects nothing: only that it is away is news.
		if !others && (problem.Class == provider.Unavailable || op.Integration == enum.Vhsys) {
			return s.recordFailure(ctx, tx, s.wholeIntegration(op, problem, "unavailable", enum.FailureRetrying))
		}
	case provider.Auth, provider.Account, provider.Limit:
		return s.recordFailure(ctx, tx, s.wholeIntegration(op, problem, strings.ToLower(string(problem.Class)), enum.FailureOpen))
	}
	report, err := s.operationReport(ctx, tx, op, problem)
	if err != nil {
		return err
	}
	report.state = enum.FailureRetrying
	return s.recordFailure(ctx, tx, report)
}

// othersAnswered tells whether the provider has answered other operations between
// this one's first failure and its last: then it is this one that cannot get through.
func othersAnswered(ctx context.Context, tx *db.Tx, op *db.Operation) (bool, error) {
	rows, err := tx.QueryContext(ctx, `
		WITH own AS (SELECT id, status FROM attempts WHERE operation_id = $1)
		SELECT 1 FROM attempts a JOIN operations o ON o.id = a.operation_id
		WHERE a.id > COALESCE((SELECT max(id) FROM own WHERE status < 300), (SELECT min(id) FROM own))
		AND a.id < (SELECT max(id) FROM own)
		AND a.operation_id <> $1 AND o.integration = $2 AND a.status < 300 LIMIT 1`, op.ID, op.Integration)
	if err != nil {
		return false, fmt.Errorf("look for answers to others: %w", err)
	}
	defer func() { _ = rows.Close() }()
	return rows.Next(), rows.Err()
}

// recordGivenUp tells of an operation that needs a person.
func (s *Service) recordGivenUp(ctx context.Context, tx *db.Tx, op *db.Operation, problem *provider.Error) error {
	report, err := s.operationReport(ctx, tx, op, problem)
	if err != nil {
		return err
	}
	return s.recordFailure(ctx, tx, report)
}

// wholeIntegration reports what stops every operation of an integration: one
// failure, however many operations wait.
func (s *Service) wholeIntegration(op *db.Operation, problem *provider.Error, code string, state enum.FailureState) problemReport {
	kind := op.Integration
	return problemReport{
		causeKey: integrationCause(kind) + code, code: failureCode(problem, code), state: state, integration: &kind,
		cause: problem.Cause, remedy: problem.Remedy, field: problem.Field, providerCode: problem.Code, providerText: problem.Text,
		label: integrationLabel(kind), operationID: &op.ID,
	}
}

func (s *Service) operationReport(ctx context.Context, tx *db.Tx, op *db.Operation, problem *provider.Error) (problemReport, error) {
	kind := op.Integration
	code := failureCode(problem, strings.ToLower(string(problem.Class)))
	report := problemReport{
		causeKey: operationCause(op) + code, code: code, integration: &kind,
		cause: problem.Cause, remedy: problem.Remedy, field: problem.Field, providerCode: problem.Code, providerText: problem.Text,
		subjectID: op.SubjectID, label: integrationLabel(kind), operationID: &op.ID,
	}
	if problem.Provider == ownCode {
		report.providerCode = ""
	}
	label, environment, err := subjectLabel(ctx, tx, op.SubjectID)
	if label != (provider.Text{}) {
		report.label = label
	}
	report.environment = environment
	return report, err
}

func failureCode(problem *provider.Error, fallback string) string {
	if problem.Code != "" {
		return problem.Provider + "." + problem.Code
	}
	return problem.Provider + "." + fallback
}

// subjectLabel is what people call the object, for example "Cobrança 42".
func subjectLabel(ctx context.Context, tx *db.Tx, id string) (provider.Text, *enum.Environment, error) {
	switch {
	case strings.HasPrefix(id, "chg_"):
		c, err := tx.Charge.Get(ctx, id)
		if err != nil {
			return provider.Text{}, nil, err
		}
		return chargeLabel(c), &c.Environment, nil
	case strings.HasPrefix(id, "crn_"):
		booklet, err := tx.Carnet.Query().Where(carnet.ID(id)).WithSale().Only(ctx)
		if err != nil {
			return provider.Text{}, nil, err
		}
		return carnetLabel(booklet.Edges.Sale), &booklet.Environment, nil
	case strings.HasPrefix(id, "inv_"):
		issued, err := tx.Invoice.Query().Where(invoice.ID(id)).WithSale().Only(ctx)
		if err != nil {
			return provider.Text{}, nil, err
		}
		return invoiceLabel(issued), nil, nil
	case strings.HasPrefix(id, "bat_"):
		return provider.Text{PT: "Lote de cobranças", EN: "Batch of charges"}, nil, nil
	case strings.HasPrefix(id, "sal_"):
		sold, err := tx.Sale.Get(ctx, id)
		if err != nil {
			return provider.Text{}, nil, err
		}
		return saleLabel(sold), nil, nil
	}
	return provider.Text{}, nil, nil
}

func chargeLabel(c *db.Charge) provider.Text {
	return provider.Text{PT: fmt.Sprintf("Cobrança %d", c.Number), EN: fmt.Sprintf("Charge %d", c.Number)}
}

func saleLabel(sold *db.Sale) provider.Text {
	return provider.Text{PT: fmt.Sprintf("Venda %d", sold.Number), EN: fmt.Sprintf("Sale %d", sold.Number)}
}

func integrationLabel(kind enum.IntegrationKind) provider.Text {
	name := map[enum.IntegrationKind]string{enum.Gerencianet: "Gerencianet (Efí)", enum.Vhsys: "Vhsys"}[kind]
	return provider.Text{PT: name, EN: name}
}

// markRetrying shows that somebody has tried the operation again.
func (s *Service) markRetrying(ctx context.Context, tx *db.Tx, operationID string) error {
	return tx.Failure.Update().Where(failure.OperationID(operationID), failure.StateIn(enum.FailureOpen, enum.FailureIgnored)).
		SetState(enum.FailureRetrying).SetNillableHandledByID(actorID(ctx)).ClearReason().Exec(ctx)
}

// RetryFailure tries again what a failure is about that the person hears of.
func (s *Service) RetryFailure(ctx context.Context, id string) (*db.Failure, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := tx.Failure.Query().Where(failure.ID(id), heardOf(ctx)).Only(ctx) // not locked: a worker takes the operation first
		if db.IsNotFound(err) {
			return notFound("id", "A falha", "The failure")
		}
		if err != nil {
			return err
		}
		if f.OperationID == nil || f.State == enum.FailureResolved {
			return refuse("FAILURE_NOT_RETRYABLE", "id",
				"Não há o que tentar de novo: siga a orientação da falha e marque-a como vista.",
				"There is nothing to try again: follow the remedy and acknowledge the failure.")
		}
		return s.retryCause(ctx, tx, f)
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Failure.Get(ctx, id)
}

// RetryFailures tries again what several failures are about, those that can be. It
// answers them all, and why others were left as they are.
func (s *Service) RetryFailures(ctx context.Context, ids []string) ([]*db.Failure, error) {
	if len(ids) == 0 || len(ids) > MaxAcknowledged {
		return nil, tooManyFailures
	}
	var refused Refusal
	for i, id := range ids {
		_, err := s.RetryFailure(ctx, id)
		problems, isRefusal := AsRefusal(err)
		if err != nil && !isRefusal {
			return nil, err
		}
		for _, problem := range problems {
			problem.Field = []string{"ids", strconv.Itoa(i)}
			refused = append(refused, problem)
		}
	}
	found, err := s.DB.Failure.Query().Where(failure.IDIn(ids...), heardOf(ctx)).Order(db.Asc(failure.FieldID)).All(ctx)
	return found, errors.Join(err, refused.orNil())
}

// retryCause tries the operation of a failure again, or, when the failure concerns
// an integration as a whole, every operation that waits for it.
func (s *Service) retryCause(ctx context.Context, tx *db.Tx, f *db.Failure) error {
	if f.Integration == nil || !strings.HasPrefix(f.CauseKey, integrationCause(*f.Integration)) {
		return s.retry(ctx, tx, *f.OperationID)
	}
	if err := s.markRetrying(ctx, tx, *f.OperationID); err != nil {
		return err
	}
	return hurry(ctx, tx, *f.Integration)
}

// hurry makes every operation that waits for an integration due.
func hurry(ctx context.Context, tx *db.Tx, kind enum.IntegrationKind) error {
	_, err := tx.ExecContext(ctx, `UPDATE operations SET next_try_at = now() WHERE state = 'QUEUED' AND integration = $1 AND next_try_at > now()`, kind)
	if err != nil {
		return fmt.Errorf("hurry the operations of %s: %w", kind, err)
	}
	return ring(ctx, tx, topicOperations)
}

// MaxAcknowledged is how many failures can be acknowledged or tried again at once.
const MaxAcknowledged = 100

var tooManyFailures = refuse("TOO_MANY", "ids", "Escolha de 1 a 100 falhas.", "Choose 1 to 100 failures.")

// AcknowledgeFailures notes that somebody has seen them. With a reason they are
// ignored; without one, those that leave nothing to try again are over. Those that the
// person does not hear of are left as they are.
func (s *Service) AcknowledgeFailures(ctx context.Context, ids []string, ignoreReason *string) ([]*db.Failure, error) {
	if len(ids) == 0 || len(ids) > MaxAcknowledged {
		return nil, tooManyFailures
	}
	if ignoreReason != nil && strings.TrimSpace(*ignoreReason) == "" {
		return nil, refuse("REQUIRED", "ignoreReason", "Diga por que a falha será ignorada.", "Say why the failure is ignored.")
	}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := lockFeed(ctx, tx); err != nil {
			return err
		}
		found, err := tx.Failure.Query().Where(failure.IDIn(ids...), heardOf(ctx), failure.StateNEQ(enum.FailureResolved)).Order(db.Asc(failure.FieldID)).ForUpdate().All(ctx)
		if err != nil {
			return err
		}
		for _, one := range found {
			if err := s.acknowledge(ctx, tx, one, ignoreReason); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Failure.Query().Where(failure.IDIn(ids...), heardOf(ctx)).Order(db.Asc(failure.FieldID)).All(ctx)
}

// heardOf selects the failures that whoever acts hears of; the program itself may act
// on all.
func heardOf(ctx context.Context) predicate.Failure {
	me := actorID(ctx)
	if me == nil {
		return func(*sql.Selector) {}
	}
	return failure.HasDeliveriesWith(delivery.UserID(*me), MayHear(*me))
}

func (s *Service) acknowledge(ctx context.Context, tx *db.Tx, f *db.Failure, ignoreReason *string) error {
	change := tx.Failure.UpdateOne(f).SetNillableHandledByID(actorID(ctx))
	if ignoreReason != nil {
		return change.SetState(enum.FailureIgnored).SetReason(*ignoreReason).Exec(ctx)
	}
	if err := change.Exec(ctx); err != nil {
		return err
	}
	if f.OperationID == nil {
		return s.resolve(ctx, tx, []*db.Failure{f})
	}
	return nil
}

// failureOf answers the newest failure of an operation.
func failureOf(ctx context.Context, tx *db.Tx, operationID string) (*db.Failure, error) {
	return tx.Failure.Query().Where(failure.OperationID(operationID)).Order(db.Desc(failure.FieldID)).First(ctx)
}
