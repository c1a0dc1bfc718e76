package sandbox

import (
	"fmt"
	"strings"
)

// billet is the boleto of a charge.
type billet struct {
	// Key is the unguessable part of the public links.
	Key                 string    `json:"key"`
	Barcode             string    `json:"barcode"`
	Digits              string    `json:"digits"`
	Pix                 string    `json:"pix"`
	Discount            *discount `json:"discount"`
	ConditionalDiscount *discount `json:"conditionalDiscount"`
	DaysToWriteOff      *int64    `json:"daysToWriteOff"`
	Fine                *int64    `json:"fine"`
	Interest            *interest `json:"interest"`
}

// billetRoutes are the routes that only a boleto has, and its public pages.
func (g *gerencianet) billetRoutes() []route {
	return []route{
		{method: "PUT", path: "/v1/charge/:id/billet", handle: g.withCharge(g.updateBillet)},
		{method: "POST", path: "/v1/charge/:id/billet/resend", handle: g.withCharge(g.resendBillet)},
		{method: "GET", path: "/boleto/style.css", handle: billetStyle, open: true},
		{method: "GET", path: "/boleto/:key", handle: g.billetPage, open: true},
		{method: "GET", path: "/boleto/:key/boleto.pdf", handle: g.billetPDF, open: true},
	}
}

// openBillet says whether the charge is a boleto that may still be paid.
func (c *charge) openBillet() bool {
	return c.Method == methodBillet && (c.Status == statusWaiting || c.Status == statusUnpaid)
}

// checkBillet refuses a boleto for reasons that no schema can see.
func (g *gerencianet) checkBillet(account string, total int64, b *billetRequest) *answer {
	const property = "/payment/banking_billet"
	if refused := g.checkCustomer(property+"/customer", b.Customer); refused != nil {
		return refused
	}
	if refused := g.checkDueDate(property+"/expire_at", b.ExpireAt); refused != nil {
		return refused
	}
	var refused answer
	value := total - b.Discount.of(total)
	conditional := b.ConditionalDiscount
	switch {
	case value-conditional.of(value) < minimumCents:
		refused = refusedProperty(codeBelowAfterTerms, property+"/discount", "O valor após o desconto deve ser igual ou superior a R$ 5,00.")
	case conditional != nil && (conditional.UntilDate > b.ExpireAt || conditional.UntilDate < g.sandbox.clock.today()):
		refused = refusedProperty(codeDiscountDate, property+"/conditional_discount/until_date",
			"A data do desconto condicional deve estar entre hoje e o vencimento.")
	case g.settings.IdenticalGuard && g.identical(account, b.Customer.flat().document(), value, b.ExpireAt) >= 3:
		refused = refusedState(codeIdentical, "Já foram emitidas três cobranças idênticas: mesmo cliente, valor e vencimento.")
	default:
		return nil
	}
	return &refused
}

// checkDueDate refuses a due date that has passed.
func (g *gerencianet) checkDueDate(property, day string) *answer {
	if day >= g.sandbox.clock.today() {
		return nil
	}
	refused := refusedProperty(codeDueDatePast, property, "A data de vencimento deve ser igual ou posterior à data atual.")
	return &refused
}

// identical counts the account's boletos, of any status, that the provider
// would take for the same one.
func (g *gerencianet) identical(account, document string, value int64, day string) int {
	count := 0
	for _, c := range g.charges {
		if c.Method == methodBillet && c.Account == account && c.Total == value &&
			c.ExpireAt == day && c.Customer.document() == document {
			count++
		}
	}
	return count
}

// applyBillet turns a new charge into a waiting boleto. The unconditional
// discount is deducted at once.
func (g *gerencianet) applyBillet(e *exchange, c *charge, b *billetRequest) map[string]any {
	c.Method, c.ExpireAt, c.Customer, c.Message = methodBillet, b.ExpireAt, b.Customer.flat(), b.Message
	c.Billet = &billet{
		Key: randomHex(16), Discount: b.Discount, ConditionalDiscount: b.ConditionalDiscount,
	}
	if b.Configurations != nil {
		c.Billet.DaysToWriteOff = b.Configurations.DaysToWriteOff
		c.Billet.Fine, c.Billet.Interest = b.Configurations.Fine, b.Configurations.Interest
	}
	c.Total -= b.Discount.of(c.Total)
	g.printBillet(c)
	g.move(c, change{to: statusWaiting})
	data := g.showBillet(e, c)
	data["charge_id"], data["total"], data["status"], data["payment"] = c.ID, c.Total, c.Status, methodBillet
	return data
}

// printBillet makes the codes for the present value and due date.
func (g *gerencianet) printBillet(c *charge) {
	c.Billet.Barcode = barcode(c.ID, c.Total, c.ExpireAt)
	c.Billet.Digits = typeableLine(c.Billet.Barcode)
	if g.settings.ZeroLines {
		c.Billet.Digits = zeroLine
	}
	c.Billet.Pix = ""
	if g.settings.Bolix {
		c.Billet.Pix = brCode(c.Billet.Key, c.Total)
	}
}

// showBillet is the boleto in the answers of pay and of get.
func (g *gerencianet) showBillet(e *exchange, c *charge) map[string]any {
	page := e.publicURL + "/boleto/" + c.Billet.Key
	data := map[string]any{
		"barcode": c.Billet.Digits, "link": page, "billet_link": page,
		"pdf": map[string]any{"charge": page + "/boleto.pdf"}, "expire_at": c.ExpireAt,
	}
	if c.Billet.Pix != "" {
		data["pix"] = map[string]any{"qrcode": c.Billet.Pix, "qrcode_image": qrImage(c.Billet.Pix)}
	}
	if terms := c.Billet.configurations(); len(terms) > 0 {
		data["configurations"] = terms
	}
	return data
}

// configurations are the late payment terms that were given.
func (b *billet) configurations() map[string]any {
	terms := map[string]any{}
	if b.DaysToWriteOff != nil {
		terms["days_to_write_off"] = *b.DaysToWriteOff
	}
	if b.Fine != nil {
		terms["fine"] = *b.Fine
	}
	if b.Interest != nil {
		terms["interest_type"], terms["interest"] = b.Interest.Type, b.Interest.Value
	}
	return terms
}

// updateBillet is PUT /v1/charge/:id/billet: another due date. The codes
// change with it, and an overdue boleto waits again.
func (g *gerencianet) updateBillet(e *exchange, c *charge) answer {
	var body struct {
		ExpireAt string `json:"expire_at"`
	}
	rules := object{fields: []field{{"expire_at", date{}, true}}}
	if refused := decode(e.body, rules, &body); refused != nil {
		return *refused
	}
	if c.Method != methodBillet {
		return refusedState(codeNotBillet, "A transação não é um boleto.")
	}
	if !c.openBillet() {
		return refusedState(codeNotUpdatable, "Apenas transações com status [waiting] ou [unpaid] podem ser alteradas.")
	}
	if refused := g.checkDueDate("/expire_at", body.ExpireAt); refused != nil {
		return *refused
	}
	c.ExpireAt = body.ExpireAt
	g.printBillet(c)
	if c.Status == statusUnpaid {
		g.move(c, change{to: statusWaiting})
	}
	g.save(c)
	return success(nil)
}

// resendBillet is POST /v1/charge/:id/billet/resend. The e-mail is only noted.
func (g *gerencianet) resendBillet(e *exchange, c *charge) answer {
	var body struct {
		Email string `json:"email"`
	}
	rules := object{fields: []field{{"email", text{1, 255, emailPattern}, true}}}
	if refused := decode(e.body, rules, &body); refused != nil {
		return *refused
	}
	if c.Method != methodBillet {
		return refusedState(codeNotBillet, "A transação não é um boleto.")
	}
	if !c.openBillet() {
		return refusedState(codeNotResendable, "Apenas transações com status [waiting] ou [unpaid] podem ser reenviadas.")
	}
	c.Emails = append(c.Emails, body.Email)
	c.History = append(c.History, historyLine{"Boleto reenviado para " + body.Email, g.sandbox.clock.stamp()})
	g.save(c)
	return success(nil)
}

// expireOverdue turns into unpaid every boleto whose due date is a calendar
// day ago or more.
func (g *gerencianet) expireOverdue() {
	today := g.sandbox.clock.today()
	for _, id := range sortedIDs(g.charges) {
		c := g.charges[id]
		if c.Method == methodBillet && c.Status == statusWaiting && c.ExpireAt < today {
			g.move(c, change{to: statusUnpaid})
			g.save(c)
		}
	}
}

// valueOn is what a payer owes on a day: the face value with fine and
// interest after the due date, or less the conditional discount before its
// end. Fine and monthly interest are in hundredths of a percent, daily
// interest in thousandths (gerencianet.md, 2.3).
func (c *charge) valueOn(day string) int64 {
	if c.Billet == nil {
		return c.Total
	}
	late := int64(daysBetween(c.ExpireAt, day))
	if late <= 0 {
		if d := c.Billet.ConditionalDiscount; d != nil && day <= d.UntilDate {
			return c.Total - d.of(c.Total)
		}
		return c.Total
	}
	return c.Total + c.Billet.lateCharges(c.Total, late)
}

// lateCharges are fine and interest after a number of days.
func (b *billet) lateCharges(cents, days int64) int64 {
	extra := int64(0)
	if b.Fine != nil {
		extra += divideRounded(cents**b.Fine, 10000)
	}
	switch {
	case b.Interest == nil:
	case b.Interest.Type == "monthly":
		extra += divideRounded(cents*b.Interest.Value*days, 10000*30)
	default:
		extra += divideRounded(cents*b.Interest.Value*days, 100000)
	}
	return extra
}

// droppedOn says whether the registry no longer accepts a payment on a day.
func (c *charge) droppedOn(day string) bool {
	return c.Billet != nil && c.Billet.DaysToWriteOff != nil &&
		int64(daysBetween(c.ExpireAt, day)) > *c.Billet.DaysToWriteOff
}

// reais prints cents the Brazilian way.
func reais(cents int64) string {
	whole := fmt.Sprintf("%d", cents/100)
	var grouped strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			grouped.WriteByte('.')
		}
		grouped.WriteRune(digit)
	}
	return fmt.Sprintf("R$ %s,%02d", grouped.String(), cents%100)
}
