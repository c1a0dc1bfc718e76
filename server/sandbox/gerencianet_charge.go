package sandbox

import (
	"encoding/json"
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
	History          []historyLine    `json:"history"`
	Emails           []string         `json:"emails"`
	// ListedAt is when the charge may first appear in a list, in base time.
	ListedAt time.Time `json:"listedAt"`
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
	Name          *string          `json:"name"`
	CPF           *string          `json:"cpf"`
	CorporateName *string          `json:"corporate_name,omitempty"`
	CNPJ          *string          `json:"cnpj,omitempty"`
	Email         *string          `json:"email"`
	Phone         *string          `json:"phone_number"`
	Birth         *string          `json:"birth"`
	Address       *json.RawMessage `json:"address,omitempty"`
}

// flat is the payer in the form of the answers.
func (r customerRequest) flat() *customer {
	flat := &customer{Name: r.Name, CPF: r.CPF, Email: r.Email, Phone: r.Phone, Birth: r.Birth, Address: r.Address}
	if r.Juridical != nil {
		flat.CorporateName, flat.CNPJ = &r.Juridical.CorporateName, &r.Juridical.CNPJ
	}
	return flat
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
	c.ListedAt = g.sandbox.clock.real().Add(time.Duration(g.settings.ListLagMs) * time.Millisecond)
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
	one := int64(1)
	for i := range c.Items {
		if c.Items[i].Amount == nil {
			c.Items[i].Amount = &one
		}
	}
	c.Token = g.newNotification(account, body.Metadata.NotificationURL).Token
	g.charges[c.ID] = c
	g.move(c, change{to: statusNew})
	return c
}

// totalOf is what the items and the freight cost, in cents.
func totalOf(body chargeRequest) int64 {
	total := int64(0)
	for _, item := range body.Items {
		amount := int64(1)
		if item.Amount != nil {
			amount = *item.Amount
		}
		total += item.Value * amount
	}
	for _, shipping := range body.Shippings {
		total += shipping.Value
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
		data["shippings"] = c.Shippings
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
	return success(data)
}

// showPayment is the payment part of GET. Its paid_at, which the provider's
// schema does not know, is an ISO moment, unlike every other one.
func (g *gerencianet) showPayment(e *exchange, c *charge) map[string]any {
	payment := map[string]any{"method": c.Method, "created_at": c.MethodAt, "message": c.Message}
	if c.Billet != nil {
		payment[methodBillet] = g.showBillet(e, c)
	}
	if c.Card != nil {
		payment[methodCard] = c.Card.wire()
	}
	if moment, err := time.ParseInLocation(stampLayout, c.PaidAt, saoPaulo); err == nil {
		payment["paid_at"] = moment.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return payment
}

// updateMetadata is PUT /v1/charge/:id/metadata.
func (g *gerencianet) updateMetadata(e *exchange, c *charge) answer {
	var body struct {
		CustomID        *string         `json:"custom_id"`
		NotificationURL json.RawMessage `json:"notification_url"`
		Resend          bool            `json:"resend"`
	}
	if refused := decode(e.body, metadataUpdateSchema, &body); refused != nil {
		return *refused
	}
	if body.CustomID != nil {
		c.CustomID = body.CustomID
	}
	n := g.notifications[c.Token]
	if body.NotificationURL != nil {
		n.URL = nil
		_ = json.Unmarshal(body.NotificationURL, &n.URL) // the schema has seen it
	}
	if body.Resend {
		g.callbacks.resend(n)
	}
	g.save(c)
	return success(nil)
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
	if c.Method != methodBillet {
		return refusedState(codeNotBillet, "Apenas transações com boleto podem ser marcadas como pagas.")
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
	var body struct {
		Description string `json:"description"`
	}
	rules := object{fields: []field{{"description", text{1, 255, nil}, true}}}
	if refused := decode(e.body, rules, &body); refused != nil {
		return *refused
	}
	c.History = append(c.History, historyLine{body.Description, g.sandbox.clock.stamp()})
	g.save(c)
	return success(nil)
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
}

// move changes the status and tells the history and the notification.
func (g *gerencianet) move(c *charge, step change) {
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
	default:
		return "Pagamento via boleto aguardando confirmação"
	}
}

// pay confirms a payment of the value on a date.
func (g *gerencianet) pay(c *charge, value int64, day, via string, silent bool) {
	c.PaidValue, c.PaidAt, c.ReceivedByBankAt, c.PaidVia = value, g.sandbox.clock.stamp(), day, via
	g.move(c, change{to: statusPaid, value: &value, receivedAt: day, silent: silent})
	g.save(c)
}
