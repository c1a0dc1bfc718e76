package sandbox

import (
	"cmp"
	"container/heap"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// retryCap is the widest spacing of attempts, in real time.
	retryCap = time.Minute
	// retryWindow ends the attempts, in virtual time.
	retryWindow = 3 * 24 * time.Hour
	// sendTimeout bounds one attempt.
	sendTimeout = 10 * time.Second
	// sendsAtOnce bounds the attempts under way.
	sendsAtOnce = 8
	// sendsKept bounds the record of sends.
	sendsKept = 5000
)

// Modes of the callback settings.
const (
	modeDeliver = "deliver" // send and retry
	modeHold    = "hold"    // keep everything until the mode changes
	modeLose    = "lose"    // new callbacks are never sent and never retried
)

// callbackSettings are the switches of the control API.
type callbackSettings struct {
	Mode string `json:"mode"`
	// Duplicate sends each callback that many times more.
	Duplicate int `json:"duplicate"`
	// DelayMs waits before the first attempt.
	DelayMs int `json:"delayMs"`
	// Shuffle sends callbacks that are due together in random order.
	Shuffle bool `json:"shuffle"`
}

// sentCallback is the record of one attempt.
type sentCallback struct {
	Number       int       `json:"number"`
	Token        string    `json:"token"`
	EntryID      int64     `json:"entryId"`
	Attempt      int       `json:"attempt"`
	URL          string    `json:"url"`
	At           time.Time `json:"at"`
	Status       int       `json:"status"`
	Error        string    `json:"error,omitempty"`
	Acknowledged bool      `json:"acknowledged"`
	Lost         bool      `json:"lost,omitempty"`
}

// callbacks sends the notifications of the charges API. Its fields are
// guarded by the sandbox's lock.
type callbacks struct {
	sandbox     *Sandbox
	gerencianet *gerencianet
	base        time.Duration
	settings    callbackSettings
	queue       callbackQueue
	queuedSoFar int
	sent        []*sentCallback
	last        int
	wake        chan struct{}
	slots       chan struct{}
	client      *http.Client
	stopping    context.Context
	stop        context.CancelFunc
}

// newCallbacks builds the sender. It follows no redirect, since the provider
// counts one as a failure.
func newCallbacks(s *Sandbox, g *gerencianet, base time.Duration) *callbacks {
	stopping, stop := context.WithCancel(context.Background())
	return &callbacks{
		sandbox: s, gerencianet: g, base: base,
		wake:  make(chan struct{}, 1),
		slots: make(chan struct{}, sendsAtOnce),
		client: &http.Client{
			Timeout:       sendTimeout,
			Transport:     &http.Transport{MaxIdleConnsPerHost: sendsAtOnce, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		stopping: stopping, stop: stop,
	}
}

// reset forgets the sends and the settings.
func (b *callbacks) reset() {
	b.settings = callbackSettings{Mode: modeDeliver}
	b.queue, b.sent = nil, nil
}

// queued is one callback that waits for its next attempt. It is out of the
// queue while an attempt is under way.
type queued struct {
	log      *notification
	entry    *entry
	delivery *delivery
	number   int // of two that are due together the older goes first
}

// callbackQueue is a heap, the callback due first on top: thousands may wait
// after a batch of carnês, and each attempt must not look at all of them.
type callbackQueue []queued

func (q callbackQueue) Len() int      { return len(q) }
func (q callbackQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *callbackQueue) Push(x any)   { *q = append(*q, x.(queued)) }

func (q callbackQueue) Less(i, j int) bool {
	return cmp.Or(q[i].delivery.due.Compare(q[j].delivery.due), cmp.Compare(q[i].number, q[j].number)) < 0
}

func (q *callbackQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// enqueue lets a callback wait until it is due.
func (b *callbacks) enqueue(n *notification, e *entry, d *delivery) {
	b.queuedSoFar++
	heap.Push(&b.queue, queued{n, e, d, b.queuedSoFar})
}

// schedule makes an entry's callback due.
func (b *callbacks) schedule(n *notification, e *entry) {
	e.Delivery = &delivery{State: deliveryPending, FirstAt: b.sandbox.clock.now()}
	e.Delivery.due = time.Now().Add(time.Duration(b.settings.DelayMs) * time.Millisecond)
	b.enqueue(n, e, e.Delivery)
	b.nudge()
}

// resend makes the latest callback of a log due once more.
func (b *callbacks) resend(n *notification) {
	if len(n.Entries) > 0 && n.URL != nil {
		b.schedule(n, n.Entries[len(n.Entries)-1])
	}
}

// resume continues, after a restart, what was not delivered before. It is due
// at once.
func (b *callbacks) resume() {
	for _, token := range sortedKeys(b.gerencianet.notifications) {
		n := b.gerencianet.notifications[token]
		for _, e := range n.Entries {
			if e.pending() {
				b.enqueue(n, e, e.Delivery)
			}
		}
	}
}

// hurry makes everything that waits for its next attempt due now.
func (b *callbacks) hurry() {
	for _, q := range b.queue {
		if q.delivery.Attempts > 0 {
			q.delivery.due = time.Now()
		}
	}
	heap.Init(&b.queue)
	b.nudge()
}

// pending says whether the callback is still to be delivered.
func (e *entry) pending() bool {
	return e.Delivery != nil && e.Delivery.State == deliveryPending
}

// acknowledge ends every delivery of the log that has been sent.
func (b *callbacks) acknowledge(n *notification) {
	changed := false
	for _, e := range n.Entries {
		if e.pending() && e.Delivery.Attempts > 0 {
			e.Delivery.State, changed = deliveryAcknowledged, true
		}
	}
	for _, sent := range b.sent {
		if sent.Token == n.Token && !sent.Lost {
			sent.Acknowledged = true
		}
	}
	if changed {
		b.gerencianet.saveNotification(n)
	}
}

// nudge wakes the loop without waiting for it.
func (b *callbacks) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run sends what is due until the sandbox closes.
func (b *callbacks) run() {
	defer b.sandbox.workers.Done()
	defer b.client.CloseIdleConnections()
	for {
		b.sandbox.mu.Lock()
		due, next := b.collect(time.Now())
		b.sandbox.mu.Unlock()
		for _, attempt := range due {
			b.launch(attempt)
		}
		timer := time.NewTimer(next)
		select {
		case <-b.wake:
		case <-timer.C:
		case <-b.sandbox.done:
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// attempt is one send, prepared under the lock.
type attempt struct {
	queued
	url    string
	copies []*sentCallback
}

// collect prepares the attempts that are due and says when to look again.
func (b *callbacks) collect(now time.Time) ([]attempt, time.Duration) {
	next := calendarTick
	if b.settings.Mode == modeHold {
		return nil, next
	}
	var due []attempt
	for len(b.queue) > 0 {
		if wait := b.queue[0].delivery.due.Sub(now); wait > 0 {
			next = min(next, wait)
			break
		}
		q := heap.Pop(&b.queue).(queued)
		if q.delivery.State != deliveryPending {
			continue
		}
		if prepared, sendable := b.prepare(q); sendable {
			due = append(due, prepared)
		}
	}
	if b.settings.Shuffle {
		rand.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	}
	return due, next
}

// prepare decides the fate of one due callback: expired, lost or sent.
func (b *callbacks) prepare(q queued) (attempt, bool) {
	first := q.delivery.Attempts == 0
	switch {
	case q.log.URL == nil, !first && b.sandbox.clock.now().Sub(q.delivery.FirstAt) > retryWindow:
		q.delivery.State = deliveryExpired
	case b.settings.Mode == modeLose && first:
		q.delivery.State = deliveryLost
		b.remember(q).Lost = true
	default:
		return b.take(q, first), true
	}
	b.gerencianet.saveNotification(q.log)
	return attempt{}, false
}

// take counts the attempt. The first one may be sent several times.
func (b *callbacks) take(q queued, first bool) attempt {
	q.delivery.Attempts++
	taken := attempt{queued: q, url: *q.log.URL, copies: []*sentCallback{b.remember(q)}}
	if first {
		for range b.settings.Duplicate {
			taken.copies = append(taken.copies, b.remember(q))
		}
	}
	return taken
}

// remember records one send of an entry.
func (b *callbacks) remember(q queued) *sentCallback {
	return b.record(sentCallback{Token: q.log.Token, EntryID: q.entry.ID, Attempt: q.delivery.Attempts, URL: *q.log.URL})
}

// record numbers one send and keeps it.
func (b *callbacks) record(made sentCallback) *sentCallback {
	b.last++
	made.Number, made.At = b.last, b.sandbox.clock.now()
	sent := &made
	if len(b.sent) >= sendsKept {
		b.sent = slices.Delete(b.sent, 0, sendsKept/10)
	}
	b.sent = append(b.sent, sent)
	return sent
}

// forge sends what looks like a callback, once and in the background. Nothing
// is behind its token, unless the token is a true one.
func (b *callbacks) forge(address, token string) sentCallback {
	b.sandbox.mu.Lock()
	sent := b.record(sentCallback{Token: token, Attempt: 1, URL: address})
	shown := *sent
	b.sandbox.mu.Unlock()
	b.sandbox.spawn(func() {
		status, err := b.post(address, token)
		b.finish(sent, status, err)
	})
	return shown
}

// launch sends in the background, a bounded number at once.
func (b *callbacks) launch(a attempt) {
	select {
	case b.slots <- struct{}{}:
	case <-b.sandbox.done:
		return
	}
	b.sandbox.workers.Go(func() {
		defer func() { <-b.slots }()
		for _, sent := range a.copies {
			status, err := b.post(a.url, a.log.Token)
			b.finish(sent, status, err)
		}
		b.land(a.queued)
	})
}

// post is the callback itself: one form field, no signature.
func (b *callbacks) post(address, token string) (int, error) {
	form := url.Values{"notification": {token}}.Encode()
	request, err := http.NewRequestWithContext(b.stopping, http.MethodPost, address, strings.NewReader(form))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := b.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, bodyLimit)) // only the status matters
	return response.StatusCode, nil
}

// finish notes how one send went.
func (b *callbacks) finish(sent *sentCallback, status int, err error) {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	sent.Status = status
	if err != nil {
		sent.Error = err.Error()
	}
}

// land schedules the next attempt, which a read of the token will cancel.
// What has been delivered, or forgotten by a reset, does not come back.
func (b *callbacks) land(q queued) {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	if q.delivery.State != deliveryPending || b.gerencianet.notifications[q.log.Token] != q.log {
		return
	}
	q.delivery.due = time.Now().Add(spacing(b.base, q.delivery.Attempts))
	b.enqueue(q.log, q.entry, q.delivery)
	b.nudge()
}

// spacing doubles with every attempt, up to the cap.
func spacing(base time.Duration, attempts int) time.Duration {
	wait := base
	for range attempts - 1 {
		if wait >= retryCap {
			return retryCap
		}
		wait *= 2
	}
	return min(wait, retryCap)
}
