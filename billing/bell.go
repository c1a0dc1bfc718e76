package billing

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/lib/pq"

	"ponte/ent/db"
)

const bellChannel = "ponte"

// Bell is the doorbell between processes: it tells that rows of a topic have
// changed, never what changed. A ring may be lost, so whoever waits looks again
// now and then; the rows are the truth.
type Bell struct {
	mu      sync.Mutex
	waiting map[string]map[chan struct{}]struct{}
	log     *slog.Logger
}

// NewBell answers a bell that rings in this process only, until Listen is called.
func NewBell(log *slog.Logger) *Bell {
	return &Bell{waiting: map[string]map[chan struct{}]struct{}{}, log: log}
}

// ring tells every process, when the transaction commits, that the topic changed.
func ring(ctx context.Context, tx *db.Tx, topic string) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", bellChannel, topic); err != nil {
		return fmt.Errorf("ring %s: %w", topic, err)
	}
	return nil
}

// The topics.
const topicOperations = "operations"

// UserTopic rings when a person's feed or rights changed.
func UserTopic(userID string) string { return "user:" + userID }

// ChargeTopic rings when a charge changed; the empty id stands for all charges.
func ChargeTopic(chargeID string) string { return "charge:" + chargeID }

// OperationTopic rings when an operation changed.
func OperationTopic(operationID string) string { return "operation:" + operationID }

// Wait answers a channel that gets a value after each ring of the topic; rings
// that come before it is read are one. stop must be called in the end.
func (b *Bell) Wait(topic string) (rung <-chan struct{}, stop func()) {
	channel := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting[topic] == nil {
		b.waiting[topic] = map[chan struct{}]struct{}{}
	}
	b.waiting[topic][channel] = struct{}{}
	return channel, func() { b.leave(topic, channel) }
}

func (b *Bell) leave(topic string, channel chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.waiting[topic], channel)
	if len(b.waiting[topic]) == 0 {
		delete(b.waiting, topic)
	}
}

// Ring wakes those who wait for the topic in this process.
func (b *Bell) Ring(topic string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for channel := range b.waiting[topic] {
		wake(channel)
	}
}

// RingAll wakes everybody, after rings may have been lost.
func (b *Bell) RingAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, channels := range b.waiting {
		for channel := range channels {
			wake(channel)
		}
	}
}

func wake(channel chan struct{}) {
	select {
	case channel <- struct{}{}:
	default: // it has not looked since the last ring
	}
}

// Listen hears the rings of all processes until the context ends.
func (b *Bell) Listen(ctx context.Context, databaseURL string) error {
	listener := pq.NewListener(databaseURL, 50*time.Millisecond, 5*time.Second, func(_ pq.ListenerEventType, err error) {
		if err != nil && ctx.Err() == nil {
			b.log.Warn("listen to the database", "error", err)
		}
	})
	defer func() { _ = listener.Close() }()
	if err := listener.Listen(bellChannel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case notification := <-listener.Notify:
			if notification == nil { // the connection was lost and is back
				b.RingAll()
				continue
			}
			b.Ring(notification.Extra)
		case <-time.After(time.Minute):
			_ = listener.Ping() // finds a dead connection
		}
	}
}
