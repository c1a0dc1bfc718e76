package billing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"ponte/billing/outgoing"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/channel"
	"ponte/ent/db/delivery"
	"ponte/ent/db/message"
	"ponte/ent/db/messageitem"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/ent/schema"
)

var newMessageID = schema.NewID("msg")

const (
	fedChannels = 100 // channels that are looked at in one go
	fedPage     = 500 // events of a feed that are taken in one transaction
	listed      = 50  // failures that a message names; the others are told by their number
)

// feedChannels makes messages of what each channel's person has heard since the
// channel was last looked at.
func (s *Service) feedChannels(ctx context.Context) error {
	ids, err := s.DB.Channel.Query().Where(channel.Active(true), channel.HasUserWith(user.Active(true)), func(selector *sql.Selector) {
		selector.Where(sql.ExprP("EXISTS (SELECT 1 FROM users u WHERE u.id = " + selector.C(channel.FieldUserID) + " AND u.feed_sequence > " + selector.C(channel.FieldFedSequence) + ")"))
	}).Order(db.Asc(channel.FieldID)).Limit(fedChannels).IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.feedChannel(ctx, tx, id) }); err != nil {
			return fmt.Errorf("feed %s: %w", id, err)
		}
	}
	return nil
}

// feedChannel takes a page of the feed under the lock of the channel's row, so that
// each event is taken once, however many processes look.
func (s *Service) feedChannel(ctx context.Context, tx *db.Tx, id string) error {
	to, err := tx.Channel.Query().Where(channel.ID(id), channel.Active(true)).ForUpdate(sql.WithLockAction(sql.SkipLocked)).Only(ctx)
	if db.IsNotFound(err) { // another process is at it
		return nil
	}
	if err != nil {
		return err
	}
	newest, err := tx.User.Query().Where(user.ID(to.UserID)).Select(user.FieldFeedSequence).Int(ctx)
	if err != nil {
		return err
	}
	events, err := tx.Delivery.Query().Where(delivery.UserID(to.UserID), delivery.SequenceGT(to.FedSequence), delivery.SequenceLTE(int64(newest)), MayHear(to.UserID)).
		Order(db.Asc(delivery.FieldSequence)).Limit(fedPage).WithFailure().All(ctx)
	if err != nil {
		return err
	}
	upTo := int64(newest)
	if len(events) == fedPage {
		upTo = events[len(events)-1].Sequence
	}
	if err := s.addEvents(ctx, tx, to, events); err != nil {
		return err
	}
	return tx.Channel.UpdateOne(to).SetFedSequence(upTo).Exec(ctx)
}

// addEvents puts what the channel wants to tell into messages.
func (s *Service) addEvents(ctx context.Context, tx *db.Tx, to *db.Channel, events []*db.Delivery) error {
	told, err := toldOn(ctx, tx, to.ID, events)
	if err != nil {
		return err
	}
	for _, event := range events {
		if !wants(to, event, told) {
			continue
		}
		told[event.FailureID] = true
		if err := s.addEvent(ctx, tx, to, event); err != nil {
			return err
		}
	}
	return nil
}

// toldOn answers which of the failures were told on the channel before.
func toldOn(ctx context.Context, tx *db.Tx, channelID string, events []*db.Delivery) (map[string]bool, error) {
	failures := make([]string, len(events))
	for i, event := range events {
		failures[i] = event.FailureID
	}
	before, err := tx.Delivery.Query().Where(delivery.FailureIDIn(failures...), delivery.KindEQ(enum.EventOpened), func(selector *sql.Selector) {
		items := sql.Table(messageitem.Table)
		selector.Where(sql.Exists(sql.Select(items.C(messageitem.FieldID)).From(items).Where(sql.And(
			sql.EQ(items.C(messageitem.FieldChannelID), channelID), sql.ColumnsEQ(items.C(messageitem.FieldDeliveryID), selector.C(delivery.FieldID))))))
	}).Select(delivery.FieldFailureID).Strings(ctx)
	told := map[string]bool{}
	for _, id := range before {
		told[id] = true
	}
	return told, err
}

// wants tells whether a channel carries an event. The end of a failure goes where
// its beginning went, and what is wrong with a channel goes to the others.
func wants(to *db.Channel, event *db.Delivery, told map[string]bool) bool {
	failed := event.Edges.Failure
	if failed.SubjectID == to.ID {
		return false
	}
	if event.Kind == enum.EventResolved {
		return told[event.FailureID]
	}
	return (len(to.Sources) == 0 || slices.Contains(to.Sources, SourceOf(failed))) && (len(to.Topics) == 0 || slices.Contains(to.Topics, TopicOf(failed)))
}

// addEvent puts an event into the message that waits already, or into a new one. So
// a burst of failures, and what comes while a channel does not work, is one message.
func (s *Service) addEvent(ctx context.Context, tx *db.Tx, to *db.Channel, event *db.Delivery) error {
	now := s.Now()
	wait := DueAt(to, now, IsUrgent(event.Edges.Failure)).Sub(now)
	waiting, err := tx.Message.Query().Where(message.Lane(to.ID), message.StateEQ(enum.MessageWaiting), message.Tries(0), message.Held(wait > 0)).
		Order(db.Asc(message.FieldID)).ForUpdate().First(ctx)
	if err != nil && !db.IsNotFound(err) {
		return err
	}
	if waiting == nil {
		if waiting, err = s.makeMessage(ctx, tx, to, enum.MessageFailures, wait > 0); err != nil {
			return err
		}
		if err := dueIn(ctx, tx, waiting.ID, wait); err != nil {
			return err
		}
	}
	return tx.MessageItem.Create().SetMessageID(waiting.ID).SetChannelID(to.ID).SetDeliveryID(event.ID).Exec(ctx)
}

func (s *Service) makeMessage(ctx context.Context, tx *db.Tx, to *db.Channel, kind enum.MessageKind, held bool) (*db.Message, error) {
	return tx.Message.Create().SetID(newMessageID()).SetChannelID(to.ID).SetLane(to.ID).SetKind(kind).SetHeld(held).
		SetAskedAt(s.Now()).SetNextTryAt(s.Now()).Save(ctx)
}

// makeContent says what a message's events are; nil when the person may hear of none
// of them any more.
func (s *Service) makeContent(ctx context.Context, tx *db.Tx, to *db.Channel, sent *db.Message) (*outgoing.Content, error) {
	content := &outgoing.Content{ID: sent.ID, Type: outgoing.TypeTest, At: s.Now(), Locale: to.Edges.User.Locale, PanelURL: s.PublicURL + "/channels"}
	if sent.Kind == enum.MessageTest {
		return content, nil
	}
	content.PanelURL = s.PublicURL + "/failures"
	events, err := tx.Delivery.Query().Where(MayHear(to.UserID), func(selector *sql.Selector) {
		items := sql.Table(messageitem.Table)
		selector.Where(sql.In(selector.C(delivery.FieldID), sql.Select(items.C(messageitem.FieldDeliveryID)).From(items).Where(sql.EQ(items.C(messageitem.FieldMessageID), sent.ID))))
	}).Order(db.Asc(delivery.FieldSequence)).WithFailure().All(ctx)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	content.Type = contentType(events)
	for _, event := range events[:min(len(events), listed)] {
		content.Failures = append(content.Failures, s.toldFailure(event, content.Locale))
	}
	content.More = len(events) - len(content.Failures)
	return content, nil
}

func contentType(events []*db.Delivery) string {
	switch {
	case len(events) > 1:
		return outgoing.TypeDigest
	case events[0].Kind == enum.EventResolved:
		return outgoing.TypeResolved
	}
	return outgoing.TypeOpened
}

var environmentNames = map[enum.Environment]provider.Text{
	enum.EnvironmentSandbox:    {PT: "Ambiente de testes", EN: "Sandbox"},
	enum.EnvironmentProduction: {PT: "Produção", EN: "Production"},
}

func (s *Service) toldFailure(event *db.Delivery, locale string) outgoing.Failure {
	failed := event.Edges.Failure
	told := outgoing.Failure{
		Event: string(event.Kind), ID: failed.ID, Code: failed.Code, Urgent: IsUrgent(failed), Integration: "Ponte",
		Object: failed.SubjectLabel.In(locale), Cause: failed.Cause.In(locale), Remedy: failed.Remedy.In(locale),
		Count: failed.Count, At: event.CreatedAt, URL: s.failureURL(failed.ID),
	}
	if failed.Integration != nil {
		told.Integration = integrationLabel(*failed.Integration).In(locale)
	}
	if told.Object == told.Integration {
		told.Object = ""
	}
	if failed.Environment != nil {
		told.Environment = environmentNames[*failed.Environment].In(locale)
	}
	return told
}

// failureURL is where the panel shows a failure.
func (s *Service) failureURL(id string) string { return s.PublicURL + "/failures/" + id }

// SourceOf answers whose failure it is.
func SourceOf(f *db.Failure) enum.FailureSource {
	if f.Integration == nil {
		return enum.SourcePonte
	}
	return enum.FailureSource(*f.Integration)
}

// TopicOf answers what kind of failure it is, by its code and what it is about.
func TopicOf(f *db.Failure) enum.FailureTopic {
	switch {
	case strings.HasPrefix(f.Code, ownCode+".alarm."), strings.HasPrefix(f.Code, ownCode+".channel."), strings.HasPrefix(f.Code, ownCode+".webhook."):
		return enum.TopicAlarm
	case strings.HasPrefix(f.SubjectID, "inv_"), strings.HasPrefix(f.Code, ownCode+".invoice."):
		return enum.TopicInvoice
	case strings.HasPrefix(f.SubjectID, "sal_"), strings.HasPrefix(f.Code, ownCode+".mirror."):
		return enum.TopicSale
	case f.SubjectID != "", strings.HasPrefix(f.Code, ownCode+".notice."):
		return enum.TopicCharge
	}
	return enum.TopicConnection
}

// IsUrgent tells what stops more than one sale, now or tomorrow.
func IsUrgent(f *db.Failure) bool {
	switch TopicOf(f) {
	case enum.TopicConnection:
		return f.Code != ownCode+".calls_near_limit"
	case enum.TopicAlarm:
		return !isEnding(f) || isEndingTomorrow(f)
	}
	return false
}
