package sandbox

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// card is what is kept of a card payment: never the card.
type card struct {
	Mask             string         `json:"mask"`
	Installments     int64          `json:"installments"`
	InstallmentValue int64          `json:"installmentValue"`
	Interest         int64          `json:"interest"`
	Address          map[string]any `json:"address"`
	Refusal          *cardRefusal   `json:"refusal"`
}

// cardRefusal says why a card was not accepted, and whether another attempt
// may be made.
type cardRefusal struct {
	Reason string `json:"reason"`
	Retry  bool   `json:"retry"`
}

// The reasons of a refusal.
const (
	refusedByOperator = "Cartão recusado pela operadora."
	refusedForFraud   = "Pagamento recusado por suspeita de fraude."
)

// wire is the card in the answer of GET.
func (c *card) wire() map[string]any {
	row := map[string]any{"mask": c.Mask, "installments": c.Installments, "installment_value": c.InstallmentValue}
	if c.Interest > 0 {
		row["interest"] = c.Interest
	}
	if c.Address != nil {
		row["address"] = c.Address
	}
	return row
}

// cardRoutes are the routes that only a card has.
func (g *gerencianet) cardRoutes() []route {
	return []route{
		{method: "GET", path: "/v1/installments", handle: g.listInstallments},
		{method: "POST", path: "/v1/charge/:id/retry", handle: g.withCharge(g.retryCard)},
		{method: "POST", path: "/v1/charge/card/:id/refund", handle: g.withCharge(g.refundCard)},
	}
}

// checkCard refuses a card payment for reasons that no schema can see.
func (g *gerencianet) checkCard(total int64, c *cardRequest) *answer {
	const property = "/payment/credit_card"
	if refused := g.checkCustomer(property+"/customer", c.Customer); refused != nil {
		return refused
	}
	if refused := g.checkPaymentToken(c.PaymentToken); refused != nil {
		return refused
	}
	value := total - c.Discount.of(total)
	if value >= minimumCents*max(c.Installments, 1) {
		return nil
	}
	code, name := codeBelowAfterTerms, "/discount"
	if c.Installments > 1 {
		code, name = codeBelowMinimum, "/installments"
	}
	refused := refusedProperty(code, property+name, "O valor de cada parcela deve ser igual ou superior a R$ 5,00.")
	return &refused
}

// applyCard gives a charge its card and charges it at once, as the test
// environment does.
func (g *gerencianet) applyCard(c *charge, request *cardRequest) map[string]any {
	c.Method, c.Customer, c.Message = methodCard, request.Customer.flat(), request.Message
	c.Total -= request.Discount.of(c.Total)
	return g.useCard(c, request)
}

// useCard asks for the money. What comes of it is the last digit of the token:
// 0 is refused and may be tried again, 1 is refused for good, 2 stays in
// analysis until the control API decides, and everything else is approved.
func (g *gerencianet) useCard(c *charge, request *cardRequest) map[string]any {
	installments := cmp.Or(request.Installments, 1)
	value, interest := g.installment(c.Total, installments)
	c.Card = &card{
		Mask: g.spendPaymentToken(request.PaymentToken), Installments: installments, InstallmentValue: value,
		Interest: interest, Address: billingAddress(wholeAddress(request.BillingAddress), c.Customer),
	}
	g.move(c, change{to: statusWaiting})
	status := c.Status
	switch {
	case strings.HasSuffix(request.PaymentToken, "0"):
		g.refuseCard(c, cardRefusal{refusedByOperator, true}, false)
		status = c.Status
	case strings.HasSuffix(request.PaymentToken, "1"):
		g.refuseCard(c, cardRefusal{refusedForFraud, false}, false)
		status = c.Status
	case !strings.HasSuffix(request.PaymentToken, "2"):
		g.approveCard(c, false)
		status = statusApproved // it was paid by itself since
	}
	return c.showCard(status)
}

// billingAddress is the billing address, or else the payer's.
func billingAddress(billing map[string]any, payer *customer) map[string]any {
	if billing == nil && payer != nil {
		return payer.Address
	}
	return billing
}

// showCard is the answer of pay, of one-step and of retry.
func (c *charge) showCard(status string) map[string]any {
	data := map[string]any{
		"charge_id": c.ID, "total": c.Total, "payment": methodCard, "status": status,
		"installments": c.Card.Installments, "installment_value": c.Card.InstallmentValue,
	}
	if c.Card.Refusal != nil {
		data["refusal"] = c.Card.Refusal
	}
	return data
}

// refuseCard ends an attempt without money.
func (g *gerencianet) refuseCard(c *charge, why cardRefusal, silent bool) {
	c.Card.Refusal = &why
	g.move(c, change{to: statusUnpaid, silent: silent})
	g.save(c)
}

// approveCard authorises the card, and the money follows by itself.
func (g *gerencianet) approveCard(c *charge, silent bool) {
	c.Card.Refusal = nil
	g.move(c, change{to: statusApproved, silent: silent})
	g.pay(c, c.Total, g.sandbox.clock.today(), "card", silent)
}

// retryCardSchema needs a new token; the rest may stay as it was.
var retryCardSchema = object{fields: []field{{"payment", object{fields: []field{
	{"credit_card", object{fields: []field{
		{"customer", customerSchema, false},
		{"installments", integer{1, 12}, false},
		{"billing_address", addressSchema, false},
		{"payment_token", text{pattern: cardTokenPattern}, true},
		{"message", text{0, 0, messagePattern}, false},
		{"discount", discountSchema, false},
		{"trial_days", naturalInteger, false},
	}}, true},
}}, true}}}

// retryCard is POST /v1/charge/:id/retry: another card for a refused one. The
// value stays; a discount in the body is not deducted once more.
func (g *gerencianet) retryCard(e *exchange, c *charge) answer {
	var body chargeRequest
	if refused := decode(e.body, retryCardSchema, &body); refused != nil {
		return *refused
	}
	if c.Card == nil || c.Status != statusUnpaid || c.Card.Refusal == nil || !c.Card.Refusal.Retry {
		return refusedState(codeNotInStatus, "Apenas transações com cartão recusado, que permitem nova tentativa, podem ser pagas novamente.")
	}
	request := body.Payment.Card
	if refused := g.checkRetry(request); refused != nil {
		return *refused
	}
	request.Installments = cmp.Or(request.Installments, c.Card.Installments)
	if !request.Customer.empty() {
		c.Customer = request.Customer.flat()
	}
	data := g.useCard(c, request)
	g.save(c)
	return success(data)
}

// checkRetry refuses a retry for reasons that no schema can see.
func (g *gerencianet) checkRetry(request *cardRequest) *answer {
	if !request.Customer.empty() {
		if refused := g.checkCustomer("/payment/credit_card/customer", request.Customer); refused != nil {
			return refused
		}
	}
	return g.checkPaymentToken(request.PaymentToken)
}

// refund is money given back to a card.
type refund struct {
	Amount    int64  `json:"amount"`
	CreatedAt string `json:"createdAt"`
}

// refundable is what has not been given back yet, in cents.
func (c *charge) refundable() int64 {
	left := c.PaidValue
	for _, each := range c.Refunds {
		left -= each.Amount
	}
	return left
}

// refundCard is POST /v1/charge/card/:id/refund. Without an amount all that is
// left goes back.
func (g *gerencianet) refundCard(e *exchange, c *charge) answer {
	var body struct {
		Amount *int64 `json:"amount"`
	}
	content := e.body
	if len(strings.TrimSpace(string(content))) == 0 || strings.TrimSpace(string(content)) == "null" {
		content = []byte("{}") // the whole value needs no body
	}
	rules := object{fields: []field{{"amount", positiveInteger, false}}}
	if refused := decode(content, rules, &body); refused != nil {
		return *refused
	}
	if c.Card == nil || c.Status != statusPaid {
		return refusedState(codeNotInStatus, "Apenas transações com cartão e status [paid] podem ser devolvidas.")
	}
	amount := c.refundable()
	if body.Amount != nil && *body.Amount > amount {
		return refusedProperty(codeSchema, "/amount", fmt.Sprintf("O valor %d é maior que o máximo %d.", *body.Amount, amount))
	}
	if body.Amount != nil {
		amount = *body.Amount
	}
	g.giveBack(c, amount, false)
	return jsonAnswer(200, map[string]any{"code": 200, "message": "Devolução de " + reais(amount) + " solicitada."})
}

// giveBack keeps a refund. The charge is refunded when nothing is left of it.
func (g *gerencianet) giveBack(c *charge, amount int64, silent bool) {
	c.Refunds = append(c.Refunds, refund{amount, g.sandbox.clock.stamp()})
	c.History = append(c.History, historyLine{"Devolução de " + reais(amount), g.sandbox.clock.stamp()})
	if c.refundable() <= 0 {
		g.move(c, change{to: statusRefunded, silent: silent})
	}
	g.save(c)
}

// installmentInterest is the monthly interest of a card's instalments, in
// hundredths of a percent.
const installmentInterest = 199

// installment is the value of one of several instalments, in cents, and the
// interest in it. The charge's own total stays what the seller receives.
func (g *gerencianet) installment(total, count int64) (value, interest int64) {
	from := g.settings.InstallmentInterestFrom
	if from == 0 || count < from || count == 1 {
		return total / count, 0
	}
	rate := float64(installmentInterest) / 10000
	return int64(math.Round(float64(total) * rate / (1 - math.Pow(1+rate, -float64(count))))), installmentInterest
}

// listInstallments is GET /v1/installments: up to twelve.
func (g *gerencianet) listInstallments(e *exchange) answer {
	query := e.request.URL.Query()
	total, err := strconv.ParseInt(query.Get("total"), 10, 64)
	if err != nil || total < minimumCents {
		return refusedProperty(codeSchema, "/total", fmt.Sprintf("O valor mínimo é %d.", minimumCents))
	}
	brand := query.Get("brand")
	if broken := cardBrands.check("/brand", brand); broken != nil {
		return refusedProperty(codeSchema, broken.Property, broken.Message)
	}
	return success(map[string]any{"rate": 0, "name": brand, "installments": g.installmentPlan(total)})
}

// cardBrands are the brands of cards that the provider knows.
var cardBrands = choice{"visa", "mastercard", "amex", "elo", "hipercard"}

// installmentPlan divides a total while every part is worth the minimum.
func (g *gerencianet) installmentPlan(total int64) []map[string]any {
	plan := []map[string]any{}
	for count := int64(1); count <= 12 && total/count >= minimumCents; count++ {
		value, interest := g.installment(total, count)
		if interest == 0 {
			value = divideRounded(total, count)
		}
		plan = append(plan, map[string]any{
			"installment": count, "has_interest": interest > 0, "value": value,
			"currency": strings.TrimPrefix(reais(value), "R$ "), "interest_percentage": interest,
		})
	}
	return plan
}
