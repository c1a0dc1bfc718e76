package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// control adds the routes of the Pix API.
func (p *pix) control(mux *http.ServeMux) {
	p.provider.control(mux)
	mux.HandleFunc("GET /pix/charges", p.controlCharges)
	mux.HandleFunc("GET /pix/charges/{txid}", p.controlCharge)
	mux.HandleFunc("POST /pix/charges/{txid}/{action}", p.controlAction)
	mux.HandleFunc("POST /pix/refunds/{e2eId}/{id}/{action}", p.controlRefund)
	mux.HandleFunc("GET /pix/webhooks", p.controlWebhooks)
	mux.HandleFunc("GET /pix/callbacks", p.controlCallbacks)
	mux.HandleFunc("GET /pix/callbacks/settings", p.showCallbackSettings)
	mux.HandleFunc("PUT /pix/callbacks/settings", p.putCallbackSettings)
	mux.HandleFunc("POST /pix/callbacks/resend", p.controlResend)
	mux.HandleFunc("GET /pix/settings", p.showSettings)
	mux.HandleFunc("PUT /pix/settings", p.putSettings)
	mux.HandleFunc("GET /pix/certificates/{file}", p.controlCertificate)
}

// pixChargeView is a charge as a person looks at it.
type pixChargeView struct {
	Account      string        `json:"account"`
	TxID         string        `json:"txid"`
	Kind         string        `json:"kind"`
	Status       string        `json:"status"`
	Key          string        `json:"key"`
	Value        int64         `json:"value"`
	Owed         int64         `json:"owed"`
	Payable      bool          `json:"payable"`
	Revision     int           `json:"revision"`
	CreatedAt    time.Time     `json:"createdAt"`
	DueDate      string        `json:"dueDate,omitempty"`
	Expiration   int64         `json:"expiration,omitempty"`
	CopyAndPaste string        `json:"copyAndPaste,omitempty"`
	Record       pixTerms      `json:"record"`
	Received     []receivedPix `json:"received"`
}

// view copies a charge out of the lock, deep enough for what changes.
func (p *pix) view(c *pixCharge) pixChargeView {
	terms := c.terms()
	view := pixChargeView{
		Account: c.Account, TxID: c.TxID, Kind: c.Kind, Status: c.Status, Key: terms.Key,
		Value: parsePixCents(terms.Value.Original), Owed: p.owed(c), Payable: c.Status == pixActive && p.payable(c),
		Revision: len(c.Revisions) - 1, CreatedAt: c.CreatedAt, DueDate: terms.Calendar.DueDate,
		Expiration: terms.Calendar.Expiration, Record: terms, Received: []receivedPix{},
	}
	if l := p.locations[c.Location]; l != nil {
		view.CopyAndPaste = brCode(l.Code, view.Value)
	}
	for _, each := range c.Received {
		copied := *each
		copied.Refunds = []*pixRefund{}
		for _, refund := range each.Refunds {
			state := *refund
			copied.Refunds = append(copied.Refunds, &state)
		}
		view.Received = append(view.Received, copied)
	}
	return view
}

// controlCharges lists every account's charges, oldest first.
func (p *pix) controlCharges(w http.ResponseWriter, r *http.Request) {
	status, kind := r.URL.Query().Get("status"), r.URL.Query().Get("kind")
	views := []pixChargeView{}
	p.sandbox.mu.Lock()
	for _, id := range sortedKeys(p.charges) {
		if c := p.charges[id]; (status == "" || c.Status == status) && (kind == "" || c.Kind == kind) {
			views = append(views, p.view(c))
		}
	}
	p.sandbox.mu.Unlock()
	slices.SortStableFunc(views, func(a, b pixChargeView) int { return a.CreatedAt.Compare(b.CreatedAt) })
	writeControl(w, views)
}

// lookUp finds the charge of a control request, of whichever account.
func (p *pix) lookUp(w http.ResponseWriter, r *http.Request) *pixCharge {
	for _, id := range sortedKeys(p.charges) {
		if c := p.charges[id]; c.TxID == r.PathValue("txid") {
			return c
		}
	}
	refuseControl(w, http.StatusNotFound, fmt.Errorf("no charge %s", r.PathValue("txid")))
	return nil
}

// controlCharge shows one charge.
func (p *pix) controlCharge(w http.ResponseWriter, r *http.Request) {
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	if c := p.lookUp(w, r); c != nil {
		writeControl(w, p.view(c))
	}
}

// pixAction is the body of an action on a charge.
type pixAction struct {
	// Value in cents; nil means what is owed today.
	Value *int64 `json:"value"`
	// Notify false never sends the callback.
	Notify *bool `json:"notify"`
	// E2EID is the end-to-end id; "" means a new one.
	E2EID string `json:"e2eId"`
	// Force pays a charge past its life.
	Force bool `json:"force"`
}

// controlAction does to a charge what the payer or the provider would do.
func (p *pix) controlAction(w http.ResponseWriter, r *http.Request) {
	var body pixAction
	if !readControl(w, r, &body) {
		return
	}
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	c := p.lookUp(w, r)
	if c == nil {
		return
	}
	if status, err := p.act(c, r.PathValue("action"), body); err != nil {
		refuseControl(w, status, err)
		return
	}
	writeControl(w, p.view(c))
}

// act applies one action, or says why it cannot be.
func (p *pix) act(c *pixCharge, action string, body pixAction) (int, error) {
	switch {
	case action != "pay" && action != "remove":
		return http.StatusNotFound, fmt.Errorf("no action %q", action)
	case c.Status != pixActive:
		return http.StatusConflict, fmt.Errorf("a charge in status %s cannot be paid or removed", c.Status)
	case action == "pay":
		return p.actPay(c, body)
	}
	c.Status = pixRemovedByPSP
	p.saveCharge(c)
	return 0, nil
}

// actPay pays a charge.
func (p *pix) actPay(c *pixCharge, body pixAction) (int, error) {
	if !p.payable(c) && !body.Force {
		return http.StatusConflict, errors.New("the charge is past its life; force to pay it nevertheless")
	}
	paid := payment{cents: p.owed(c), e2eID: body.E2EID, notify: body.Notify == nil || *body.Notify}
	if body.Value != nil {
		paid.cents = *body.Value
	}
	if paid.cents <= 0 {
		return http.StatusBadRequest, errors.New("value must be positive, in cents")
	}
	if _, known := p.received("", body.E2EID); known != nil {
		return http.StatusConflict, fmt.Errorf("the end-to-end id %s is already there", body.E2EID)
	}
	p.receivePix(c, paid)
	return 0, nil
}

// controlRefund ends a refund that is still under way, now.
func (p *pix) controlRefund(w http.ResponseWriter, r *http.Request) {
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	c, received := p.received("", r.PathValue("e2eId"))
	var refund *pixRefund
	if received != nil {
		refund = received.refund(r.PathValue("id"))
	}
	action := r.PathValue("action")
	switch {
	case refund == nil || action != "settle" && action != "fail":
		refuseControl(w, http.StatusNotFound, errors.New("no such refund, or not settle or fail"))
	case refund.Status != refundPending:
		refuseControl(w, http.StatusConflict, fmt.Errorf("the refund is already %s", refund.Status))
	default:
		p.settleRefund(c, received, refund, action == "fail")
		writeControl(w, p.view(c))
	}
}

// controlWebhooks lists what is registered.
func (p *pix) controlWebhooks(w http.ResponseWriter, _ *http.Request) {
	found := []pixWebhook{}
	p.sandbox.mu.Lock()
	for _, id := range sortedKeys(p.webhooks) {
		found = append(found, *p.webhooks[id])
	}
	p.sandbox.mu.Unlock()
	writeControl(w, found)
}

// controlCallbacks lists every call, oldest first.
func (p *pix) controlCallbacks(w http.ResponseWriter, _ *http.Request) {
	sends := []sentPix{}
	p.sandbox.mu.Lock()
	for _, sent := range p.callbacks.sent {
		sends = append(sends, *sent)
	}
	p.sandbox.mu.Unlock()
	writeControl(w, sends)
}

// showCallbackSettings answers how callbacks are sent.
func (p *pix) showCallbackSettings(w http.ResponseWriter, _ *http.Request) {
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	writeControl(w, p.callbacks.settings)
}

// putCallbackSettings changes the given switches and leaves the others.
func (p *pix) putCallbackSettings(w http.ResponseWriter, r *http.Request) {
	p.sandbox.mu.Lock()
	changed := p.callbacks.settings
	p.sandbox.mu.Unlock()
	if !readControl(w, r, &changed) {
		return
	}
	if !slices.Contains([]string{modeDeliver, modeHold, modeLose}, changed.Mode) || changed.Duplicate < 0 || changed.DelayMs < 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("mode is deliver, hold or lose; duplicate and delayMs are 0 or more"))
		return
	}
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	p.callbacks.settings = changed
	p.callbacks.nudge()
	writeControl(w, changed)
}

// controlResend tells a payment once more, also one that was never told.
func (p *pix) controlResend(w http.ResponseWriter, r *http.Request) {
	var body struct {
		E2EID string `json:"e2eId"`
	}
	if !readControl(w, r, &body) {
		return
	}
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	c, received := p.received("", body.E2EID)
	if received == nil || p.webhooks[c.Account+"/"+received.Key] == nil {
		refuseControl(w, http.StatusNotFound, errors.New("no payment with a webhook has this end-to-end id"))
		return
	}
	p.callbacks.schedule(c, received)
	writeControl(w, map[string]any{"e2eId": body.E2EID})
}

// showSettings answers the switches of the Pix API.
func (p *pix) showSettings(w http.ResponseWriter, _ *http.Request) {
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	writeControl(w, p.settings)
}

// putSettings changes the given switches and leaves the others.
func (p *pix) putSettings(w http.ResponseWriter, r *http.Request) {
	p.sandbox.mu.Lock()
	changed := p.settings
	changed.Keys, changed.Scopes = slices.Clone(changed.Keys), slices.Clone(changed.Scopes)
	p.sandbox.mu.Unlock()
	if !readControl(w, r, &changed) {
		return
	}
	if changed.TokenSeconds < 1 || min(changed.AutoPayMs, changed.RefundMs, changed.DailyLimit, changed.RateLimit) < 0 || changed.FeeCents < 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("tokenSeconds is 1 or more, the other numbers are 0 or more"))
		return
	}
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	p.settings = changed
	p.sandbox.record("pix_settings", "settings", changed)
	writeControl(w, changed)
}

// controlCertificate hands out what a client needs: ca.pem, and for each
// environment a .pem and a .p12 without a passphrase. A receiver of webhooks
// may stand on localhost.pem.
func (p *pix) controlCertificate(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	content, contentType, err := p.certificates.AuthorityPEM(), "application/x-pem-file", error(nil)
	if file != "ca.pem" {
		environment, format, _ := strings.Cut(file, ".")
		if content, err = p.certificates.file(environment, format); format == "p12" {
			contentType = "application/x-pkcs12"
		}
	}
	if err != nil {
		refuseControl(w, http.StatusNotFound, err)
		return
	}
	textAnswer(http.StatusOK, contentType, string(content)).write(w)
}

// file is the certificate of an environment in one of its two formats.
func (c *Certificates) file(environment, format string) ([]byte, error) {
	switch {
	case environment == "localhost" && format == "pem":
		return c.ServerPEM()
	case environment != EnvironmentSandbox && environment != EnvironmentProduction:
		return nil, fmt.Errorf("no certificate of the environment %q", environment)
	case format == "pem":
		return c.ClientPEM(environment)
	case format == "p12":
		return c.ClientP12(environment)
	}
	return nil, fmt.Errorf("no format %q; ask for pem or p12", format)
}
