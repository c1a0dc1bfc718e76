package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/channel"
	"ponte/ent/db/message"
	"ponte/ent/enum"
)

// A message is its own job, as an operation is (docs/decisions/0009-messages-have-their-own-outbox.md):
// a worker claims the row whose next try is due, sends outside any transaction, and
// writes the end under the fence of its claim. Messages of one lane go out one after
// another, in order.

// topicMessages rings when a message may have to go out.
const topicMessages = "messages"

const (
	// messageSenders is how many messages a process sends at once.
	messageSenders = 8
	// deadTries is how often in a row a channel may fail before it is told, unless a
	// person must act at once.
	deadTries = 3
)

// outbox is rows that go out: how they are made, claimed, and waited for.
type outbox struct {
	topic   string // rings when one may have to go out
	senders int    // how many go out at once in this process
	make    func(ctx context.Context) error
	claim   func(ctx context.Context, limit int) ([]sending, error)
	due     string // the statement that answers how many seconds there are until the next one
}

// sending is the work on a claimed row. It reports its own errors.
type sending func(ctx context.Context)

func (s *Service) messageBox() outbox {
	return outbox{
		topic: topicMessages, senders: messageSenders, make: s.feedChannels, claim: s.claimSendings,
		due: `SELECT COALESCE(EXTRACT(EPOCH FROM min(next_try_at) - now()), 1) FROM messages WHERE state IN ('WAITING', 'SENDING') AND next_try_at > now()`,
	}
}

// Dispatch sends what goes out, messages and webhooks, until the context ends; what
// is being sent then may go on for StopGrace. Any number of processes may do it.
func (s *Service) Dispatch(ctx context.Context) {
	inFlight, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(s.Timing.StopGrace, cutOff) })()
	var boxes sync.WaitGroup
	for _, box := range []outbox{s.messageBox(), s.webhookBox()} {
		boxes.Go(func() { s.empty(ctx, inFlight, box) })
	}
	boxes.Wait()
}

// empty sends the rows of one outbox.
func (s *Service) empty(ctx, inFlight context.Context, box outbox) {
	rung, stop := s.Bell.Wait(box.topic)
	defer stop()
	free := make(chan struct{}, box.senders)
	for range box.senders {
		free <- struct{}{}
	}
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		if err := box.make(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("make "+box.topic, "error", err)
		}
		if s.claimAndSend(ctx, inFlight, box, free, &running) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-rung:
		case <-time.After(s.untilNext(ctx, box)):
		}
	}
}

func (s *Service) claimAndSend(ctx, inFlight context.Context, box outbox, free chan struct{}, running *sync.WaitGroup) int {
	slots := 0
	select {
	case <-free:
		slots = 1 + drain(free)
	case <-ctx.Done():
		return 0
	}
	claimed, err := box.claim(inFlight, slots)
	if err != nil && ctx.Err() == nil {
		s.Log.Error("claim "+box.topic, "error", err)
	}
	for range slots - len(claimed) {
		free <- struct{}{}
	}
	for _, send := range claimed {
		running.Go(func() {
			defer func() { free <- struct{}{} }()
			send(inFlight)
		})
	}
	return len(claimed)
}

// untilNext is how long to sleep when no bell rings, at most a second.
func (s *Service) untilNext(ctx context.Context, box outbox) time.Duration {
	var seconds float64
	if err := s.SQL.QueryRowContext(ctx, box.due).Scan(&seconds); err != nil {
		return time.Second
	}
	return min(max(time.Duration(seconds*float64(time.Second)), 2*time.Millisecond), time.Second)
}

func (s *Service) claimSendings(ctx context.Context, limit int) ([]sending, error) {
	claimed, err := s.claimMessages(ctx, limit)
	list := make([]sending, len(claimed))
	for i, one := range claimed {
		list[i] = func(ctx context.Context) { s.sendClaimed(ctx, one) }
	}
	return list, err
}

// claimedMessage is a message that this worker may send; tries is its fence.
type claimedMessage struct {
	id        string
	channelID string
	tries     int
}

// claimMessages takes due messages, of each lane only the first: one that was tried
// before comes before those that were not.
func (s *Service) claimMessages(ctx context.Context, limit int) ([]claimedMessage, error) {
	rows, err := s.SQL.QueryContext(ctx, `
		WITH due AS MATERIALIZED (
			SELECT m.id FROM messages m
			WHERE m.state IN ('WAITING', 'SENDING') AND m.next_try_at <= now()
			AND NOT EXISTS (SELECT 1 FROM messages b WHERE b.lane = m.lane AND b.id <> m.id AND b.state IN ('WAITING', 'SENDING') AND CASE
				WHEN m.tries = 0 AND b.tries = 0 THEN (b.next_try_at, b.id) < (m.next_try_at, m.id)
				WHEN m.tries > 0 AND b.tries > 0 THEN b.id < m.id
				ELSE b.tries > 0 END)
			ORDER BY m.next_try_at LIMIT $1 FOR UPDATE SKIP LOCKED)
		UPDATE messages m SET state = 'SENDING', tries = tries + 1, next_try_at = now() + $2 * interval '1 microsecond'
		FROM due WHERE m.id = due.id
		RETURNING m.id, COALESCE(m.channel_id, ''), m.tries`, limit, s.sendingTime().Microseconds())
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var claimed []claimedMessage
	for rows.Next() {
		var one claimedMessage
		if err := rows.Scan(&one.id, &one.channelID, &one.tries); err != nil {
			return nil, err
		}
		claimed = append(claimed, one)
	}
	return claimed, rows.Err()
}

// sendingTime is how long a claim holds: longer than the longest try.
func (s *Service) sendingTime() time.Duration { return 2 * s.Timing.ProviderTimeout }

// sendClaimed does one try of a message and writes its end. A claim that can't be
// ended lapses, and the message goes out once more with the same id.
func (s *Service) sendClaimed(ctx context.Context, claimed claimedMessage) {
	target, content, err := s.prepareMessage(ctx, claimed)
	if err == nil && content != nil {
		_, err = s.sendPrepared(ctx, claimed, target, *content)
	}
	if err != nil && !errors.Is(err, errFenced) {
		s.Log.Error("send a message", "message", claimed.id, "error", err)
	}
}

// sendPrepared sends outside any transaction, writes down what happened, and answers
// what the destination refused.
func (s *Service) sendPrepared(ctx context.Context, claimed claimedMessage, target outgoing.Target, content outgoing.Content) (*provider.Error, error) {
	problem, attempts := s.attempt(ctx, func(ctx context.Context) error { return s.Outgoing.Send(ctx, target, content) })
	err := s.txChannel(context.WithoutCancel(ctx), claimed, func(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message) error {
		if err := writeMessageAttempts(ctx, tx, claimed, attempts); err != nil {
			return err
		}
		if err := s.endMessage(ctx, tx, to, sent, problem); err != nil {
			return err
		}
		return ring(ctx, tx, topicMessages)
	})
	return problem, err
}

// attempt makes one try outside any transaction and answers what the destination
// refused, and what was said.
func (s *Service) attempt(ctx context.Context, send func(context.Context) error) (problem *provider.Error, said []provider.Attempt) {
	recorded, recorder := provider.WithRecorder(ctx)
	if err := caught(func() error { return send(recorded) }); err != nil && !errors.As(err, &problem) {
		problem = ownProblem(provider.Unavailable, "internal", "", "")
		problem.Err = err
	}
	return problem, recorder.Attempts()
}

// caught turns a panic into an error.
func caught(work func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v", value)
		}
	}()
	return work()
}

// txChannel runs work under the locks of the channel and of the message, taken in
// this order everywhere, when the claim still holds.
func (s *Service) txChannel(ctx context.Context, claimed claimedMessage, work func(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message) error) error {
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		to, err := tx.Channel.Query().Where(channel.ID(claimed.channelID)).WithUser().ForUpdate().Only(ctx)
		if db.IsNotFound(err) { // it was deleted, and its messages with it
			return errFenced
		}
		if err != nil {
			return err
		}
		sent, err := tx.Message.Query().Where(message.ID(claimed.id)).ForUpdate().Only(ctx)
		if err != nil && !db.IsNotFound(err) {
			return err
		}
		if err != nil || sent.Tries != claimed.tries || sent.State != enum.MessageSending {
			return errFenced
		}
		return work(ctx, tx, to, sent)
	})
}

// prepareMessage commits what a message says before it is sent for the first time,
// so that each try says the same. It answers no content when nobody is to be told
// any more.
func (s *Service) prepareMessage(ctx context.Context, claimed claimedMessage) (target outgoing.Target, content *outgoing.Content, err error) {
	err = s.txChannel(ctx, claimed, func(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message) error {
		if !to.Active && sent.Kind != enum.MessageTest || !to.Edges.User.Active {
			return s.dropMessage(ctx, tx, sent)
		}
		if content, err = s.contentOf(ctx, tx, to, sent); err != nil {
			return err
		}
		if content == nil {
			return s.dropMessage(ctx, tx, sent)
		}
		target, err = s.openTarget(to)
		return err
	})
	return target, content, err
}

// contentOf reads what was written before the first try, or writes it.
func (s *Service) contentOf(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message) (*outgoing.Content, error) {
	content := &outgoing.Content{}
	if len(sent.Content) > 0 {
		return content, json.Unmarshal(sent.Content, content)
	}
	content, err := s.makeContent(ctx, tx, to, sent)
	if err != nil || content == nil {
		return nil, err
	}
	written, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return content, tx.Message.UpdateOne(sent).SetContent(written).Exec(ctx)
}

func (s *Service) dropMessage(ctx context.Context, tx *db.Tx, dropped *db.Message) error {
	return tx.Message.UpdateOne(dropped).SetState(enum.MessageDropped).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
}

func writeMessageAttempts(ctx context.Context, tx *db.Tx, of claimedMessage, attempts []provider.Attempt) error {
	for _, attempt := range attempts {
		create := tx.MessageAttempt.Create().SetMessageID(of.id).SetStartedAt(attempt.StartedAt).
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
	_, err := tx.ExecContext(ctx, `DELETE FROM message_attempts WHERE message_id = $1
		AND id NOT IN (SELECT id FROM message_attempts WHERE message_id = $1 ORDER BY id DESC LIMIT $2)`, of.id, keptAttempts)
	return err
}

// endMessage sets where a message stands after a try, and what that tells of its
// channel.
func (s *Service) endMessage(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message, problem *provider.Error) error {
	if problem == nil {
		return s.endSent(ctx, tx, to, sent)
	}
	outcome := &provider.Text{PT: problem.Cause.PT + " " + problem.Remedy.PT, EN: problem.Cause.EN + " " + problem.Remedy.EN}
	change := tx.Message.UpdateOne(sent).SetOutcome(outcome)
	if sent.Kind == enum.MessageTest { // the person sees it, and tries again by hand
		return change.SetState(enum.MessageFailed).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
	}
	if err := tx.Channel.UpdateOne(to).AddFailedTries(1).Exec(ctx); err != nil {
		return err
	}
	if to.FailedTries+1 >= deadTries || !problem.Temporary() {
		if err := s.recordFailure(ctx, tx, deadChannel(to, problem)); err != nil {
			return err
		}
	}
	if s.Now().Sub(sent.AskedAt) > s.Timing.RetryEnd {
		return change.SetState(enum.MessageFailed).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx)
	}
	if err := change.SetState(enum.MessageWaiting).Exec(ctx); err != nil {
		return err
	}
	return dueIn(ctx, tx, sent.ID, max(s.backOff(sent.Tries), problem.RetryAfter))
}

func (s *Service) endSent(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message) error {
	done := &provider.Text{PT: "Enviada.", EN: "Sent."}
	if err := tx.Message.UpdateOne(sent).SetState(enum.MessageSent).SetOutcome(done).ClearNextTryAt().SetFinishedAt(s.Now()).Exec(ctx); err != nil {
		return err
	}
	return s.revive(ctx, tx, to)
}

// revive notes that a channel works: what was told of it is over, and what waits for
// it is due.
func (s *Service) revive(ctx context.Context, tx *db.Tx, to *db.Channel) error {
	if to.FailedTries == 0 {
		return s.resolveCause(ctx, tx, channelCause(to.ID))
	}
	if err := tx.Channel.UpdateOne(to).SetFailedTries(0).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE messages SET next_try_at = now() WHERE channel_id = $1 AND state = 'WAITING' AND tries > 0`, to.ID)
	if err != nil {
		return err
	}
	return s.resolveCause(ctx, tx, channelCause(to.ID))
}

// dueIn sets the next try by the database's clock, which all processes share.
func dueIn(ctx context.Context, tx *db.Tx, id string, wait time.Duration) error {
	_, err := tx.ExecContext(ctx, `UPDATE messages SET next_try_at = now() + $2 * interval '1 microsecond' WHERE id = $1`, id, wait.Microseconds())
	return err
}

func channelCause(id string) string { return "channel:" + id }

// deadChannel reports a channel that does not work to its person alone, who hears
// of it in the panel and on the other channels.
func deadChannel(of *db.Channel, problem *provider.Error) problemReport {
	cause, remedy := explain("channel.dead", of.Name)
	cause.PT, cause.EN = cause.PT+" "+problem.Cause.PT, cause.EN+" "+problem.Cause.EN
	remedy.PT, remedy.EN = problem.Remedy.PT+" "+remedy.PT, problem.Remedy.EN+" "+remedy.EN
	return problemReport{
		causeKey: channelCause(of.ID), code: ownCode + ".channel.dead", cause: cause, remedy: remedy, providerText: problem.Text,
		subjectID: of.ID, label: channelLabel(of), userID: &of.UserID,
	}
}
