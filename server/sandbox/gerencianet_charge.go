package sandbox

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Statuses of a charge (gerencianet.md, 6.1).
const (
	statusNew        = "new"
	statusWaiting    = "waiting"
	statusIdentified = "identified"
	statusApproved   = "approved"
	statusPaid       = "paid"
	statusUnpaid     = "unpaid"
	statusSettled    = "settled"
	statusCanceled   = "canceled"
	statusRefunded   = "refunded"
	statusContested  = "contested"
	statusExpired    = "expired"
	statusLink       = "link"
)

// Payment methods of a charge.
const (
	methodBillet = "banking_billet"
	methodCard   = "credit_card"
	methodCarnet = "carnet"
)

// charge is everything that the simulator knows about one charge. The same
// form goes into the journal; the control API adds the notification to it.
type charge struct {
	ID               int64            `json:"id"`
	Account          string           `json:"account"`
	CustomID         *string          `json:"customId"`
	Status           string           `json:"status"`
	Method           string           `json:"method"`
	Total            int64            `json:"total"`
	PaidValue        int64            `json:"paidValue"`
	PaidAt           string           `json:"paidAt"`
	ReceivedByBankAt string           `json:"receivedByBankAt"`
	PaidVia          string           `json:"paidVia"`
	Token            string           `json:"token"`
	CreatedAt        string           `json:"createdAt"`
	MethodAt         string           `json:"methodAt"`
	ExpireAt         string           `json:"expireAt"`
	Items            []chargeItem     `json:"items"`
	Shippings        []chargeShipping `json:"shippings"`
	Customer         *customer        `json:"customer"`
	Message          *string          `json:"message"`
	Billet           *billet          `json:"billet"`
	Card             *card            `json:"card"`
	CarnetID         int64            `json:"carnetId"`
	Parcel           int64            `json:"parcel"`
	Link             *paymentLink     `json:"link"`
	Refunds          []refund         `json:"refunds"`
	History          []historyLine    `json:"history"`
	Emails           []string         `json:"emails"`
	// ListedAt is when the charge may first appear in a list, in base time.
	ListedAt time.Time `json:"listedAt"`

	// identity is under which the charge is counted as identical to others.
	identity string
}

// resolved says whether nothing more is expected of the charge.
func (c *charge) resolved() bool {
	switch c.Status {
	case statusNew, statusWaiting, statusLink, statusIdentified, statusApproved, statusUnpaid:
		return false
	}
	return true
}

// chargeItem is one line, as it is on the wire. Value is in cents.
type chargeItem struct {
	Name        string           `json:"name"`
	Value       int64            `json:"value"`
	Amount      *int64           `json:"amount"`
	Marketplace *json.RawMessage `json:"marketplace,omitempty"`
}

// chargeShipping is a freight line, as it is on the wire.
type chargeShipping struct {
	Name      string  `json:"name"`
	Value     int64   `json:"value"`
	PayeeCode *string `json:"payee_code,omitempty"`
}

// historyLine is one line of the charge's own history.
type historyLine struct {
	Message   string `json:"message"`
	CreatedAt string `json:"created_at"`
}

// customer is the payer as answered: a company is flat.
type customer struct {
	Name          *string        `json:"name"`
	CPF           *string        `json:"cpf"`
	CorporateName *string        `json:"corporate_name,omitempty"`
	CNPJ          *string        `json:"cnpj,omitempty"`
	Email         *string        `json:"email,omitempty"`
	Phone         *string        `json:"phone_number"`
	Birth         *string        `json:"birth,omitempty"`
	Address       map[string]any `json:"address,omitempty"`
}

// flat is the payer in the form of the answers.
func (r customerRequest) flat() *customer {
	flat := &customer{Name: r.Name, CPF: r.CPF, Email: r.Email, Phone: r.Phone, Birth: r.Birth, Address: wholeAddress(r.Address)}
	if r.Juridical != nil {
		flat.CorporateName, flat.CNPJ = &r.Juridical.CorporateName, &r.Juridical.CNPJ
	}
	return flat
}

// wholeAddress adds the complement, which answers have even when it is null.
func wholeAddress(given map[string]any) map[string]any {
	if given == nil {
		return nil
	}
	whole := maps.Clone(given)
	if _, present := whole["complement"]; !present {
		whole["complement"] = nil
	}
	return whole
}

// document is the number that identifies the payer: a company's own first.
func (c *customer) document() string {
	switch {
	case c == nil:
		return ""
	case c.CNPJ != nil:
		return *c.CNPJ
	case c.CPF != nil:
		return *c.CPF
	}
	return ""
}

// chargeRoutes are the routes of a charge of any method.
func (g *gerencianet) chargeRoutes() []route {
	return []route{
		{method: "POST", path: "/v1/charge", handle: g.createCharge},
		{method: "POST", path: "/v1/charge/one-step", handle: g.createOneStep},
		{method: "POST", path: "/v1/charge/one-step/link", handle: g.createOneStepLink},
		{method: "GET", path: "/v1/charges", handle: g.listCharges},
		{method: "GET", path: "/v1/charge/:id", handle: g.withCharge(g.showCharge)},
		{method: "POST", path: "/v1/charge/:id/pay", handle: g.withCharge(g.payCharge)},
		{method: "PUT", path: "/v1/charge/:id/metadata", handle: g.withCharge(g.updateMetadata)},
		{method: "PUT", path: "/v1/charge/:id/cancel", handle: g.withCharge(g.cancelCharge)},
		{method: "PUT", path: "/v1/charge/:id/settle", handle: g.withCharge(g.settleCharge)},
		{method: "POST", path: "/v1/charge/:id/history", handle: g.withCharge(g.addHistory)},
	}
}

// withCharge looks the charge of the path up. Another account's charge does
// not exist for the caller.
func (g *gerencianet) withCharge(handle func(*exchange, *charge) answer) func(*exchange) answer {
	return func(e *exchange) answer {
		c := g.charges[e.id()]
		if c == nil || c.Account != e.account {
			return notFound("charge_id")
		}
		return handle(e, c)
	}
}

// createCharge is POST /v1/charge, the first of the two steps.
func (g *gerencianet) createCharge(e *exchange) answer {
	var body chargeRequest
	if refused := decode(e.body, createSchema, &body); refused != nil {
		return *refused
	}
	if refused := checkTotal(body); refused != nil {
		return *refused
	}
	c := g.newCharge(e.account, body)
	g.save(c)
	return success(map[string]any{
		"charge_id": c.ID, "status": c.Status, "total": c.Total,
		"custom_id": c.CustomID, "created_at": c.CreatedAt,
	})
}

// createOneStep is POST /v1/charge/one-step. Nothing is created when the
// payment is refused.
func (g *gerencianet) createOneStep(e *exchange) answer {
	var body chargeRequest
	if refused := decode(e.body, oneStepSchema, &body); refused != nil {
		return *refused
	}
	if refused := checkTotal(body); refused != nil {
		return *refused
	}
	if refused := g.checkPayment(e.account, totalOf(body), body.Payment); refused != nil {
		return *refused
	}
	c := g.newCharge(e.account, body)
	data := g.applyPayment(e, c, body.Payment)
	delete(data, "configurations") // only the answer of /pay has them
	g.save(c)
	return success(data)
}

// payCharge is POST /v1/charge/:id/pay, the second step. Repeating it is
// refused, so a caller who got no answer may try again.
func (g *gerencianet) payCharge(e *exchange, c *charge) answer {
	var body chargeRequest
	if refused := decode(e.body, paySchema, &body); refused != nil {
		return *refused
	}
	if c.Method != "" {
		return refusedState(codeMethodAlready, "A forma de pagamento desta transação já foi definida.")
	}
	if c.Status != statusNew {
		return refusedState(codeNotPayable, "Transações com status ["+c.Status+"] não podem ser pagas.")
	}
	if refused := g.checkPayment(e.account, c.Total, body.Payment); refused != nil {
		return *refused
	}
	data := g.applyPayment(e, c, body.Payment)
	g.save(c)
	return success(data)
}

// checkPayment refuses what the schema cannot see.
func (g *gerencianet) checkPayment(account string, total int64, payment paymentRequest) *answer {
	if payment.Billet != nil {
		return g.checkBillet(account, total, payment.Billet)
	}
	return g.checkCard(total, payment.Card)
}

// applyPayment gives the charge its method and returns the wire answer.
func (g *gerencianet) applyPayment(e *exchange, c *charge, payment paymentRequest) map[string]any {
	c.MethodAt = g.sandbox.clock.stamp()
	c.ListedAt = g.listedFrom()
	if payment.Billet != nil {
		return g.applyBillet(e, c, payment.Billet)
	}
	return g.applyCard(c, payment.Card)
}

// newCharge creates a charge in status new, with its notification.
func (g *gerencianet) newCharge(account string, body chargeRequest) *charge {
	g.lastCharge++
	c := &charge{
		ID: g.lastCharge, Account: account, CustomID: body.Metadata.CustomID,
		Total: totalOf(body), CreatedAt: g.sandbox.clock.stamp(),
		Items: body.Items, Shippings: body.Shippings,
	}
	defaultAmounts(c.Items)
	c.Token = g.newNotification(account, body.Metadata.NotificationURL).Token
	g.register(c)
	g.move(c, change{to: statusNew})
	return c
}

// listedFrom is when a charge that is issued now may first be listed.
func (g *gerencianet) listedFrom() time.Time {
	return g.sandbox.clock.real().Add(time.Duration(g.settings.ListLagMs) * time.Millisecond)
}

// defaultAmounts makes one piece of every item that does not say how many.
func defaultAmounts(items []chargeItem) {
	one := int64(1)
	for i := range items {
		if items[i].Amount == nil {
			items[i].Amount = &one
		}
	}
}

// totalOf is what the items and the freight cost, in cents.
func totalOf(body chargeRequest) int64 {
	total := itemsTotal(body.Items)
	for _, shipping := range body.Shippings {
		total += shipping.Value
	}
	return total
}

// itemsTotal is what the items cost, in cents.
func itemsTotal(items []chargeItem) int64 {
	total := int64(0)
	for _, item := range items {
		amount := int64(1)
		if item.Amount != nil {
			amount = *item.Amount
		}
		total += item.Value * amount
	}
	return total
}

// checkTotal enforces the least value of a charge.
func checkTotal(body chargeRequest) *answer {
	if totalOf(body) >= minimumCents {
		return nil
	}
	refused := refusedProperty(codeBelowMinimum, "/items", "O valor da cobrança deve ser igual ou superior a R$ 5,00.")
	return &refused
}

// showCharge is GET /v1/charge/:id.
func (g *gerencianet) showCharge(e *exchange, c *charge) answer {
	data := map[string]any{
		"charge_id": c.ID, "total": c.Total, "status": c.Status, "custom_id": c.CustomID,
		"created_at": c.CreatedAt, "notification_url": g.notifications[c.Token].URL,
		"items": c.Items, "history": c.History,
	}
	if len(c.Shippings) > 0 {
		data["shippings"] = c.shippings()
	}
	if c.Customer != nil {
		data["customer"] = c.Customer
	}
	if c.PaidAt != "" {
		data["paid_value"] = c.PaidValue
	}
	if c.Method != "" {
		data["payment"] = g.showPayment(e, c)
	}
	if c.Link != nil {
		data["link"] = c.Link.wire(e)
	}
	if c.Card != nil && c.Card.Refusal != nil {
		data["reason"] = c.Card.Refusal.Reason
	}
	return success(data)
}

// shippings are the freight lines of GET, each of which names who gets it: the
// account itself unless another was asked for.
func (c *charge) shippings() []chargeShipping {
	own := fmt.Sprintf("%x", sha256.Sum256([]byte(c.Account)))[:32]
	shown := slices.Clone(c.Shippings)
	for i := range shown {
		if shown[i].PayeeCode == nil {
			shown[i].PayeeCode = &own
		}
	}
	return shown
}

// showPayment is the payment part of GET. Its paid_at, which the provider's
// schema does not know, is an ISO moment, unlike every other one.
func (g *gerencianet) showPayment(e *exchange, c *charge) map[string]any {
	payment := map[string]any{"method": c.Method, "created_at": c.MethodAt, "message": c.Message}
	g.addMethod(payment, e, c)
	if moment, err := time.ParseInLocation(stampLayout, c.PaidAt, saoPaulo); err == nil {
		payment["paid_at"] = moment.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return payment
}

// addMethod adds what belongs to the charge's method, under the method's name.
func (g *gerencianet) addMethod(payment map[string]any, e *exchange, c *charge) {
	switch {
	case c.Method == methodCarnet:
		payment[methodCarnet] = g.showParcel(e, c)
	case c.Billet != nil:
		payment[methodBillet] = g.showBillet(e, c)
	case c.Card != nil:
		payment[methodCard] = c.Card.wire()
	}
}

// metadataRequest is the body of the metadata routes.
type metadataRequest struct {
	CustomID        *string         `json:"custom_id"`
	NotificationURL json.RawMessage `json:"notification_url"`
	Resend          bool            `json:"resend"`
}

// updateMetadata is PUT /v1/charge/:id/metadata.
func (g *gerencianet) updateMetadata(e *exchange, c *charge) answer {
	var body metadataRequest
	if refused := decode(e.body, metadataUpdateSchema, &body); refused != nil {
		return *refused
	}
	if body.CustomID != nil {
		c.CustomID = body.CustomID
	}
	g.saveCharge(c)
	g.applyMetadata(g.notifications[c.Token], body)
	return success(nil)
}

// applyMetadata changes the address of a notification, or sends it again.
func (g *gerencianet) applyMetadata(n *notification, body metadataRequest) {
	if body.NotificationURL != nil {
		n.URL = nil
		_ = json.Unmarshal(body.NotificationURL, &n.URL) // the schema has seen it
	}
	if body.Resend {
		g.callbacks.resend(n)
	}
	g.saveNotification(n)
}

// cancelCharge is PUT /v1/charge/:id/cancel.
func (g *gerencianet) cancelCharge(_ *exchange, c *charge) answer {
	switch c.Status {
	case statusNew, statusWaiting, statusUnpaid, statusLink:
		g.move(c, change{to: statusCanceled})
		g.save(c)
		return success(nil)
	}
	return refusedState(codeNotCancelable,
		"Apenas transações com status [new], [link], [waiting] ou [unpaid] podem ser canceladas.")
}

// settleCharge is PUT /v1/charge/:id/settle: marked as paid by hand, without
// a value, a fee or a movement.
func (g *gerencianet) settleCharge(_ *exchange, c *charge) answer {
	if c.Billet == nil || c.Link != nil {
		return refusedState(codeNotBillet, "Apenas transações com boleto ou carnê podem ser marcadas como pagas.")
	}
	if !c.openBillet() {
		return refusedState(codeNotPayable, "Transações com status ["+c.Status+"] não podem ser marcadas como pagas.")
	}
	g.move(c, change{to: statusSettled})
	g.save(c)
	return success(nil)
}

// addHistory is POST /v1/charge/:id/history.
func (g *gerencianet) addHistory(e *exchange, c *charge) answer {
	description, refused := readDescription(e)
	if refused != nil {
		return *refused
	}
	c.History = append(c.History, historyLine{description, g.sandbox.clock.stamp()})
	g.saveCharge(c)
	return success(nil)
}

// readDescription reads the body of the history routes.
func readDescription(e *exchange) (string, *answer) {
	var body struct {
		Description string `json:"description"`
	}
	rules := object{fields: []field{{"description", text{1, 255, nil}, true}}}
	refused := decode(e.body, rules, &body)
	return body.Description, refused
}

// readEmail reads the body of the resend routes.
func readEmail(e *exchange) (string, *answer) {
	var body struct {
		Email string `json:"email"`
	}
	rules := object{fields: []field{{"email", text{1, 255, emailPattern}, true}}}
	refused := decode(e.body, rules, &body)
	return body.Email, refused
}

// noteEmail keeps where the provider would have sent the charge.
func (g *gerencianet) noteEmail(c *charge, message, email string) {
	c.Emails = append(c.Emails, email)
	c.History = append(c.History, historyLine{message + email, g.sandbox.clock.stamp()})
	g.saveCharge(c)
}

// change is a step of a charge to another status.
type change struct {
	to string
	// value and receivedAt accompany a confirmed payment.
	value      *int64
	receivedAt string
	// silent keeps the entry, but no callback is ever sent for it.
	silent bool
}

// historyMessages are the texts of the charge's own history.
var historyMessages = map[string]string{
	statusNew:        "Cobrança criada",
	statusIdentified: "Pagamento identificado, aguardando confirmação",
	statusApproved:   "Pagamento aprovado",
	statusPaid:       "Pagamento efetuado",
	statusUnpaid:     "Pagamento não confirmado",
	statusSettled:    "Cobrança marcada como paga manualmente",
	statusCanceled:   "Cobrança cancelada",
	statusRefunded:   "Pagamento devolvido",
	statusContested:  "Pagamento contestado",
	statusExpired:    "Cobrança expirada",
	statusLink:       "Link de pagamento criado",
}

// move changes the status and lets the carnê of a parcel follow.
func (g *gerencianet) move(c *charge, step change) {
	g.step(c, step)
	if k := g.carnets[c.CarnetID]; k != nil {
		g.follow(k, step.silent)
	}
}

// step changes the status and tells the history and the notification.
func (g *gerencianet) step(c *charge, step change) {
	previous := c.Status
	c.Status = step.to
	c.History = append(c.History, historyLine{historyMessage(c), g.sandbox.clock.stamp()})
	g.notify(c, previous, step)
}

// historyMessage is the text for the present status.
func historyMessage(c *charge) string {
	switch {
	case c.Status != statusWaiting:
		return historyMessages[c.Status]
	case c.Method == methodCard:
		return "Pagamento via cartão aguardando confirmação"
	case c.Method == methodCarnet:
		return "Pagamento via carnê aguardando confirmação"
	default:
		return "Pagamento via boleto aguardando confirmação"
	}
}

// pay confirms a payment of the value on a date.
func (g *gerencianet) pay(c *charge, value int64, day, via string, silent bool) {
	c.PaidValue, c.PaidAt, c.ReceivedByBankAt, c.PaidVia = value, g.sandbox.clock.stamp(), day, via
	if c.Card != nil {
		c.Card.Refusal = nil // the control API may pay what was refused before
	}
	g.move(c, change{to: statusPaid, value: &value, receivedAt: day, silent: silent})
	g.save(c)
}
