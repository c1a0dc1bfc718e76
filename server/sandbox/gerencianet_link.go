package sandbox

import (
	"cmp"
	"maps"
)

// methodAll is a link that leaves the choice between boleto and card.
const methodAll = "all"

// paymentLink is an address at which the payer chooses how to pay. Amounts are
// in cents; a percentage is in hundredths of a percent.
type paymentLink struct {
	// Key is the unguessable part of the address.
	Key                    string    `json:"key"`
	BilletDiscount         *int64    `json:"billetDiscount"`
	CardDiscount           *int64    `json:"cardDiscount"`
	ConditionalDiscount    *discount `json:"conditionalDiscount"`
	Message                *string   `json:"message"`
	ExpireAt               string    `json:"expireAt"`
	RequestDeliveryAddress bool      `json:"requestDeliveryAddress"`
	PaymentMethod          string    `json:"paymentMethod"`
}

// linkSettings is the body of the link routes. A field that is not given
// keeps the value that it was decoded over; null clears it.
type linkSettings struct {
	BilletDiscount         *int64    `json:"billet_discount"`
	CardDiscount           *int64    `json:"card_discount"`
	ConditionalDiscount    *discount `json:"conditional_discount"`
	Message                *string   `json:"message"`
	ExpireAt               string    `json:"expire_at"`
	RequestDeliveryAddress bool      `json:"request_delivery_address"`
	PaymentMethod          string    `json:"payment_method"`
}

// linkFields are the settings; whether they must be there and whether null may
// clear them depends on the route.
func linkFields(creation bool) []field {
	clearable := func(rule schema) schema {
		if creation {
			return rule
		}
		return nullable{rule}
	}
	return []field{
		{"billet_discount", clearable(integer{1, 99999999}), false},
		{"card_discount", clearable(integer{1, 99999999}), false},
		{"conditional_discount", clearable(conditionalDiscountSchema), false},
		{"message", clearable(text{0, 0, messagePattern}), false},
		{"expire_at", date{}, creation},
		{"request_delivery_address", boolean{}, creation},
		{"payment_method", choice{methodBillet, methodCard, methodAll}, creation},
	}
}

var (
	linkSchema        = object{fields: linkFields(true)}
	linkUpdateSchema  = object{fields: linkFields(false), atLeastOne: true}
	oneStepLinkSchema = object{fields: append(createFields[:len(createFields):len(createFields)], field{"settings", linkSchema, true})}
)

// linkRoutes are the routes of a payment link and its public page.
func (g *gerencianet) linkRoutes() []route {
	return []route{
		{method: "POST", path: "/v1/charge/:id/link", handle: g.withCharge(g.defineLink)},
		{method: "PUT", path: "/v1/charge/:id/link", handle: g.withCharge(g.updateLink)},
		{method: "POST", path: "/v1/charge/:id/link/resend", handle: g.withCharge(g.resendLink)},
		{method: "GET", path: "/pagamento/style.css", handle: billetStyle, open: true},
		{method: "GET", path: "/pagamento/:key", handle: g.linkPage, open: true},
		{method: "POST", path: "/pagamento/:key", handle: g.payLink, open: true},
	}
}

// createOneStepLink is POST /v1/charge/one-step/link. Nothing is created when
// the settings are refused.
func (g *gerencianet) createOneStepLink(e *exchange) answer {
	var body struct {
		chargeRequest
		Settings linkSettings `json:"settings"`
	}
	if refused := decode(e.body, oneStepLinkSchema, &body); refused != nil {
		return *refused
	}
	if refused := checkTotal(body.chargeRequest); refused != nil {
		return *refused
	}
	if refused := g.checkLink("/settings", totalOf(body.chargeRequest), body.Settings); refused != nil {
		return *refused
	}
	c := g.newCharge(e.account, body.chargeRequest)
	g.applyLink(c, body.Settings)
	return success(c.showLink(e))
}

// defineLink is POST /v1/charge/:id/link, the second of two steps.
func (g *gerencianet) defineLink(e *exchange, c *charge) answer {
	var body linkSettings
	if refused := decode(e.body, linkSchema, &body); refused != nil {
		return *refused
	}
	switch {
	case c.Link != nil:
		return refusedState(codeLinkAlready, "O link de pagamento desta transação já foi definido.")
	case c.Method != "":
		return refusedState(codeMethodAlready, "A forma de pagamento desta transação já foi definida.")
	case c.Status != statusNew:
		return refusedState(codeNotInStatus, "Apenas transações com status [new] podem receber um link de pagamento.")
	}
	if refused := g.checkLink("", c.Total, body); refused != nil {
		return *refused
	}
	g.applyLink(c, body)
	return success(c.showLink(e))
}

// updateLink is PUT /v1/charge/:id/link. It answers the whole link, as the
// newest schemas want; older documents show an answer without data.
func (g *gerencianet) updateLink(e *exchange, c *charge) answer {
	if c.Link == nil || c.Status != statusLink {
		return linkNotOpen()
	}
	body := c.Link.settings()
	if refused := decode(e.body, linkUpdateSchema, &body); refused != nil {
		return *refused
	}
	if refused := g.checkLink("", c.Total, body); refused != nil {
		return *refused
	}
	c.Link.apply(body)
	c.ExpireAt = body.ExpireAt
	c.History = append(c.History, historyLine{"Link de pagamento alterado", g.sandbox.clock.stamp()})
	g.saveCharge(c)
	return success(c.showLink(e))
}

// resendLink is POST /v1/charge/:id/link/resend. The e-mail is only noted.
func (g *gerencianet) resendLink(e *exchange, c *charge) answer {
	email, refused := readEmail(e)
	if refused != nil {
		return *refused
	}
	if c.Link == nil || c.Status != statusLink {
		return linkNotOpen()
	}
	g.noteEmail(c, "Link de pagamento reenviado para ", email)
	return success(nil)
}

// linkNotOpen refuses what only an unpaid link allows.
func linkNotOpen() answer {
	return refusedState(codeNotInStatus, "Apenas transações com status [link] permitem esta operação.")
}

// checkLink refuses settings for reasons that no schema can see.
func (g *gerencianet) checkLink(property string, total int64, s linkSettings) *answer {
	if refused := g.checkDueDate(property+"/expire_at", s.ExpireAt); refused != nil {
		return refused
	}
	if refused := g.checkConditionalDate(property+"/conditional_discount/until_date", s.ConditionalDiscount, s.ExpireAt); refused != nil {
		return refused
	}
	billet := total - valueOf(s.BilletDiscount)
	name := ""
	switch {
	case billet < minimumCents:
		name = "/billet_discount"
	case total-valueOf(s.CardDiscount) < minimumCents:
		name = "/card_discount"
	case billet-s.ConditionalDiscount.of(billet) < minimumCents:
		name = "/conditional_discount"
	default:
		return nil
	}
	refused := refusedProperty(codeBelowAfterTerms, property+name, "O valor após o desconto deve ser igual ou superior a R$ 5,00.")
	return &refused
}

// valueOf is an amount that may be missing.
func valueOf(cents *int64) int64 {
	if cents == nil {
		return 0
	}
	return *cents
}

// applyLink gives a new charge its link.
func (g *gerencianet) applyLink(c *charge, s linkSettings) {
	c.Link = &paymentLink{Key: randomHex(16)}
	c.Link.apply(s)
	c.ExpireAt, c.ListedAt = s.ExpireAt, g.listedFrom()
	g.linksByKey[c.Link.Key] = c
	g.move(c, change{to: statusLink})
	g.save(c)
}

// apply takes the settings over.
func (l *paymentLink) apply(s linkSettings) {
	l.BilletDiscount, l.CardDiscount, l.ConditionalDiscount = s.BilletDiscount, s.CardDiscount, s.ConditionalDiscount
	l.Message, l.ExpireAt = s.Message, s.ExpireAt
	l.RequestDeliveryAddress, l.PaymentMethod = s.RequestDeliveryAddress, s.PaymentMethod
}

// settings is what a change starts from. It shares nothing that decoding could
// write through to: the change may still be refused.
func (l *paymentLink) settings() linkSettings {
	s := linkSettings{
		Message: copied(l.Message), BilletDiscount: copied(l.BilletDiscount), CardDiscount: copied(l.CardDiscount),
		ConditionalDiscount: copied(l.ConditionalDiscount), ExpireAt: l.ExpireAt,
		RequestDeliveryAddress: l.RequestDeliveryAddress, PaymentMethod: l.PaymentMethod,
	}
	return s
}

// copied is another pointer to the same value.
func copied[T any](value *T) *T {
	if value == nil {
		return nil
	}
	another := *value
	return &another
}

// accepts says whether the link may be paid by a method.
func (l *paymentLink) accepts(method string) bool {
	return method == l.PaymentMethod || l.PaymentMethod == methodAll && (method == methodBillet || method == methodCard)
}

// wire is the link inside the answers of GET and of the list.
func (l *paymentLink) wire(e *exchange) map[string]any {
	row := map[string]any{
		"billet_discount": l.BilletDiscount, "card_discount": l.CardDiscount,
		"conditional_discount_value": nil, "conditional_discount_type": nil, "conditional_discount_date": nil,
		"message": l.Message, "expire_at": l.ExpireAt, "request_delivery_address": l.RequestDeliveryAddress,
		"payment_method": l.PaymentMethod, "payment_url": e.publicURL + "/pagamento/" + l.Key,
	}
	if d := l.ConditionalDiscount; d != nil {
		row["conditional_discount_value"], row["conditional_discount_type"] = d.Value, d.Type
		row["conditional_discount_date"] = d.UntilDate
	}
	return row
}

// showLink is the answer of the link routes.
func (c *charge) showLink(e *exchange) map[string]any {
	data := c.Link.wire(e)
	data["charge_id"], data["status"], data["total"] = c.ID, c.Status, c.Total
	data["custom_id"], data["created_at"] = c.CustomID, c.CreatedAt
	return data
}

// valueOn is what the link costs by a method on a day.
func (l *paymentLink) valueOn(total int64, method, day string) int64 {
	if method == methodCard {
		return total - valueOf(l.CardDiscount)
	}
	value := total - valueOf(l.BilletDiscount)
	if d := l.ConditionalDiscount; d != nil && day <= d.UntilDate {
		value -= d.of(value)
	}
	return value
}

// linkCardAddress is where the cards live that pay on the page of a link,
// which does not ask for it.
var linkCardAddress = map[string]any{
	"street": "Rua do Teste", "number": "10", "complement": nil, "neighborhood": "Centro",
	"zipcode": "35400000", "city": "Ouro Preto", "state": "MG",
}

// choose gives a link charge the method that the payer has taken.
func (g *gerencianet) choose(c *charge, method string, payer *customer) {
	c.Method, c.MethodAt, c.Message = method, g.sandbox.clock.stamp(), c.Link.Message
	c.Customer = cmp.Or(payer, c.Customer)
	if method == methodCard {
		c.Total -= valueOf(c.Link.CardDiscount)
		c.Card = &card{Mask: defaultMask, Installments: 1, InstallmentValue: c.Total, Address: maps.Clone(linkCardAddress)}
		return
	}
	c.Total -= valueOf(c.Link.BilletDiscount)
	c.Billet = &billet{Key: randomHex(16), ConditionalDiscount: c.Link.ConditionalDiscount}
	g.printBillet(c)
}
