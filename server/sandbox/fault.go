package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of fault. "Committed" means that the request was really handled:
// a charge exists although the caller never heard of it.
const (
	faultDropBefore   = "drop_before"  // connection closed, nothing committed
	faultDropAfter    = "drop_after"   // committed, then closed without an answer
	faultDelay        = "delay"        // committed at once, answered delayMs later
	faultLate         = "late"         // closed at once, committed delayMs later
	faultStatus       = "status"       // the given status and body, nothing committed
	faultHTML         = "html"         // an HTML page of the edge, nothing committed
	faultGarbage      = "garbage"      // committed, answered with broken JSON
	faultTruncate     = "truncate"     // committed, half of the answer, then closed
	faultRedirect     = "redirect"     // 302 to body or /elsewhere, nothing committed
	faultUnauthorized = "unauthorized" // 401 although the credentials are good
	faultHuge         = "huge"         // committed, answered with more than 17 MiB
)

var faultKinds = []string{
	faultDropBefore, faultDropAfter, faultDelay, faultLate, faultStatus,
	faultHTML, faultGarbage, faultTruncate, faultRedirect, faultUnauthorized, faultHuge,
}

// hugeBytes is the least size of a huge answer.
const hugeBytes = 17<<20 + 1

// faultsRemembered bounds the record of fired faults.
const faultsRemembered = 20_000

// fault is an order to spoil some requests of one provider.
type fault struct {
	ID int `json:"id"`
	// Route is a label such as "POST /v1/charge/:id/pay"; empty or "*" is all,
	// and a star at its end takes every label that begins so.
	Route string `json:"route"`
	Kind  string `json:"kind"`
	// Skip lets that many matching requests pass first.
	Skip int `json:"skip"`
	// Count is how often it fires, -1 for ever. 0 counts as 1 when it is set.
	Count  int `json:"count"`
	Status int `json:"status,omitempty"`
	// Body is what a spoilt answer says; nil is what its kind usually does.
	// A status or html may also have an empty one.
	Body    *string           `json:"body,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	DelayMs int               `json:"delayMs,omitempty"`
	// Probability fires at random on the matching requests; 0 means always.
	// The same seed gives the same series.
	Probability float64 `json:"probability,omitempty"`
	Seed        uint64  `json:"seed,omitempty"`
	// Fired is how often it has happened.
	Fired int `json:"fired"`

	random *rand.Rand
}

// firedFault is the record of one fault that happened.
type firedFault struct {
	FaultID  int       `json:"faultId"`
	At       time.Time `json:"at"`
	Route    string    `json:"route"`
	Path     string    `json:"path"`
	Kind     string    `json:"kind"`
	CustomID string    `json:"customId,omitempty"`
	ID       string    `json:"id,omitempty"`
}

// faultList holds the faults of one provider.
type faultList struct {
	mu     sync.Mutex
	last   int
	faults []*fault
	fired  []firedFault
}

// add checks a fault and sets it.
func (l *faultList) add(f fault) (fault, error) {
	if !slices.Contains(faultKinds, f.Kind) {
		return fault{}, fmt.Errorf("kind must be one of %s", strings.Join(faultKinds, ", "))
	}
	if f.Probability < 0 || f.Probability > 1 || f.Skip < 0 || f.Count < -1 || f.DelayMs < 0 {
		return fault{}, errors.New("probability is 0 to 1, skip and delayMs are 0 or more, count is -1 or more")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fault{}, errors.New("status is 200 to 599")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	f.ID, f.Fired, f.Count = l.last, 0, cmp.Or(f.Count, 1)
	f.random = rand.New(rand.NewPCG(f.Seed, 0))
	l.faults = append(l.faults, &f)
	return f, nil
}

// take returns the first fault that wants this route and counts it.
func (l *faultList) take(label string) *fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.faults {
		if f.wants(label) {
			f.Fired++
			taken := *f
			return &taken
		}
	}
	return nil
}

// wants decides whether the fault fires now, spending its skips.
func (f *fault) wants(label string) bool {
	if !routeMatches(f.Route, label) {
		return false
	}
	if f.Count >= 0 && f.Fired >= f.Count {
		return false
	}
	if f.Skip > 0 {
		f.Skip--
		return false
	}
	return f.Probability == 0 || f.random.Float64() < f.Probability
}

// routeMatches compares a fault's route with a label, without regard to case.
func routeMatches(route, label string) bool {
	prefix, isPrefix := strings.CutSuffix(route, "*")
	switch {
	case route == "":
		return true
	case isPrefix:
		return len(label) >= len(prefix) && strings.EqualFold(prefix, label[:len(prefix)])
	}
	return strings.EqualFold(route, label)
}

// bodyOr is the body that was asked for, or the usual one.
func (f *fault) bodyOr(usual string) string {
	if f.Body == nil {
		return usual
	}
	return *f.Body
}

// remember records that a fault happened.
func (l *faultList) remember(entry firedFault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.fired) >= faultsRemembered {
		l.fired = slices.Delete(l.fired, 0, faultsRemembered/10)
	}
	l.fired = append(l.fired, entry)
}

// list returns copies of the faults and the record of what they did.
func (l *faultList) list() ([]fault, []firedFault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	faults := make([]fault, 0, len(l.faults))
	for _, f := range l.faults {
		faults = append(faults, *f)
	}
	return faults, append([]firedFault{}, l.fired...)
}

// clear removes every fault and the record.
func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults, l.fired = nil, nil
}

// takeFault finds the fault for a request and records that it fires.
func (p *provider) takeFault(e *exchange) *fault {
	f := p.faults.take(e.route.label())
	if f == nil {
		return nil
	}
	customID, id := p.describe(e)
	p.faults.remember(firedFault{
		FaultID: f.ID, At: p.sandbox.clock.now(), Route: e.route.label(), Path: e.request.URL.Path,
		Kind: f.Kind, CustomID: customID, ID: id,
	})
	return f
}

// respond answers the request, or spoils it in the way of the fault.
func (p *provider) respond(w http.ResponseWriter, e *exchange, f *fault, number int) {
	if f == nil {
		p.process(e, number).write(w)
		return
	}
	switch f.Kind {
	case faultDropBefore:
		hangUp(w)
	case faultDropAfter:
		p.process(e, number)
		hangUp(w)
	case faultLate:
		p.processLater(e, f.delay(), number)
		hangUp(w)
	case faultTruncate:
		truncated(w, p.process(e, number))
	default:
		p.spoil(e, f, number).write(w)
	}
}

// spoil builds the answer of those faults that do answer.
func (p *provider) spoil(e *exchange, f *fault, number int) answer {
	var result answer
	switch f.Kind {
	case faultDelay:
		result = p.process(e, number)
		p.sandbox.pause(f.delay())
	case faultGarbage:
		result = p.process(e, number)
		result.body = []byte(f.bodyOr(`{"code":200,"data":{"charge_id":`))
	case faultHuge:
		result = p.process(e, number)
		result.body = padded(result.body)
	case faultHTML:
		result = textAnswer(cmp.Or(f.Status, http.StatusBadGateway), "text/html; charset=utf-8", f.bodyOr(edgePage))
	case faultRedirect:
		result = textAnswer(cmp.Or(f.Status, http.StatusFound), "text/html; charset=utf-8", "")
		result.header.Set("Location", f.bodyOr("/elsewhere"))
	case faultUnauthorized:
		result = p.refuse(e, http.StatusUnauthorized, f.Body)
	default:
		result = p.refuse(e, cmp.Or(f.Status, http.StatusInternalServerError), f.Body)
	}
	for name, value := range f.Headers {
		result.header.Set(name, value)
	}
	p.sandbox.requests.finish(number, result.status, "")
	return result
}

// refuse answers with the given body, or with the provider's usual one.
func (p *provider) refuse(e *exchange, status int, body *string) answer {
	if body == nil {
		return p.failure(e, status)
	}
	return textAnswer(status, contentTypeOf(*body), *body)
}

// padded puts a long field before the others of an object, so that whoever
// stops reading early is left with broken JSON. Anything else gets spaces.
func padded(body []byte) []byte {
	rest, isObject := bytes.CutPrefix(body, []byte("{"))
	if !isObject {
		return append(bytes.Repeat([]byte(" "), hugeBytes), body...)
	}
	filled := append([]byte(`{"padding":"`), bytes.Repeat([]byte("x"), hugeBytes)...)
	if filled = append(filled, '"'); !bytes.HasPrefix(rest, []byte("}")) {
		filled = append(filled, ',')
	}
	return append(filled, rest...)
}

const edgePage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n" +
	"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

// delay is the wait that the fault asks for.
func (f *fault) delay() time.Duration { return time.Duration(f.DelayMs) * time.Millisecond }

// processLater commits the request after its caller has been cut off. A
// sandbox that closes meanwhile never commits it.
func (p *provider) processLater(e *exchange, delay time.Duration, number int) {
	p.sandbox.spawn(func() {
		if p.sandbox.pause(delay) {
			p.process(e, number)
		}
	})
}

// contentTypeOf labels a body that somebody wrote by hand.
func contentTypeOf(body string) string {
	switch {
	case json.Valid([]byte(body)):
		return "application/json; charset=utf-8"
	case strings.HasPrefix(strings.TrimSpace(body), "<"):
		return "text/html; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// hangUp closes the connection without a byte of answer.
func hangUp(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the documented way to abort a response
	}
	_ = connection.Close() // it is being broken on purpose
}

// truncated announces the whole answer, sends half of it and hangs up.
func truncated(w http.ResponseWriter, whole answer) {
	for name, values := range whole.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(whole.body)))
	w.WriteHeader(whole.status)
	_, _ = w.Write(whole.body[:len(whole.body)/2]) // cut off on purpose
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
