package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// control adds the routes of the charges API.
func (g *gerencianet) control(mux *http.ServeMux) {
	g.provider.control(mux)
	mux.HandleFunc("GET /gerencianet/charges", g.controlCharges)
	mux.HandleFunc("GET /gerencianet/charges/{id}", g.controlCharge)
	mux.HandleFunc("POST /gerencianet/charges/{id}/{action}", g.controlAction)
	mux.HandleFunc("GET /gerencianet/carnets", g.controlCarnets)
	mux.HandleFunc("POST /gerencianet/tokenizer", g.controlTokenizer)
	mux.HandleFunc("OPTIONS /gerencianet/tokenizer", g.controlTokenizerPreflight)
	mux.HandleFunc("GET /gerencianet/callbacks", g.controlCallbacks)
	mux.HandleFunc("GET /gerencianet/callbacks/settings", g.showCallbackSettings)
	mux.HandleFunc("PUT /gerencianet/callbacks/settings", g.putCallbackSettings)
	mux.HandleFunc("POST /gerencianet/callbacks/resend", g.controlResend)
	mux.HandleFunc("POST /gerencianet/callbacks/forge", g.controlForge)
	mux.HandleFunc("GET /gerencianet/settings", g.showSettings)
	mux.HandleFunc("PUT /gerencianet/settings", g.putSettings)
}

// chargeView is a charge with its notification. PageURL is the printed boleto
// or the page of the link, once some caller has shown the handler's address.
type chargeView struct {
	charge
	NotificationURL *string `json:"notificationUrl"`
	PageURL         string  `json:"pageUrl,omitempty"`
	Entries         []entry `json:"entries"`
}

// view copies a charge out of the lock, deep enough for what changes.
func (g *gerencianet) view(c *charge) chargeView {
	view := chargeView{
		charge: *c, NotificationURL: g.notifications[c.Token].URL, PageURL: g.pageURL(c), Entries: g.entriesOf(c),
	}
	view.History, view.Refunds = slices.Clone(c.History), slices.Clone(c.Refunds)
	view.Billet, view.Card, view.Link = copied(c.Billet), copied(c.Card), copied(c.Link)
	return view
}

// entriesOf copies the entries about one charge: a parcel shares its token
// with the whole carnê.
func (g *gerencianet) entriesOf(c *charge) []entry {
	found := []entry{}
	for _, each := range g.notifications[c.Token].Entries {
		if each.ChargeID == c.ID {
			found = append(found, each.copied())
		}
	}
	return found
}

// copied is the entry with a delivery of its own.
func (e *entry) copied() entry {
	another := *e
	another.Delivery = copied(e.Delivery)
	return another
}

// pageURL is where a person sees or pays the charge.
func (g *gerencianet) pageURL(c *charge) string {
	address := cmp.Or(g.sandbox.publicURL, g.address)
	switch {
	case address == "":
		return ""
	case c.Link != nil:
		return address + "/pagamento/" + c.Link.Key
	case c.Billet != nil:
		return address + "/boleto/" + c.Billet.Key
	}
	return ""
}

// carnetView is a carnê with its notification.
type carnetView struct {
	carnet
	NotificationURL *string `json:"notificationUrl"`
	PageURL         string  `json:"pageUrl,omitempty"`
	Entries         []entry `json:"entries"`
}

// controlCarnets lists every account's carnês, oldest first. Their parcels are
// among the charges.
func (g *gerencianet) controlCarnets(w http.ResponseWriter, r *http.Request) {
	customID := r.URL.Query().Get("customId")
	views := []carnetView{}
	g.sandbox.mu.Lock()
	for _, id := range sortedIDs(g.carnets) {
		k := g.carnets[id]
		if customID == "" || textOf(k.CustomID) == customID {
			views = append(views, g.viewCarnet(k))
		}
	}
	g.sandbox.mu.Unlock()
	writeControl(w, views)
}

// viewCarnet copies a carnê out of the lock, with every entry of its token.
func (g *gerencianet) viewCarnet(k *carnet) carnetView {
	n := g.notifications[k.Token]
	view := carnetView{carnet: *k, NotificationURL: n.URL, Entries: []entry{}}
	if address := cmp.Or(g.sandbox.publicURL, g.address); address != "" {
		view.PageURL = address + "/carne/" + k.Key
	}
	view.History = slices.Clone(k.History)
	for _, each := range n.Entries {
		view.Entries = append(view.Entries, each.copied())
	}
	return view
}

// controlCharges lists every account's charges, oldest first. A limit keeps the
// newest.
func (g *gerencianet) controlCharges(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit")) // anything else means all
	views := []chargeView{}
	g.sandbox.mu.Lock()
	for _, id := range slices.Backward(g.chargeIDs) {
		if limit > 0 && len(views) == limit {
			break
		}
		if c := g.charges[id]; c.wanted(query) {
			views = append(views, g.view(c))
		}
	}
	g.sandbox.mu.Unlock()
	slices.Reverse(views)
	writeControl(w, views)
}

// wanted applies the filters of the control API.
func (c *charge) wanted(query url.Values) bool {
	for name, value := range map[string]string{
		"customId": textOf(c.CustomID), "status": c.Status, "carnetId": strconv.FormatInt(c.CarnetID, 10),
	} {
		if asked := query.Get(name); asked != "" && asked != value {
			return false
		}
	}
	return true
}

// textOf is a text that may be missing.
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
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
	// Reason and Retry go with the refusal of a card; nil is true.
	Reason string `json:"reason"`
	Retry  *bool  `json:"retry"`
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
	"refuse":   {statusUnpaid, []string{statusWaiting, statusApproved}},
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
	switch {
	case action == "pay":
		return g.actPay(c, body, silent)
	case action == "refund" && c.Card != nil:
		return g.actRefund(c, body, silent)
	case action == "refuse" && c.Card == nil:
		return http.StatusConflict, errors.New("only a card can be refused")
	case action == "refuse":
		g.refuseCard(c, cardRefusal{cmp.Or(body.Reason, refusedByOperator), body.Retry == nil || *body.Retry}, silent)
		return 0, nil
	case action == "approve" && c.Card != nil:
		g.approveCard(c, silent)
		return 0, nil
	case action == "settle" && c.Link != nil:
		return http.StatusConflict, errors.New("a link charge cannot be marked as paid by hand")
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

// actRefund gives the whole value of a card back, or a part of it.
func (g *gerencianet) actRefund(c *charge, body actionRequest, silent bool) (int, error) {
	amount := c.refundable()
	if body.Value != nil {
		if *body.Value <= 0 || *body.Value > amount {
			return http.StatusBadRequest, fmt.Errorf("value is 1 to %d, in cents", amount)
		}
		amount = *body.Value
	}
	g.giveBack(c, amount, silent)
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
	case !slices.Contains([]string{"", "boleto", "pix", "card"}, body.Via):
		return http.StatusBadRequest, errors.New("via must be boleto, pix or card")
	case c.Method == "" && c.Link != nil:
		return g.actPayLink(c, body, day, silent)
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

// actPayLink is the payer choosing how to pay, and paying.
func (g *gerencianet) actPayLink(c *charge, body actionRequest, day string, silent bool) (int, error) {
	method := methodBillet
	if body.Via == "card" || body.Via == "" && !c.Link.accepts(methodBillet) {
		method = methodCard
	}
	if !c.Link.accepts(method) {
		return http.StatusConflict, fmt.Errorf("the link is paid by %s only", c.Link.PaymentMethod)
	}
	value := c.Link.valueOn(c.Total, method, day)
	if body.Value != nil {
		value = *body.Value
	}
	via := body.Via
	if via == "" && method == methodCard {
		via = "card"
	}
	name, document := linkPayerName, linkPayerCPF
	g.choose(c, method, &customer{Name: &name, CPF: &document})
	g.pay(c, value, day, via, silent)
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

// controlForge sends a callback that the provider would never send: anybody can
// post to an integrator's address.
func (g *gerencianet) controlForge(w http.ResponseWriter, r *http.Request) {
	var body struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	}
	if !readControl(w, r, &body) {
		return
	}
	if !urlPattern.MatchString(body.URL) {
		refuseControl(w, http.StatusBadRequest, errors.New("url must begin with http:// or https://"))
		return
	}
	writeControl(w, g.callbacks.forge(body.URL, cmp.Or(body.Token, randomUUID())))
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
	if changed.TokenSeconds < 1 || changed.ListLagMs < 0 || changed.DailyLimit < 0 || changed.InstallmentInterestFrom < 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("tokenSeconds is 1 or more, listLagMs, dailyLimit and installmentInterestFrom are 0 or more"))
		return
	}
	g.sandbox.mu.Lock()
	defer g.sandbox.mu.Unlock()
	g.settings = changed
	g.sandbox.record("gerencianet_settings", "settings", changed)
	writeControl(w, changed)
}
