package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// payerBank is the ISPB of the payer's bank in end-to-end ids; it is invented.
const payerBank = "99999004"

// Statuses of a refund.
const (
	refundPending = "EM_PROCESSAMENTO"
	refundDone    = "DEVOLVIDO"
	refundFailed  = "NAO_REALIZADO"
)

// receivedPix is one payment that came in.
type receivedPix struct {
	E2EID     string       `json:"e2eId"`
	TxID      string       `json:"txid"`
	Key       string       `json:"key"`
	Value     int64        `json:"value"`
	Fee       int64        `json:"fee"`
	At        time.Time    `json:"at"`
	PayerInfo string       `json:"payerInfo,omitempty"`
	Refunds   []*pixRefund `json:"refunds"`
}

// pixRefund is one return of a received Pix, or of a part of it.
type pixRefund struct {
	ID          string     `json:"id"`
	RtrID       string     `json:"rtrId"`
	Value       int64      `json:"value"`
	Status      string     `json:"status"`
	Reason      string     `json:"reason,omitempty"`
	RequestedAt time.Time  `json:"requestedAt"`
	SettledAt   *time.Time `json:"settledAt,omitempty"`
}

// receivedRoutes are the routes of received Pix and their refunds.
func (p *pix) receivedRoutes() []route {
	const refundPath = "/v2/pix/:e2eId/devolucao/:id"
	return []route{
		{method: "GET", path: "/v2/pix/:e2eId", handle: p.showReceived},
		{method: "GET", path: "/v2/pix", handle: p.listReceived},
		{method: "PUT", path: refundPath, handle: p.createRefund},
		{method: "GET", path: refundPath, handle: p.showRefund},
	}
}

// payment is what a payer does.
type payment struct {
	cents  int64
	e2eID  string
	notify bool
}

// receivePix concludes a charge.
func (p *pix) receivePix(c *pixCharge, paid payment) *receivedPix {
	now := p.pixNow()
	if paid.e2eID == "" {
		paid.e2eID = pixID("E", now)
	}
	received := &receivedPix{
		E2EID: paid.e2eID, TxID: c.TxID, Key: c.terms().Key, Value: paid.cents, Fee: p.settings.FeeCents,
		At: now, PayerInfo: "Pagamento de teste", Refunds: []*pixRefund{},
	}
	c.Status = pixPaid
	c.Received = append(c.Received, received)
	p.saveCharge(c)
	if paid.notify {
		p.callbacks.schedule(c, received)
	}
	return received
}

// pixID is an end-to-end id: a letter, a bank, a minute of UTC and eleven
// characters.
func pixID(letter string, at time.Time) string {
	return letter + payerBank + at.UTC().Format("200601021504") + randomHex(6)[:11]
}

// received finds a payment of an account by its end-to-end id. No account
// means any; an id is there once.
func (p *pix) received(account, e2eID string) (*pixCharge, *receivedPix) {
	for _, c := range p.charges {
		if account != "" && c.Account != account {
			continue
		}
		for _, each := range c.Received {
			if each.E2EID == e2eID {
				return c, each
			}
		}
	}
	return nil, nil
}

func pixNotFound() answer {
	return pixRefusal(http.StatusBadRequest, "pix_nao_encontrado", "Nenhum pix encontrado para o identificador informado")
}

// showReceived is GET /v2/pix/:e2eId.
func (p *pix) showReceived(e *exchange) answer {
	_, received := p.received(e.account, e.params["e2eId"])
	if received == nil {
		return pixNotFound()
	}
	return jsonAnswer(http.StatusOK, p.wireReceived(received))
}

// listReceived is GET /v2/pix.
func (p *pix) listReceived(e *exchange) answer {
	query, refused := parsePixQuery(e, "txid", "txIdPresente", "devolucaoPresente", "cpf", "cnpj")
	if refused != nil {
		return *refused
	}
	found := []*receivedPix{}
	for _, id := range sortedKeys(p.charges) {
		c := p.charges[id]
		if c.Account != e.account || !query.wants(c) {
			continue
		}
		for _, each := range c.Received {
			if query.covers(each.At) && query.wantsReceived(each) {
				found = append(found, each)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *receivedPix) int { return a.At.Compare(b.At) })
	rows := []any{}
	for _, each := range cut(query, found) {
		rows = append(rows, p.wireReceived(each))
	}
	return jsonAnswer(http.StatusOK, map[string]any{"parametros": query.parameters(len(found)), "pix": rows})
}

// wantsReceived applies the filters of the list of payments.
func (q pixQuery) wantsReceived(r *receivedPix) bool {
	return q.accepts("txid", r.TxID) && q.acceptsPresence("txIdPresente", r.TxID != "") &&
		q.acceptsPresence("devolucaoPresente", len(r.Refunds) > 0)
}

// wireReceived is a payment as GET /v2/pix and the callbacks show it.
func (p *pix) wireReceived(r *receivedPix) map[string]any {
	shown := r.wire()
	shown["chave"] = r.Key
	if p.settings.ShowFee {
		shown["gnExtras"] = map[string]any{"tarifa": pixCents(r.Fee)}
	}
	return shown
}

// receivedOf are the payments of a charge. The vendor's schema of the single
// immediate charge has no key in them, and none of a charge has a fee.
func (p *pix) receivedOf(c *pixCharge, view pixView) []any {
	rows := []any{}
	for _, each := range c.Received {
		shown := each.wire()
		if c.Kind == kindCobv || view == asRow {
			shown["chave"] = each.Key
		}
		if p.settings.FeeInCharges {
			shown["gnExtras"] = map[string]any{"tarifa": pixCents(each.Fee)}
		}
		rows = append(rows, shown)
	}
	return rows
}

// wire is what every answer says of a payment.
func (r *receivedPix) wire() map[string]any {
	shown := map[string]any{"endToEndId": r.E2EID, "txid": r.TxID, "valor": pixCents(r.Value), "horario": pixMoment(r.At)}
	if r.PayerInfo != "" {
		shown["infoPagador"] = r.PayerInfo
	}
	if len(r.Refunds) > 0 {
		refunds := []any{}
		for _, each := range r.Refunds {
			refunds = append(refunds, each.wire())
		}
		shown["devolucoes"] = refunds
	}
	return shown
}

// wire is a refund as the API shows it, without the reason of a failure.
func (r *pixRefund) wire() map[string]any {
	times := map[string]any{"solicitacao": pixMoment(r.RequestedAt)}
	if r.SettledAt != nil {
		times["liquidacao"] = pixMoment(*r.SettledAt)
	}
	return map[string]any{"id": r.ID, "rtrId": r.RtrID, "valor": pixCents(r.Value), "horario": times, "status": r.Status}
}

var refundSchema = object{fields: []field{{"valor", pixAmount, true}}}

// createRefund is PUT /v2/pix/:e2eId/devolucao/:id. The id is ours, and a
// second call with it is refused.
func (p *pix) createRefund(e *exchange) answer {
	var body struct {
		Value string `json:"valor"`
	}
	if refused := decodePix(e.body, refundSchema, &body, invalidJSON); refused != nil {
		return *refused
	}
	c, received := p.received(e.account, e.params["e2eId"])
	if received == nil {
		return pixNotFound()
	}
	id, cents := e.params["id"], parsePixCents(body.Value)
	switch {
	case !refundIDPattern.MatchString(id):
		return invalidValue("O campo id deve respeitar o padrão " + refundIDPattern.String())
	case received.refund(id) != nil:
		return pixRefusal(http.StatusConflict, "devolucao_id_duplicado", "O id informado já foi utilizado em outra devolução")
	case cents <= 0:
		return invalidValue("Campo valor deve ser maior que zero")
	case received.refunded()+cents > received.Value:
		return invalidValue("O valor da devolução é maior que o valor disponível para devolução do pix")
	}
	now := p.pixNow()
	refund := &pixRefund{ID: id, RtrID: pixID("D", now), Value: cents, Status: refundPending, RequestedAt: now}
	received.Refunds = append(received.Refunds, refund)
	p.saveCharge(c)
	p.settleLater(c, received, refund)
	return jsonAnswer(http.StatusCreated, refund.wire())
}

// refund finds a return by our id, or nil.
func (r *receivedPix) refund(id string) *pixRefund {
	for _, each := range r.Refunds {
		if each.ID == id {
			return each
		}
	}
	return nil
}

// refunded is what has been returned, or is about to be.
func (r *receivedPix) refunded() int64 {
	total := int64(0)
	for _, each := range r.Refunds {
		if each.Status != refundFailed {
			total += each.Value
		}
	}
	return total
}

// settleLater ends a refund after the wait of the settings.
func (p *pix) settleLater(c *pixCharge, received *receivedPix, refund *pixRefund) {
	p.later(p.settings.RefundMs, func() {
		if p.charges[c.id()] == c && refund.Status == refundPending {
			p.settleRefund(c, received, refund, p.settings.RefundFails || p.rejectedByItself(c, refund))
		}
	})
}

// rejectedByItself is what the real test environment does to refunds of one
// cent, so that integrators see one fail.
func (p *pix) rejectedByItself(c *pixCharge, refund *pixRefund) bool {
	return p.settings.AutoPay && refund.Value == 1 && p.environment(c.Account) == EnvironmentSandbox
}

// settleRefund ends a refund and tells it by callback.
func (p *pix) settleRefund(c *pixCharge, received *receivedPix, refund *pixRefund, fails bool) {
	refund.Status = refundDone
	if fails {
		refund.Status, refund.Reason = refundFailed, "Saldo insuficiente para realizar a devolução."
	} else {
		now := p.pixNow()
		refund.SettledAt = &now
	}
	p.saveCharge(c)
	p.callbacks.schedule(c, received)
}

// resumeRefunds continues what a restart has interrupted.
func (p *pix) resumeRefunds(c *pixCharge) {
	for _, received := range c.Received {
		for _, refund := range received.Refunds {
			if refund.Status == refundPending {
				p.settleLater(c, received, refund)
			}
		}
	}
}

// showRefund is GET /v2/pix/:e2eId/devolucao/:id.
func (p *pix) showRefund(e *exchange) answer {
	_, received := p.received(e.account, e.params["e2eId"])
	if received == nil {
		return pixNotFound()
	}
	refund := received.refund(e.params["id"])
	if refund == nil {
		return pixRefusal(http.StatusBadRequest, "devolucao_nao_encontrada", "Nenhuma devolução encontrada para o identificador informado")
	}
	shown := refund.wire()
	if refund.Reason != "" {
		shown["motivo"] = strings.TrimSpace(refund.Reason)
	}
	return jsonAnswer(http.StatusOK, shown)
}
