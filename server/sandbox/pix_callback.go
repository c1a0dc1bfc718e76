package sandbox

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	// pixRetries is how often a callback is tried again after the first time.
	pixRetries = 10
	// pixSendTimeout is how long the receiver may take.
	pixSendTimeout = 60 * time.Second
	// pixRetryWindow ends the attempts, in virtual time: it is the sum of the
	// provider's waits, of which the last is 52560 minutes.
	pixRetryWindow = (5*(1<<9-1) + 52560) * time.Minute
)

// deliveryDone is a callback that was answered with 2xx.
const deliveryDone = "delivered"

// pixCallbackSettings are the switches of the control API.
type pixCallbackSettings struct {
	callbackSettings
	// Batch puts the callbacks of one webhook that are due together into one
	// call.
	Batch bool `json:"batch"`
}

// pixCallback is one payment or refund to be told. What it says is what was
// true when it happened.
type pixCallback struct {
	ID       int64           `json:"id"`
	Webhook  string          `json:"webhook"`
	E2EID    string          `json:"e2eId"`
	Content  json.RawMessage `json:"content"`
	State    string          `json:"state"`
	Attempts int             `json:"attempts"`
	FirstAt  time.Time       `json:"firstAt"`

	due    time.Time // in real time
	flying bool      // a send has not come back yet
}

// sentPix is the record of one call.
type sentPix struct {
	Number  int             `json:"number"`
	E2EIDs  []string        `json:"e2eIds"`
	Attempt int             `json:"attempt"`
	URL     string          `json:"url"`
	At      time.Time       `json:"at"`
	Status  int             `json:"status"`
	Error   string          `json:"error,omitempty"`
	Lost    bool            `json:"lost,omitempty"`
	Body    json.RawMessage `json:"body"`
}

// pixCallbacks sends the callbacks of the Pix API. Its fields are guarded by
// the sandbox's lock.
type pixCallbacks struct {
	sandbox  *Sandbox
	pix      *pix
	base     time.Duration
	settings pixCallbackSettings
	queue    []*pixCallback
	sent     []*sentPix
	last     int64
	wake     chan struct{}
	slots    chan struct{}
	client   *http.Client // shows the provider's certificate
	bare     *http.Client // shows none
	stopping context.Context
	stop     context.CancelFunc
}

// newPixCallbacks builds the sender.
func newPixCallbacks(s *Sandbox, p *pix, base time.Duration) *pixCallbacks {
	stopping, stop := context.WithCancel(context.Background())
	return &pixCallbacks{
		sandbox: s, pix: p, base: base,
		wake: make(chan struct{}, 1), slots: make(chan struct{}, sendsAtOnce),
		stopping: stopping, stop: stop,
	}
}

// open makes the clients once the certificates are there.
func (b *pixCallbacks) open() {
	b.client = b.newClient(notifierName)
	b.bare = b.newClient("")
}

// newClient follows no redirect and trusts the machine's authorities besides
// the simulator's own.
func (b *pixCallbacks) newClient(certificate string) *http.Client {
	config := b.pix.certificates.ClientTLSConfig(certificate)
	if roots, err := x509.SystemCertPool(); err == nil {
		roots.AddCert(b.pix.certificates.authority)
		config.RootCAs = roots
	}
	return &http.Client{
		Timeout:       pixSendTimeout,
		Transport:     &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: sendsAtOnce, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// reset forgets the sends and the settings.
func (b *pixCallbacks) reset() {
	b.settings = pixCallbackSettings{callbackSettings: callbackSettings{Mode: modeDeliver}}
	b.queue, b.sent, b.last = nil, nil, 0
}

// restore continues, after a restart, what was not delivered before.
func (b *pixCallbacks) restore(c *pixCallback) {
	b.last = max(b.last, c.ID)
	if c.State == deliveryPending {
		b.queue = append(b.queue, c)
	}
}

// schedule makes the callback of a payment due, if its key has a webhook.
func (b *pixCallbacks) schedule(c *pixCharge, received *receivedPix) {
	webhook := c.Account + "/" + received.Key
	if b.pix.webhooks[webhook] == nil {
		return
	}
	content, err := json.Marshal(b.pix.wireReceived(received))
	if err != nil {
		return // a map of texts can always be encoded
	}
	b.last++
	made := &pixCallback{
		ID: b.last, Webhook: webhook, E2EID: received.E2EID, Content: content, State: deliveryPending,
		FirstAt: b.sandbox.clock.now(), due: time.Now().Add(time.Duration(b.settings.DelayMs) * time.Millisecond),
	}
	b.queue = append(b.queue, made)
	b.save(made)
	b.nudge()
}

func (b *pixCallbacks) save(c *pixCallback) {
	b.sandbox.record("pix_callback", strconv.FormatInt(c.ID, 10), c)
}

// hurry makes everything that waits for its next attempt due now.
func (b *pixCallbacks) hurry() {
	for _, c := range b.queue {
		if c.Attempts > 0 {
			c.due = time.Now()
		}
	}
	b.nudge()
}

// nudge wakes the loop without waiting for it.
func (b *pixCallbacks) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run sends what is due until the sandbox closes.
func (b *pixCallbacks) run() {
	defer b.sandbox.workers.Done()
	defer b.client.CloseIdleConnections()
	defer b.bare.CloseIdleConnections()
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

// pixCall is one call, prepared under the lock.
type pixCall struct {
	url       string
	body      []byte
	callbacks []*pixCallback
	copies    []*sentPix
}

// collect prepares the calls that are due and says when to look again.
func (b *pixCallbacks) collect(now time.Time) ([]pixCall, time.Duration) {
	next := calendarTick
	if b.settings.Mode == modeHold {
		return nil, next
	}
	b.queue = slices.DeleteFunc(b.queue, func(c *pixCallback) bool { return c.State != deliveryPending })
	var due []*pixCallback
	for _, c := range b.queue {
		if wait := c.due.Sub(now); c.flying {
			continue
		} else if wait > 0 {
			next = min(next, wait)
		} else if b.sendable(c) {
			due = append(due, c)
		}
	}
	if b.settings.Shuffle {
		rand.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	}
	calls := []pixCall{}
	for _, group := range b.group(due) {
		calls = append(calls, b.prepare(group))
	}
	return calls, next
}

// sendable decides the fate of one due callback: expired, lost or sent.
func (b *pixCallbacks) sendable(c *pixCallback) bool {
	first := c.Attempts == 0
	switch {
	case b.pix.webhooks[c.Webhook] == nil,
		c.Attempts > pixRetries,
		!first && b.sandbox.clock.now().Sub(c.FirstAt) > pixRetryWindow:
		c.State = deliveryExpired
	case b.settings.Mode == modeLose && first:
		c.State = deliveryLost
		b.remember([]*pixCallback{c}, nil).Lost = true
	default:
		return true
	}
	b.save(c)
	return false
}

// group puts callbacks together that travel in one call.
func (b *pixCallbacks) group(due []*pixCallback) [][]*pixCallback {
	groups := [][]*pixCallback{}
	position := map[string]int{}
	for _, c := range due {
		at, known := position[c.Webhook]
		if b.settings.Batch && known {
			groups[at] = append(groups[at], c)
			continue
		}
		position[c.Webhook] = len(groups)
		groups = append(groups, []*pixCallback{c})
	}
	return groups
}

// prepare counts the attempt. The first one may be sent several times.
func (b *pixCallbacks) prepare(group []*pixCallback) pixCall {
	contents := []json.RawMessage{}
	first := true
	for _, c := range group {
		first = first && c.Attempts == 0
		c.Attempts++
		c.flying = true
		b.save(c)
		contents = append(contents, c.Content)
	}
	body, _ := json.Marshal(map[string]any{"pix": contents}) // they are valid JSON
	call := pixCall{url: b.pix.webhooks[group[0].Webhook].URL + "/pix", body: body, callbacks: group}
	call.copies = []*sentPix{b.remember(group, body)}
	if first {
		for range b.settings.Duplicate {
			call.copies = append(call.copies, b.remember(group, body))
		}
	}
	return call
}

// remember records one call.
func (b *pixCallbacks) remember(group []*pixCallback, body []byte) *sentPix {
	number := 1
	if len(b.sent) > 0 {
		number = b.sent[len(b.sent)-1].Number + 1
	}
	sent := &sentPix{Number: number, Attempt: group[0].Attempts, At: b.sandbox.clock.now(), Body: body}
	if webhook := b.pix.webhooks[group[0].Webhook]; webhook != nil {
		sent.URL = webhook.URL + "/pix"
	}
	for _, c := range group {
		sent.E2EIDs = append(sent.E2EIDs, c.E2EID)
	}
	if len(b.sent) >= sendsKept {
		b.sent = slices.Delete(b.sent, 0, sendsKept/10)
	}
	b.sent = append(b.sent, sent)
	return sent
}

// launch sends in the background, a bounded number at once.
func (b *pixCallbacks) launch(call pixCall) {
	select {
	case b.slots <- struct{}{}:
	case <-b.sandbox.done:
		return
	}
	b.sandbox.workers.Go(func() {
		defer func() { <-b.slots }()
		delivered := false
		for _, sent := range call.copies {
			status, err := b.post(b.client, call.url, call.body)
			delivered = delivered || err == nil && accepted(status)
			b.finish(sent, status, err)
		}
		b.land(call.callbacks, delivered)
	})
}

// post is the call itself.
func (b *pixCallbacks) post(client *http.Client, address string, body []byte) (int, error) {
	request, err := http.NewRequestWithContext(b.stopping, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, bodyLimit)) // only the status matters
	return response.StatusCode, nil
}

// finish notes how one call went.
func (b *pixCallbacks) finish(sent *sentPix, status int, err error) {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	sent.Status = status
	if err != nil {
		sent.Error = err.Error()
	}
}

// land ends the callbacks, or schedules their next attempt.
func (b *pixCallbacks) land(callbacks []*pixCallback, delivered bool) {
	b.sandbox.mu.Lock()
	defer b.sandbox.mu.Unlock()
	for _, c := range callbacks {
		c.flying = false
		c.due = time.Now().Add(spacing(b.base, c.Attempts))
		if delivered {
			c.State = deliveryDone
		}
		b.save(c)
	}
	b.nudge()
}
