package billing

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/failure"
	"ponte/ent/db/webhookdelivery"
	"ponte/ent/db/webhookevent"
	"ponte/ent/enum"
)

// A delivery is its own job, as a message is (outbox.go). Deliveries have no order
// among themselves, so that an app can take many at once.

// topicWebhooks rings when a delivery may have to go out.
const topicWebhooks = "webhooks"

const (
	// webhookSenders is how many deliveries a process sends at once.
	webhookSenders = 16
	// endpointSenders is how many go to one endpoint at once; to one that takes
	// nothing, only one, so that it holds up nobody else.
	endpointSenders = 4
)

func (s *Service) webhookBox() outbox {
	return outbox{
		topic: topicWebhooks, senders: webhookSenders, make: func(context.Context) error { return nil }, claim: s.claimWebhooks,
		due: `SELECT COALESCE(EXTRACT(EPOCH FROM min(next_try_at) - now()), 1) FROM webhook_deliveries WHERE state IN ('WAITING', 'SENDING') AND next_try_at > now()`,
	}
}

// claimedDelivery is a delivery that this worker may send; tries is its fence.
type claimedDelivery struct {
	id         string
	endpointID string
	tries      int
}

// claimDeliveries takes due deliveries, of each endpoint as many as it may have on
// their way.
func (s *Service) claimDeliveries(ctx context.Context, limit int) ([]claimedDelivery, error) {
	rows, err := s.SQL.QueryContext(ctx, `
		WITH due AS MATERIALIZED (
			SELECT next.id FROM webhook_endpoints e CROSS JOIN LATERAL (
				SELECT d.id, d.next_try_at FROM webhook_deliveries d
				WHERE d.endpoint_id = e.id AND d.state IN ('WAITING', 'SENDING') AND d.next_try_at <= now()
				ORDER BY d.next_try_at, d.id
				LIMIT greatest(0, CASE WHEN e.failing_since IS NULL THEN $3 ELSE 1 END - (
					SELECT count(*) FROM webhook_deliveries b WHERE b.endpoint_id = e.id AND b.state = 'SENDING' AND b.next_try_at > now()))
				FOR UPDATE SKIP LOCKED) next
			ORDER BY next.next_try_at LIMIT $1)
		UPDATE webhook_deliveries d SET state = 'SENDING', tries = tries + 1, next_try_at = now() + $2 * interval '1 microsecond'
		FROM due WHERE d.id = due.id
		RETURNING d.id, d.endpoint_id, d.tries`, limit, s.sendingTime().Microseconds(), endpointSenders)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var claimed []claimedDelivery
	for rows.Next() {
		var one claimedDelivery
		if err := rows.Scan(&one.id, &one.endpointID, &one.tries); err != nil {
			return nil, err
		}
		claimed = append(claimed, one)
	}
	return claimed, rows.Err()
}

func (s *Service) claimWebhooks(ctx context.Context, limit int) ([]sending, error) {
	claimed, err := s.claimDeliveries(ctx, limit)
	list := make([]sending, len(claimed))
	for i, one := range claimed {
		list[i] = func(ctx context.Context) { s.sendDelivery(ctx, one) }
	}
	return list, err
}

// sendDelivery does one try of a delivery and writes its end. A claim that can't be
// ended lapses, and the delivery goes out once more with the same id.
func (s *Service) sendDelivery(ctx context.Context, claimed claimedDelivery) {
	hook, err := s.prepareDelivery(ctx, claimed)
	if err == nil && hook != nil {
		_, err = s.postDelivery(ctx, claimed, *hook)
	}
	if err != nil && !errors.Is(err, errFenced) {
		s.Log.Error("send a delivery", "delivery", claimed.id, "error", err)
	}
}

// txDelivery runs work under the locks of the endpoint and of the delivery, taken in
// this order everywhere, when the claim still holds.
func (s *Service) txDelivery(ctx context.Context, claimed claimedDelivery, work func(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint, sent *db.WebhookDelivery) error) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		to, err := lockEndpoint(ctx, tx, claimed.endpointID)
		if _, gone := AsRefusal(err); gone { // it was deleted, and its deliveries with it
			return errFenced
		}
		if err != nil {
			return err
		}
		sent, err := tx.WebhookDelivery.Query().Where(webhookdelivery.ID(claimed.id)).ForUpdate().Only(ctx)
		if err != nil && !db.IsNotFound(err) {
			return err
		}
		if err != nil || sent.Tries != claimed.tries || sent.State != enum.WebhookSending {
			return errFenced
		}
		return work(ctx, tx, to, sent)
	})
}

// prepareDelivery reads what is sent; nil when the endpoint was switched off.
func (s *Service) prepareDelivery(ctx context.Context, claimed claimedDelivery) (hook *outgoing.Hook, err error) {
	err = s.txDelivery(ctx, claimed, func(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint, sent *db.WebhookDelivery) error {
		if !to.Active && sent.Type != EventTest {
			hook = nil
			return tx.WebhookDelivery.UpdateOne(sent).SetState(enum.WebhookDropped).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
		}
		told, err := tx.WebhookEvent.Query().Where(webhookevent.ID(sent.EventID)).Only(ctx)
		if err != nil {
			return err
		}
		secrets, err := s.signingSecrets(to)
		hook = &outgoing.Hook{URL: to.URL, Secrets: secrets, ID: sent.ID, Body: told.Body}
		return err
	})
	return hook, err
}

// postDelivery sends outside any transaction, writes down what happened, and answers
// what the app refused.
func (s *Service) postDelivery(ctx context.Context, claimed claimedDelivery, hook outgoing.Hook) (*provider.Error, error) {
	problem, attempts := s.attempt(ctx, func(ctx context.Context) error { return s.Outgoing.Post(ctx, hook) })
	err := s.txDelivery(context.WithoutCancel(ctx), claimed, func(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint, sent *db.WebhookDelivery) error {
		if err := writeWebhookAttempts(ctx, tx, claimed, attempts); err != nil {
			return err
		}
		if err := s.endDelivery(ctx, tx, to, sent, problem, statusOf(attempts)); err != nil {
			return err
		}
		return ring(ctx, tx, topicWebhooks)
	})
	return problem, err
}

// statusOf answers the HTTP status of the last answer; nil when none came.
func statusOf(attempts []provider.Attempt) *int {
	if len(attempts) == 0 || attempts[len(attempts)-1].Status == 0 {
		return nil
	}
	return &attempts[len(attempts)-1].Status
}

func writeWebhookAttempts(ctx context.Context, tx *db.Tx, of claimedDelivery, attempts []provider.Attempt) error {
	for _, attempt := range attempts {
		create := tx.WebhookAttempt.Create().SetDeliveryID(of.id).SetStartedAt(attempt.StartedAt).
			SetDurationMilliseconds(int(attempt.Duration.Milliseconds())).SetRequest(attempt.Method + " " + attempt.Path).
			SetRequestBody(attempt.Request).SetResponseBody(attempt.Response).SetError(attempt.Error)
		if attempt.Status != 0 {
			create.SetStatus(attempt.Status)
		}
		if err := create.Exec(ctx); err != nil {
			return fmt.Errorf("write an attempt: %w", err)
		}
	}
	if of.tries <= keptAttempts {
		return nil
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM webhook_attempts WHERE delivery_id = $1
		AND id NOT IN (SELECT id FROM webhook_attempts WHERE delivery_id = $1 ORDER BY id DESC LIMIT $2)`, of.id, keptAttempts)
	return err
}

// endDelivery sets where a delivery stands after a try, and what that tells of its
// endpoint.
func (s *Service) endDelivery(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint, sent *db.WebhookDelivery, problem *provider.Error, status *int) error {
	change := tx.WebhookDelivery.UpdateOne(sent).ClearStatus().SetNillableStatus(status)
	if problem == nil {
		done := &provider.Text{PT: "Entregue.", EN: "Delivered."}
		if err := change.SetState(enum.WebhookSent).SetOutcome(done).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx); err != nil {
			return err
		}
		return s.endpointWorks(ctx, tx, to)
	}
	change.SetOutcome(&provider.Text{PT: problem.Cause.PT + " " + problem.Remedy.PT, EN: problem.Cause.EN + " " + problem.Remedy.EN})
	wait, more := s.webhookWait(sent.Tries - sent.TriesBefore)
	if sent.Type == EventTest || isGone(problem) || !more || !to.Active {
		if err := change.SetState(enum.WebhookFailed).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx); err != nil {
			return err
		}
		return s.endpointFails(ctx, tx, to, sent, problem, !more)
	}
	if err := change.SetState(enum.WebhookWaiting).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE webhook_deliveries SET next_try_at = now() + $2 * interval '1 microsecond' WHERE id = $1`, sent.ID, max(wait, problem.RetryAfter).Microseconds())
	if err != nil {
		return err
	}
	return s.endpointFails(ctx, tx, to, sent, problem, false)
}

// webhookWait answers how long to wait after so many tries, up to a tenth longer at
// random; no more when it was the last one.
func (s *Service) webhookWait(tries int) (wait time.Duration, more bool) {
	if tries > len(s.Timing.WebhookWaits) {
		return 0, false
	}
	wait = s.Timing.WebhookWaits[max(tries, 1)-1]
	return wait + rand.N(wait/10+1), true
}

// endpointWorks notes that an app takes what it is told: what was told of it is
// over, and what waits for it is due.
func (s *Service) endpointWorks(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint) error {
	if to.FailingSince != nil {
		if err := tx.WebhookEndpoint.UpdateOne(to).ClearFailingSince().Exec(ctx); err != nil {
			return err
		}
		if err := hurryDeliveries(ctx, tx, to.ID); err != nil {
			return err
		}
	}
	return s.resolveCause(ctx, tx, endpointCause(to.ID)+"failing")
}

// endpointFails notes that an app did not take something. A test proves nothing: a
// person made it, and sees what came of it.
func (s *Service) endpointFails(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint, sent *db.WebhookDelivery, problem *provider.Error, givenUp bool) error {
	if sent.Type == EventTest || !to.Active {
		return nil
	}
	since := s.Now()
	if to.FailingSince != nil {
		since = *to.FailingSince
	}
	switch {
	case isGone(problem):
		return s.disableEndpoint(ctx, tx, to, enum.WebhookGone, problem)
	case s.Now().Sub(since) >= s.Timing.WebhookDead:
		return s.disableEndpoint(ctx, tx, to, enum.WebhookFailing, problem)
	}
	if err := tx.WebhookEndpoint.UpdateOne(to).SetFailingSince(since).Exec(ctx); err != nil || !givenUp {
		return err
	}
	return s.recordFailure(ctx, tx, endpointReport(to, "failing", "webhook.failing", problem))
}

// disableEndpoint switches an endpoint off that takes nothing any more.
func (s *Service) disableEndpoint(ctx context.Context, tx *db.Tx, to *db.WebhookEndpoint, why enum.WebhookDisabledReason, problem *provider.Error) error {
	err := tx.WebhookEndpoint.UpdateOne(to).SetActive(false).SetDisabledReason(why).SetDisabledAt(s.Now()).Exec(ctx)
	if err != nil {
		return err
	}
	if err := s.dropDeliveries(ctx, tx, to.ID); err != nil {
		return err
	}
	if err := s.resolveCause(ctx, tx, endpointCause(to.ID)+"failing"); err != nil {
		return err
	}
	code := "webhook.disabled"
	if why == enum.WebhookGone {
		code = "webhook.gone"
	}
	return s.recordFailure(ctx, tx, endpointReport(to, "disabled", code, problem))
}

// dropDeliveries ends what waits for an endpoint that is off. The events stay, and
// can be replayed.
func (s *Service) dropDeliveries(ctx context.Context, tx *db.Tx, endpointID string) error {
	return tx.WebhookDelivery.Update().Where(webhookdelivery.EndpointID(endpointID), webhookdelivery.StateEQ(enum.WebhookWaiting)).
		SetState(enum.WebhookDropped).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
}

// hurryDeliveries makes what waits for its next try due.
func hurryDeliveries(ctx context.Context, tx *db.Tx, endpointID string) error {
	_, err := tx.ExecContext(ctx, `UPDATE webhook_deliveries SET next_try_at = now() WHERE endpoint_id = $1 AND state = 'WAITING' AND next_try_at > now()`, endpointID)
	if err != nil {
		return err
	}
	return ring(ctx, tx, topicWebhooks)
}

func endpointCause(id string) string { return "endpoint:" + id + ":" }

func (s *Service) resolveEndpoint(ctx context.Context, tx *db.Tx, id string) error {
	return s.resolveWhere(ctx, tx, failure.CauseKeyHasPrefix(endpointCause(id)))
}

// endpointReport tells the owners of an endpoint that does not take what it is told.
func endpointReport(of *db.WebhookEndpoint, cause, code string, problem *provider.Error) problemReport {
	why, remedy := explain(code, of.Name)
	why.PT, why.EN = why.PT+" "+problem.Cause.PT, why.EN+" "+problem.Cause.EN
	return problemReport{
		causeKey: endpointCause(of.ID) + cause, code: ownCode + "." + code, cause: why, remedy: remedy, providerText: problem.Text,
		subjectID: of.ID, label: provider.Text{PT: "Webhook " + of.Name, EN: "Webhook " + of.Name},
	}
}
