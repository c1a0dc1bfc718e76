package graph

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// outboxBytes is how much may wait for one client.
	outboxBytes = 1 << 20
	// slowPatience is how long a client may take to read what waits for it.
	slowPatience = 5 * time.Second
	// writePatience is how long a client may read nothing at all.
	writePatience = 30 * time.Second
)

// The messages that graphql-transport-ws and graphql-sse have in common.
const (
	messageNext     = "next"
	messageError    = "error" // not of graphql-sse
	messageComplete = "complete"
)

// outgoing is a message to a client, before its transport writes it down.
type outgoing struct {
	kind    string
	id      string // of the operation
	cursor  string // of the feed, where there is one
	payload []byte // JSON, shared by everybody who gets the same
	code    int    // of a close frame
}

// outbox keeps what waits for one client, up to a limit. Whoever fills it never
// waits for the client.
type outbox struct {
	mu      sync.Mutex
	waiting []outgoing
	bytes   int
	writing bool      // somebody writes, and will take what waits
	closed  bool      // nothing more is taken
	wrote   time.Time // something, for the last time
	idle    chan struct{}
}

var errSlowReader = errors.New("the client reads too slowly")

// put adds a message. It answers false when there is no room, and whether a writer
// has to begin.
func (o *outbox) put(message outgoing) (taken, begin bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return true, false
	}
	if o.bytes > 0 && o.bytes+len(message.payload) > outboxBytes {
		return false, false
	}
	return true, o.add(message)
}

func (o *outbox) add(messages ...outgoing) (begin bool) {
	for _, message := range messages {
		o.waiting = append(o.waiting, message)
		o.bytes += len(message.payload) + 1
	}
	begin = !o.writing
	o.writing = true
	return begin
}

// finish puts the last messages in the place of all that waits.
func (o *outbox) finish(last ...outgoing) (begin bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.closed, o.waiting, o.bytes = true, nil, 0
	return o.add(last...)
}

// end adds the last messages after all that waits.
func (o *outbox) end(last ...outgoing) (begin bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.closed = true
	return o.add(last...)
}

// take answers what waits, nothing when the writer may go.
func (o *outbox) take() []outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.waiting
	o.waiting, o.bytes = nil, 0
	if len(taken) > 0 {
		o.wrote = time.Now()
		return taken
	}
	o.writing = false
	o.rest()
	return nil
}

// shut drops everything: the client is gone.
func (o *outbox) shut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.waiting, o.bytes = true, nil, 0
	o.rest()
}

func (o *outbox) rest() {
	if o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
}

// drained waits until all is written.
func (o *outbox) drained(ctx context.Context) error {
	o.mu.Lock()
	if o.closed || !o.writing {
		o.mu.Unlock()
		return nil
	}
	if o.idle == nil {
		o.idle = make(chan struct{})
	}
	idle := o.idle
	o.mu.Unlock()
	patience := time.NewTimer(slowPatience)
	defer patience.Stop()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-patience.C:
		return errSlowReader
	}
}
