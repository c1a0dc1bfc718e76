package graph

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/message"
	"ponte/ent/db/messageattempt"
	"ponte/ent/db/messageitem"
	"ponte/graph/gen"
)

// The viewer's channels, and what went out on them.

// shownMessages is how many of a channel's messages are shown.
const shownMessages = 10

func (r *Resolver) channels(ctx context.Context) ([]*db.Channel, error) {
	list, err := r.Billing.Channels(ctx, viewerID(ctx))
	load(ctx).sawChannels(list)
	return list, err
}

func (r *Resolver) saveChannel(ctx context.Context, input billing.SaveChannel) (*gen.SaveChannelPayload, error) {
	saved, err := r.Billing.SaveChannel(ctx, viewerID(ctx), input)
	refused, err := userErrors(ctx, err)
	payload := &gen.SaveChannelPayload{UserErrors: refused}
	if saved != nil && len(refused) == 0 {
		payload.Channel, payload.NewSecret = saved.Channel, saved.NewSecret
	}
	return payload, err
}

func (r *Resolver) deleteChannel(ctx context.Context, id string) (*gen.DeleteChannelPayload, error) {
	refused, err := userErrors(ctx, r.Billing.DeleteChannel(ctx, viewerID(ctx), id))
	payload := &gen.DeleteChannelPayload{UserErrors: refused}
	if err == nil && len(refused) == 0 {
		payload.DeletedID = &id
	}
	return payload, err
}

func (r *Resolver) testChannel(ctx context.Context, id string) (*gen.TestChannelPayload, error) {
	test, err := r.Billing.TestChannel(ctx, viewerID(ctx), id)
	refused, err := userErrors(ctx, err)
	payload := &gen.TestChannelPayload{UserErrors: refused}
	if test == nil {
		return payload, err
	}
	payload.Channel, payload.Ok, payload.DurationMilliseconds = test.Channel, test.Problem == nil, int(test.Took.Milliseconds())
	if test.Problem != nil {
		payload.UserErrors = append(payload.UserErrors, providerError(ctx, test.Problem))
	}
	return payload, err
}

func messageOutcome(ctx context.Context, m *db.Message) *string {
	if m.Outcome == nil {
		return nil
	}
	text := m.Outcome.In(locale(ctx))
	return &text
}

// readMessages makes the loaders of what went out.
func (l *loaders) readMessages() {
	l.channelMessages = many(l.newestMessages, func(m *db.Message) string { return orEmpty(m.ChannelID) }, l.sawMessages)
	l.messageAttempts = many(func(ctx context.Context, ids []string) ([]*db.MessageAttempt, error) {
		return l.client.MessageAttempt.Query().Where(messageattempt.MessageIDIn(ids...)).Order(db.Asc(messageattempt.FieldID)).All(ctx)
	}, func(a *db.MessageAttempt) string { return a.MessageID }, nothing)
	l.messageEvents = newLoader(l.countEvents)
}

// newestMessages reads the newest messages of each channel.
func (l *loaders) newestMessages(ctx context.Context, channels []string) ([]*db.Message, error) {
	return l.client.Message.Query().Where(func(selector *sql.Selector) {
		selector.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(selector.C(message.FieldID) + " IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY channel_id ORDER BY id DESC) AS nth FROM messages WHERE channel_id = ANY(").
				Arg(pq.Array(channels)).WriteString(fmt.Sprintf(")) newest WHERE nth <= %d)", shownMessages))
		}))
	}).Order(db.Desc(message.FieldID)).All(ctx)
}

func (l *loaders) countEvents(ctx context.Context, messages []string) (map[string]int, error) {
	var counted []struct {
		MessageID string `json:"message_id"`
		Count     int    `json:"count"`
	}
	err := l.client.MessageItem.Query().Where(messageitem.MessageIDIn(messages...)).GroupBy(messageitem.FieldMessageID).Aggregate(db.Count()).Scan(ctx, &counted)
	counts := make(map[string]int, len(counted))
	for _, one := range counted {
		counts[one.MessageID] = one.Count
	}
	return counts, err
}

func (l *loaders) sawChannels(list []*db.Channel) {
	announce(l.channelMessages, list, func(c *db.Channel) string { return c.ID })
}

func (l *loaders) sawMessages(list []*db.Message) {
	announce(l.messageAttempts, list, func(m *db.Message) string { return m.ID })
	announce(l.messageEvents, list, func(m *db.Message) string { return m.ID })
}
