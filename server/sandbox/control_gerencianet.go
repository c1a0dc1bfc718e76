package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// control adds the routes of the charges API.
func (g *gerencianet) control(mux *http.ServeMux) {
	g.provider.control(mux)
	mux.HandleFunc("GET /gerencianet/charges", g.controlCharges)
	mux.HandleFunc("GET /gerencianet/charges/{id}", g.controlCharge)
	mux.HandleFunc("POST /gerencianet/charges/{id}/{action}", g.controlAction)
	mux.HandleFunc("GET /gerencianet/callbacks", g.controlCallbacks)
	mux.HandleFunc("GET /gerencianet/callbacks/settings", g.showCallbackSettings)
	mux.HandleFunc("PUT /gerencianet/callbacks/settings", g.putCallbackSettings)
	mux.HandleFunc("POST /gerencianet/callbacks/resend", g.controlResend)
	mux.HandleFunc("GET /gerencianet/settings", g.showSettings)
	mux.HandleFunc("PUT /gerencianet/settings", g.putSettings)
}

// chargeView is a charge with its notification.
type chargeView struct {
	charge
	NotificationURL *string `json:"notificationUrl"`
	Entries         []entry `json:"entries"`
}

// view copies a charge out of the lock, deep enough for what changes.
func (g *gerencianet) view(c *charge) chargeView {
	n := g.notifications[c.Token]
	view := chargeView{charge: *c, NotificationURL: n.URL, Entries: []entry{}}
	view.History = slices.Clone(c.History)
	for _, each := range n.Entries {
		copied := *each
		if each.Delivery != nil {
			state := *each.Delivery
			copied.Delivery = &state
		}
		view.Entries = append(view.Entries, copied)
	}
	if c.Billet != nil {
		printed := *c.Billet
		view.Billet = &printed
	}
	return view
}

// controlCharges lists every account's charges, oldest first.
func (g *gerencianet) controlCharges(w http.ResponseWriter, r *http.Request) {
	customID, status := r.URL.Query().Get("customId"), r.URL.Query().Get("status")
	views := []chargeView{}
	g.sandbox.mu.Lock()
	for _, id := range sortedIDs(g.charges) {
		c := g.charges[id]
		if customID != "" && (c.CustomID == nil || *c.CustomID != customID) || status != "" && c.Status != status {
			continue
		}
		views = append(views, g.view(c))
	}
	g.sandbox.mu.Unlock()
	writeControl(w, views)
}

// controlCharge shows one charge.
func (g *gerencianet) controlCharge(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // 0 is not found
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	c := g.charges[id]
	if c == nil {
		refuseControl(w, http.StatusNotFound, fmt.Errorf("no charge %s", r.PathValue("id")))
		return
	}
	writeControl(w, g.view(c))
}

// actionRequest is the body of every action on a charge.
type actionRequest struct {
	// Value in cents; nil means what is owed on the date.
	Value *int64 `json:"value"`
	// Date of the payment; "" means the virtual today.
	Date string `json:"date"`
	Via  string `json:"via"`
	// Notify false keeps the entry, but never sends its callback.
	Notify *bool `json:"notify"`
	// Force pays a boleto that the registry has dropped.
	Force bool `json:"force"`
}

// controlMoves are the statuses that each action leads to, and from which
// ones it may start. They are the transitions that the provider knows.
var controlMoves = map[string]struct {
	to   string
	from []string
}{
	"pay": {statusPaid, []string{statusLink, statusWaiting, statusUnpaid, statusIdentified, statusApproved,
		statusCanceled, statusSettled, statusContested, statusExpired}},
	"overdue":  {statusUnpaid, []string{statusWaiting, statusApproved}},
	"refund":   {statusRefunded, []string{statusPaid, statusContested}},
	"contest":  {statusContested, []string{statusPaid}},
	"expire":   {statusExpired, []string{statusLink, statusWaiting, statusUnpaid}},
	"identify": {statusIdentified, []string{statusWaiting, statusUnpaid}},
	"approve":  {statusApproved, []string{statusWaiting, statusUnpaid}},
	"settle":   {statusSettled, []string{statusWaiting, statusUnpaid}},
	"cancel":   {statusCanceled, []string{statusNew, statusLink, statusWaiting, statusUnpaid, statusApproved}},
}

// controlAction does to a charge what the payer, the bank or a person at the
// provider's panel would do.
func (g *gerencianet) controlAction(w http.ResponseWriter, r *http.Request) {
	var body actionRequest
	if !readControl(w, r, &body) {
		return
	}
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // 0 is not found
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	c := g.charges[id]
	if c == nil {
		refuseControl(w, http.StatusNotFound, fmt.Errorf("no charge %s", r.PathValue("id")))
		return
	}
	if status, err := g.act(c, r.PathValue("action"), body); err != nil {
		refuseControl(w, status, err)
		return
	}
	writeControl(w, g.view(c))
}

// act applies one action, or says why it cannot be.
func (g *gerencianet) act(c *charge, action string, body actionRequest) (int, error) {
	allowed, known := controlMoves[action]
	if !known {
		return http.StatusNotFound, fmt.Errorf("no action %q", action)
	}
	if !slices.Contains(allowed.from, c.Status) {
		return http.StatusConflict, fmt.Errorf("a charge in status %s cannot become %s", c.Status, allowed.to)
	}
	silent := body.Notify != nil && !*body.Notify
	if action == "pay" {
		return g.actPay(c, body, silent)
	}
	step := change{to: allowed.to, silent: silent}
	if action == "identify" {
		c.ReceivedByBankAt = g.sandbox.clock.today()
		step.receivedAt = c.ReceivedByBankAt
	}
	g.move(c, step)
	g.save(c)
	return 0, nil
}

// actPay confirms a payment made outside.
func (g *gerencianet) actPay(c *charge, body actionRequest, silent bool) (int, error) {
	day := body.Date
	if day == "" {
		day = g.sandbox.clock.today()
	}
	switch {
	case !isDate(day):
		return http.StatusBadRequest, errors.New("date must be an existing day written YYYY-MM-DD")
	case body.Value != nil && *body.Value <= 0:
		return http.StatusBadRequest, errors.New("value must be positive, in cents")
	case body.Via != "" && body.Via != "boleto" && body.Via != "pix":
		return http.StatusBadRequest, errors.New("via must be boleto or pix")
	case c.Method == "":
		return http.StatusConflict, errors.New("a charge without a payment method cannot be paid")
	case c.droppedOn(day) && !body.Force:
		return http.StatusConflict, errors.New("the boleto was dropped from the registry; force to pay it nevertheless")
	}
	value := c.valueOn(day)
	if body.Value != nil {
		value = *body.Value
	}
	g.pay(c, value, day, body.Via, silent)
	return 0, nil
}

// controlCallbacks lists every send, oldest first.
func (g *gerencianet) controlCallbacks(w http.ResponseWriter, _ *http.Request) {
	sends := []sentCallback{}
	g.sandbox.mu.Lock()
	for _, sent := range g.callbacks.sent {
		sends = append(sends, *sent)
	}
	g.sandbox.mu.Unlock()
	writeControl(w, sends)
}

// showCallbackSettings answers how callbacks are sent.
func (g *gerencianet) showCallbackSettings(w http.ResponseWriter, _ *http.Request) {
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	writeControl(w, g.callbacks.settings)
}

// putCallbackSettings changes the given switches and leaves the others.
func (g *gerencianet) putCallbackSettings(w http.ResponseWriter, r *http.Request) {
	g.sandbox.mu.Lock()
	changed := g.callbacks.settings
	g.sandbox.mu.Unlock()
	if !readControl(w, r, &changed) {
		return
	}
	if !slices.Contains([]string{modeDeliver, modeHold, modeLose}, changed.Mode) || changed.Duplicate < 0 || changed.DelayMs < 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("mode is deliver, hold or lose; duplicate and delayMs are 0 or more"))
		return
	}
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	g.callbacks.settings = changed
	g.callbacks.nudge()
	writeControl(w, changed)
}

// controlResend sends the latest callback of a token again, as a person may
// in the provider's panel.
func (g *gerencianet) controlResend(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Token string `json:"token"`
	}
	if !readControl(w, r, &body) {
		return
	}
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	n := g.notifications[body.Token]
	if n == nil || n.URL == nil {
		refuseControl(w, http.StatusNotFound, errors.New("no notification with a url has this token"))
		return
	}
	g.callbacks.resend(n)
	writeControl(w, map[string]any{"token": n.Token})
}

// showSettings answers the switches of the charges API.
func (g *gerencianet) showSettings(w http.ResponseWriter, _ *http.Request) {
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	writeControl(w, g.settings)
}

// putSettings changes the given switches and leaves the others.
func (g *gerencianet) putSettings(w http.ResponseWriter, r *http.Request) {
	g.sandbox.mu.Lock()
	changed := g.settings
	g.sandbox.mu.Unlock()
	if !readControl(w, r, &changed) {
		return
	}
	if changed.TokenSeconds < 1 || changed.ListLagMs < 0 || changed.DailyLimit < 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("tokenSeconds is 1 or more, listLagMs and dailyLimit are 0 or more"))
		return
	}
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	g.settings = changed
	g.sandbox.record("gerencianet_settings", "settings", changed)
	writeControl(w, changed)
}
