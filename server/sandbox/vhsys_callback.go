package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// erpRetries is how often a webhook is tried again after the first time. The
// contract says nothing of retries.
const erpRetries = 5

// erpCallback is one change to be told. What it says is what was true when it
// happened.
type erpCallback struct {
	ID       int64           `json:"id"`
	Webhook  int64           `json:"webhook"`
	Content  json.RawMessage `json:"content"`
	State    string          `json:"state"`
	Attempts int             `json:"attempts"`

	due    time.Time // in real time
	flying bool      // a send has not come back yet
}

// sentERP is the record of one send.
type sentERP struct {
	Number     int             `json:"number"`
	CallbackID int64           `json:"callbackId"`
	WebhookID  int64           `json:"webhookId"`
	Attempt    int             `json:"attempt"`
	URL        string          `json:"url"`
	At         time.Time       `json:"at"`
	Status     int             `json:"status"`
	Error      string          `json:"error,omitempty"`
	Lost       bool            `json:"lost,omitempty"`
	Body       json.RawMessage `json:"body"`
}

// erpCallbacks sends the webhooks of Vhsys. Its fields are guarded by the
// sandbox's lock.
type erpCallbacks struct {
	sandbox  *Sandbox
	vhsys    *vhsys
	base     time.Duration
	settings callbackSettings
	all      map[int64]*erpCallback
	queue    []*erpCallback
	sent     []*sentERP
	last     int64
	numbered int
	wake     chan struct{}
	slots    chan struct{}
	client   *http.Client
	stopping context.Context
	stop     context.CancelFunc
}

// newERPCallbacks builds the sender. It follows no redirect.
func newERPCallbacks(s *Sandbox, v *vhsys, base time.Duration) *erpCallbacks {
	stopping, stop := context.WithCancel(context.Background())
	return &erpCallbacks{
		sandbox: s, vhsys: v, base: base,
		wake: make(chan struct{}, 1), slots: make(chan struct{}, sendsAtOnce),
		client: &http.Client{
			Timeout:       sendTimeout,
			Transport:     &http.Transport{MaxIdleConnsPerHost: sendsAtOnce, IdleConnTimeout: 30 * time.Second},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		stopping: stopping, stop: stop,
	}
}

// reset forgets the sends and the settings.
func (b *erpCallbacks) reset() {
	b.settings = callbackSettings{Mode: modeDeliver}
	b.all, b.queue, b.sent, b.last, b.numbered = map[int64]*erpCallback{}, nil, nil, 0, 0
}

// restore continues, after a restart, what was not delivered before.
func (b *erpCallbacks) restore(value json.RawMessage) error {
	c := &erpCallback{}
	if err := json.Unmarshal(value, c); err != nil {
		return err
	}
	b.last, b.all[c.ID] = max(b.last, c.ID), c
	if c.State == deliveryPending {
		b.queue = append(b.queue, c)
	}
	return nil
}

// schedule makes a change due for one webhook.
func (b *erpCallbacks) schedule(webhook int64, content map[string]any) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return // a map of texts and numbers can always be encoded
	}
	b.last++
	made := &erpCallback{ID: b.last, Webhook: webhook, Content: encoded}
	b.all[made.ID] = made
	b.enqueue(made)
}

// enqueue makes a callback due, for the first time or once more.
func (b *erpCallbacks) enqueue(c *erpCallback) {
	c.State, c.Attempts = deliveryPending, 0
	c.due = time.Now().Add(time.Duration(b.settings.DelayMs) * time.Millisecond)
	if !slices.Contains(b.queue, c) {
		b.queue = append(b.queue, c)
	}
	b.save(c)
	b.nudge()
}

func (b *erpCallbacks) save(c *erpCallback) {
	b.sandbox.record("vhsys_callback", strconv.FormatInt(c.ID, 10), c)
}

// hurry makes everything that waits for its next attempt due now.
func (b *erpCallbacks) hurry() {
	for _, c := range b.queue {
		if c.Attempts > 0 {
			c.due = time.Now()
		}
	}
	b.nudge()
}

// nudge wakes the loop without waiting for it.
func (b *erpCallbacks) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run sends what is due until the sandbox closes.
func (b *erpCallbacks) run() {
	defer b.sandbox.workers.Done()
	defer b.client.CloseIdleConnections()
	for {
		b.sandbox.mu.Lock()
		due, next := b.collect(time.Now())
		b.sandbox.mu.Unlock()
		for _, call := range due {
			b.launch(call)
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

// erpCall is one send, prepared under the lock.
type erpCall struct {
	callback       *erpCallback
	user, password string
	copies         []*sentERP
}

// collect prepares the calls that are due and says when to look again.
func (b *erpCallbacks) collect(now time.Time) ([]erpCall, time.Duration) {
	next := calendarTick
	if b.settings.Mode == modeHold {
		return nil, next
	}
	calls := []erpCall{}
	for _, c := range b.queue {
		if wait := c.due.Sub(now); c.flying {
			continue
		} else if wait > 0 {
			next = min(next, wait)
		} else if call, sendable := b.prepare(c); sendable {
			calls = append(calls, call)
		}
	}
	b.queue = slices.DeleteFunc(b.queue, func(c *erpCallback) bool { return c.State != deliveryPending })
	if b.settings.Shuffle {
		rand.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	}
	return calls, next
}

// prepare decides the fate of one due callback: expired, lost or sent. The
// first attempt may be sent several times.
func (b *erpCallbacks) prepare(c *erpCallback) (erpCall, bool) {
	hook := b.vhsys.webhooks.newest(c.Webhook)
	first := c.Attempts == 0
	switch {
	case hook.Trashed, c.Attempts > erpRetries:
		c.State = deliveryExpired
	case b.settings.Mode == modeLose && first:
		c.State = deliveryLost
		b.remember(c, hook).Lost = true
	default:
		c.Attempts++
		c.flying = true
	}
	b.save(c)
	if c.State != deliveryPending {
		return erpCall{}, false
	}
	call := erpCall{callback: c, user: fieldText(hook.Fields, "user"), password: fieldText(hook.Fields, "password")}
	call.copies = []*sentERP{b.remember(c, hook)}
	for i := 0; first && i < b.settings.Duplicate; i++ {
		call.copies = append(call.copies, b.remember(c, hook))
	}
	return call, true
}

// remember records one send.
func (b *erpCallbacks) remember(c *erpCallback, hook erpRecord) *sentERP {
	b.numbered++
	sent := &sentERP{
		Number: b.numbered, CallbackID: c.ID, WebhookID: c.Webhook, Attempt: c.Attempts,
		URL: fieldText(hook.Fields, "url"), At: b.sandbox.clock.now(), Body: c.Content,
	}
	if len(b.sent) >= sendsKept {
		b.sent = slices.Delete(b.sent, 0, sendsKept/10)
	}
	b.sent = append(b.sent, sent)
	return sent
}

// launch sends in the background, a bounded number at once.
func (b *erpCallbacks) launch(call erpCall) {
	select {
	case b.slots <- struct{}{}:
	case <-b.sandbox.done:
		return
	}
	b.sandbox.workers.Go(func() {
		defer func() { <-b.slots }()
		delivered := false
		for _, sent := range call.copies {
			status, err := b.post(call, sent.URL)
			delivered = delivered || err == nil && accepted(status)
			b.finish(sent, status, err)
		}
		b.land(call.callback, delivered)
	})
}

// post is the call itself. That user and password come as HTTP Basic is
// assumed; there is no signature.
func (b *erpCallbacks) post(call erpCall, address string) (int, error) {
	request, err := http.NewRequestWithContext(b.stopping, http.MethodPost, address, bytes.NewReader(call.callback.Content))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.SetBasicAuth(call.user, call.password)
	response, err := b.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, bodyLimit)) // only the status matters
	return response.StatusCode, nil
}

// finish notes how one send went.
func (b *erpCallbacks) finish(sent *sentERP, status int, err error) {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	sent.Status = status
	if err != nil {
		sent.Error = err.Error()
	}
}

// land ends the callback, or schedules its next attempt. One that a reset has
// forgotten meanwhile does not come back.
func (b *erpCallbacks) land(c *erpCallback, delivered bool) {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	c.flying = false
	if b.all[c.ID] != c {
		return
	}
	c.due = time.Now().Add(spacing(b.base, c.Attempts))
	if delivered {
		c.State = deliveryDone
	}
	b.save(c)
	b.nudge()
}
