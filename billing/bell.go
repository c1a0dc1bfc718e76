package billing

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
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
	ears    map[*Ear]struct{}
	log     *slog.Logger
}

// NewBell answers a bell that rings in this process only, until Listen is called.
func NewBell(log *slog.Logger) *Bell {
	return &Bell{waiting: map[string]map[chan struct{}]struct{}{}, ears: map[*Ear]struct{}{}, log: log}
}

// ring tells every process, when the transaction commits, that the topic changed.
func ring(ctx context.Context, tx *db.Tx, topic string) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", bellChannel, topic); err != nil {
		return fmt.Errorf("ring %s: %w", topic, err)
	}
	return nil
}

// The topics.
const (
	topicOperations = "operations"
	userTopic       = "user:"
)

// UserTopic rings when a person's feed or rights changed.
func UserTopic(userID string) string { return userTopic + userID }

// TopicUser answers the person of a UserTopic.
func TopicUser(topic string) (id string, ok bool) { return strings.CutPrefix(topic, userTopic) }

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
	for ear := range b.ears {
		ear.Hear(topic)
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
	for ear := range b.ears {
		ear.Hear("")
	}
}

// Ear hears the rings of many topics for somebody who looks at all of them at once.
type Ear struct {
	Rung chan struct{} // gets a value after a ring; rings that come before it is read are one

	mu     sync.Mutex
	topics map[string]struct{}
	all    bool
}

// Ear answers an ear that hears every ring but those of the workers. stop must be
// called in the end.
func (b *Bell) Ear() (ear *Ear, stop func()) {
	ear = &Ear{Rung: make(chan struct{}, 1), topics: map[string]struct{}{}}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ears[ear] = struct{}{}
	return ear, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.ears, ear)
	}
}

// Hear notes a ring; the empty topic stands for all.
func (e *Ear) Hear(topic string) {
	if topic == topicOperations || topic == topicWebhooks {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if topic == "" {
		e.all = true
	} else {
		e.topics[topic] = struct{}{}
	}
	wake(e.Rung)
}

// Heard answers the topics that rang since the last time, or that all may have.
func (e *Ear) Heard() (topics map[string]struct{}, all bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	topics, all = e.topics, e.all
	e.topics, e.all = map[string]struct{}{}, false
	return topics, all
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
