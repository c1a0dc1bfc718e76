package sandbox

import (
	"fmt"
	"strings"
)

// defaultWriteOffDays is the account's own days_to_write_off, and the most
// that a charge may ask for.
const defaultWriteOffDays = 120

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

	// image is the drawn Pix code, or "" until somebody wants it.
	image string
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

// openBillet says whether the charge is a boleto, or a carnê's, that may still
// be paid.
func (c *charge) openBillet() bool {
	return c.Billet != nil && (c.Status == statusWaiting || c.Status == statusUnpaid)
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
	if refused := g.checkConditionalDate(property+"/conditional_discount/until_date", b.ConditionalDiscount, b.ExpireAt); refused != nil {
		return refused
	}
	value := total - b.Discount.of(total)
	if value-b.ConditionalDiscount.of(value) < minimumCents {
		refused := refusedProperty(codeBelowAfterTerms, property+"/discount", "O valor após o desconto deve ser igual ou superior a R$ 5,00.")
		return &refused
	}
	return g.checkIdentical(account, b.Customer.flat().document(), value, b.ExpireAt)
}

// checkConditionalDate refuses a conditional discount that nobody could use,
// or that would outlive the due date.
func (g *gerencianet) checkConditionalDate(property string, d *discount, expireAt string) *answer {
	if d == nil || d.UntilDate <= expireAt && d.UntilDate >= g.sandbox.clock.today() {
		return nil
	}
	refused := refusedProperty(codeDiscountDate, property, "A data do desconto condicional deve estar entre hoje e o vencimento.")
	return &refused
}

// checkIdentical refuses the fourth charge that the provider would take for
// the same one. Earlier ones count in any status.
func (g *gerencianet) checkIdentical(account, document string, value int64, day string) *answer {
	if !g.settings.IdenticalGuard || g.identities[identityOf(account, document, value, day)] < 3 {
		return nil
	}
	refused := refusedState(codeIdentical, "Já foram emitidas três cobranças idênticas: mesmo cliente, valor e vencimento.")
	return &refused
}

// identityOf is what identical charges have in common.
func identityOf(account, document string, value int64, day string) string {
	return fmt.Sprintf("%s %s %d %s", account, document, value, day)
}

// checkDueDate refuses a due date that has passed.
func (g *gerencianet) checkDueDate(property, day string) *answer {
	if day >= g.sandbox.clock.today() {
		return nil
	}
	refused := refusedProperty(codeDueDatePast, property, "A data de vencimento deve ser igual ou posterior à data atual.")
	return &refused
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
	c.Billet.image = ""
	g.indexBillet(c)
}

// indexBillet makes a boleto known by its key and counts it among its equals.
func (g *gerencianet) indexBillet(c *charge) {
	g.billetsByKey[c.Billet.Key] = c
	if c.identity != "" {
		g.identities[c.identity]--
	}
	c.identity = identityOf(c.Account, c.Customer.document(), c.Total, c.ExpireAt)
	g.identities[c.identity]++
}

// pixImage draws the Pix code once: lists show it again and again.
func (b *billet) pixImage() string {
	if b.image == "" {
		b.image = qrImage(b.Pix)
	}
	return b.image
}

// showBillet is the boleto in the answers of pay and of get.
func (g *gerencianet) showBillet(e *exchange, c *charge) map[string]any {
	page := e.publicURL + "/boleto/" + c.Billet.Key
	data := map[string]any{
		"barcode": c.Billet.Digits, "link": page, "billet_link": page,
		"pdf": map[string]any{"charge": page + "/boleto.pdf"}, "expire_at": c.ExpireAt,
	}
	if c.Billet.Pix != "" {
		data["pix"] = map[string]any{"qrcode": c.Billet.Pix, "qrcode_image": c.Billet.pixImage()}
	}
	if terms := c.Billet.configurations(); len(terms) > 0 {
		data["configurations"] = terms
	}
	return data
}

// configurations are the late payment terms, if any were given.
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
	if len(terms) > 0 {
		terms["days_to_write_off"] = b.writeOffDays()
	}
	return terms
}

// writeOffDays are the days after the due date in which the registry accepts
// a payment: those of the charge, or the account's.
func (b *billet) writeOffDays() int64 {
	if b.DaysToWriteOff != nil {
		return *b.DaysToWriteOff
	}
	return defaultWriteOffDays
}

// updateBillet is PUT /v1/charge/:id/billet: another due date. The codes
// change with it, and an overdue boleto waits again.
func (g *gerencianet) updateBillet(e *exchange, c *charge) answer {
	day, refused := g.readDueDate(e)
	if refused == nil && c.Method != methodBillet {
		return refusedState(codeNotBillet, "A transação não é um boleto.")
	}
	if refused == nil {
		refused = g.checkNewDueDate(c, "/expire_at", day)
	}
	if refused != nil {
		return *refused
	}
	g.changeDueDate(c, day)
	return success(nil)
}

// readDueDate reads the body of a change of the due date.
func (g *gerencianet) readDueDate(e *exchange) (string, *answer) {
	var body struct {
		ExpireAt string `json:"expire_at"`
	}
	rules := object{fields: []field{{"expire_at", date{}, true}}}
	refused := decode(e.body, rules, &body)
	return body.ExpireAt, refused
}

// checkNewDueDate refuses a change that the status or the calendar forbids.
func (g *gerencianet) checkNewDueDate(c *charge, property, day string) *answer {
	if !c.openBillet() {
		refused := refusedState(codeNotUpdatable, "Apenas transações com status [waiting] ou [unpaid] podem ser alteradas.")
		return &refused
	}
	return g.checkDueDate(property, day)
}

// changeDueDate prints the boleto again. An overdue one waits again.
func (g *gerencianet) changeDueDate(c *charge, day string) {
	c.ExpireAt = day
	g.printBillet(c)
	if c.Status == statusUnpaid {
		g.move(c, change{to: statusWaiting})
	}
	g.save(c)
}

// resendBillet is POST /v1/charge/:id/billet/resend. The e-mail is only noted.
func (g *gerencianet) resendBillet(e *exchange, c *charge) answer {
	email, refused := readEmail(e)
	if refused != nil {
		return *refused
	}
	if c.Method != methodBillet {
		return refusedState(codeNotBillet, "A transação não é um boleto.")
	}
	if !c.openBillet() {
		return refusedState(codeNotResendable, "Apenas transações com status [waiting] ou [unpaid] podem ser reenviadas.")
	}
	g.noteEmail(c, "Boleto reenviado para ", email)
	return success(nil)
}

// expireOverdue turns into unpaid every boleto whose due date is a calendar
// day ago or more, and ends the links that are past theirs.
func (g *gerencianet) expireOverdue() {
	today := g.sandbox.clock.today()
	told := map[string]*notification{} // a carnê's log is saved once for all of its parcels
	for _, id := range g.chargeIDs {
		c := g.charges[id]
		status := ""
		switch {
		case c.ExpireAt == "" || c.ExpireAt >= today:
		case c.Billet != nil && c.Status == statusWaiting:
			status = statusUnpaid
		case c.Link != nil && c.Status == statusLink:
			status = statusExpired
		}
		if status != "" {
			g.move(c, change{to: status})
			g.saveCharge(c)
			told[c.Token] = g.notifications[c.Token]
		}
	}
	for _, token := range sortedKeys(told) {
		g.saveNotification(told[token])
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
	return c.Billet != nil && int64(daysBetween(c.ExpireAt, day)) > c.Billet.writeOffDays()
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
