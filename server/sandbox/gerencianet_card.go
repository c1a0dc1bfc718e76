package sandbox

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// card is what is kept of a card payment: never the card.
type card struct {
	Mask             string       `json:"mask"`
	Installments     int64        `json:"installments"`
	InstallmentValue int64        `json:"installmentValue"`
	Refusal          *cardRefusal `json:"refusal"`
}

// cardRefusal says why a card was not accepted.
type cardRefusal struct {
	Reason string `json:"reason"`
	Retry  bool   `json:"retry"`
}

// wire is the card in the answer of GET.
func (c *card) wire() map[string]any {
	return map[string]any{"mask": c.Mask, "installments": c.Installments, "installment_value": c.InstallmentValue}
}

// cardRoutes are the routes that only a card has.
func (g *gerencianet) cardRoutes() []route {
	return []route{{method: "GET", path: "/v1/installments", handle: g.listInstallments}}
}

// checkCard refuses a card payment for reasons that no schema can see.
func (g *gerencianet) checkCard(total int64, c *cardRequest) *answer {
	const property = "/payment/credit_card"
	if refused := g.checkCustomer(property+"/customer", c.Customer); refused != nil {
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

// applyCard charges the card at once, as the test environment does: approved
// and then paid, or refused when the token ends in 0.
func (g *gerencianet) applyCard(c *charge, request *cardRequest) map[string]any {
	installments := cmp.Or(request.Installments, 1)
	c.Method, c.Customer, c.Message = methodCard, request.Customer.flat(), request.Message
	c.Total -= request.Discount.of(c.Total)
	c.Card = &card{Mask: "XXXXXXXXXXXX1111", Installments: installments, InstallmentValue: c.Total / installments}
	data := map[string]any{
		"charge_id": c.ID, "total": c.Total, "payment": methodCard,
		"installments": installments, "installment_value": c.Card.InstallmentValue,
	}
	g.move(c, change{to: statusWaiting})
	if strings.HasSuffix(request.PaymentToken, "0") {
		c.Card.Refusal = &cardRefusal{Reason: "Cartão recusado pela operadora.", Retry: true}
		g.move(c, change{to: statusUnpaid})
		data["status"], data["refusal"] = c.Status, c.Card.Refusal
		return data
	}
	g.move(c, change{to: statusApproved})
	data["status"] = c.Status
	g.pay(c, c.Total, g.sandbox.clock.today(), "card", false)
	return data
}

// listInstallments is GET /v1/installments: up to twelve without interest.
func (g *gerencianet) listInstallments(e *exchange) answer {
	query := e.request.URL.Query()
	total, err := strconv.ParseInt(query.Get("total"), 10, 64)
	if err != nil || total < minimumCents {
		return refusedProperty(codeSchema, "/total", fmt.Sprintf("O valor mínimo é %d.", minimumCents))
	}
	brand := query.Get("brand")
	brands := choice{"visa", "mastercard", "amex", "elo", "hipercard"}
	if broken := brands.check("/brand", brand); broken != nil {
		return refusedProperty(codeSchema, broken.Property, broken.Message)
	}
	return success(map[string]any{"rate": 0, "name": brand, "installments": installmentPlan(total)})
}

// installmentPlan divides a total while every part is worth the minimum.
func installmentPlan(total int64) []map[string]any {
	plan := []map[string]any{}
	for count := int64(1); count <= 12 && total/count >= minimumCents; count++ {
		value := divideRounded(total, count)
		plan = append(plan, map[string]any{
			"installment": count, "has_interest": false, "value": value,
			"currency": strings.TrimPrefix(reais(value), "R$ "), "interest_percentage": 0,
		})
	}
	return plan
}
