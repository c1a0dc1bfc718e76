package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// How a transmission to the authority ends, by the setting issueMode.
const (
	issueAtOnce = "sync"
	issueLater  = "pending" // issueMs later
	issueByHand = "hold"    // when a person says so
)

// What a rejection is answered with, by the setting rejectionReply.
const (
	rejectionAsText = "text"
	rejectionOpaque = "opaque"
)

// The states of an invoice. One that was rejected may be transmitted again.
const (
	invoiceOpen       = ""
	invoicePending    = "pending"
	invoiceAuthorized = "authorized"
	invoiceRejected   = "rejected"
	invoiceCanceled   = "canceled"
	invoiceDenied     = "denied"
)

// authorizedCode is what the authority answers to a good invoice.
const authorizedCode = "100"

// verdict is the authority's answer to a transmission.
type verdict struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// String is the verdict as people read it.
func (o verdict) String() string { return "Rejeição " + o.Code + ": " + o.Text }

// rejection is a verdict that was not good.
type rejection struct {
	verdict
	At  string `json:"at"`
	Key string `json:"key,omitempty"`
}

// issuance is how far an invoice has come with the authority.
type issuance struct {
	State string `json:"state,omitempty"`
	// Key is that of the last transmission.
	Key string `json:"key,omitempty"`
	// AuthorizedKey is what the authority knows, even if Vhsys forgot it.
	AuthorizedKey string `json:"authorizedKey,omitempty"`
	// Nonce changes the key whenever the invoice is changed.
	Nonce int `json:"nonce,omitempty"`
	// Outcome is what a pending transmission will end with, at SettlesAt.
	Outcome    verdict     `json:"outcome,omitzero"`
	SettlesAt  time.Time   `json:"settlesAt,omitzero"`
	Rejections []rejection `json:"rejections,omitempty"`
}

// issued invoices do not change any more; a pending one might become one.
func issued(r erpRecord) bool {
	return slices.Contains([]string{invoicePending, invoiceAuthorized, invoiceCanceled, invoiceDenied}, r.Issue.State)
}

// transmission is an invoice whose outcome is not known yet.
type transmission struct {
	table *table
	id    int64
}

// watch remembers a record while its transmission is pending.
func (v *vhsys) watch(t *table, id int64) {
	if t.newest(id).Issue.State == invoicePending {
		v.pending[transmission{t, id}] = struct{}{}
		return
	}
	delete(v.pending, transmission{t, id})
}

// settleDue ends the transmissions whose time has come. Every request looks,
// so that nothing has to run in the background.
func (v *vhsys) settleDue() {
	if len(v.pending) == 0 {
		return
	}
	due := slices.SortedFunc(maps.Keys(v.pending), func(x, y transmission) int { return cmp.Compare(x.id, y.id) })
	for _, each := range due {
		kind := v.kindOf(each.table)
		r := each.table.newest(each.id)
		at := r.Issue.SettlesAt
		if !at.IsZero() && !at.After(v.sandbox.clock.real()) {
			kind.conclude(&r, r.Issue.Outcome)
			v.save(kind.table, r)
		}
	}
}

// kindOf is the kind of invoice that a table keeps.
func (v *vhsys) kindOf(t *table) *invoiceKind {
	return v.invoices[slices.IndexFunc(v.invoices, func(k *invoiceKind) bool { return k.table == t })]
}

// issue is POST …/emitir. Asking again for a pending invoice changes nothing;
// asking again for an issued one is a duplicate.
func (k *invoiceKind) issue(e *exchange) answer {
	r, found := k.latest(e.account, e.id())
	if !found || r.Trashed || !issuable(r) {
		return erpRefused("Erro ao emitir a nota fiscal!")
	}
	if r.Issue.State != invoicePending {
		outcome := k.transmit(&r)
		k.v.save(k.table, r)
		if r.Issue.State != invoicePending && outcome.Code != authorizedCode {
			return k.v.rejected(outcome)
		}
	}
	return erpSuccess(k.issueReply(e, r))
}

// issuable wants something to be invoiced; Vhsys itself refuses less.
func issuable(r erpRecord) bool {
	return len(r.Items) > 0 || decimal(r.Fields["valor_total_servicos"]) > 0
}

// rejected is the answer to an invoice that the authority did not take. The
// contract does not have it: this is an assumption, see README.md.
func (v *vhsys) rejected(outcome verdict) answer {
	if v.settings.RejectionReply == rejectionOpaque {
		return erpRefused("Erro ao emitir a nota fiscal!")
	}
	return erpRefused(outcome.String())
}

// issueReply is the answer to an invoice on its way. Only Danfe is in the
// contract; the others are fields that GET has too.
func (k *invoiceKind) issueReply(e *exchange, r erpRecord) map[string]any {
	row := k.row(r)
	reply := map[string]any{}
	for _, name := range []string{
		k.noun.key, "id_pedido", "nota_emitida", "nota_chave", "nota_recibo", "nota_protocolo",
		"nota_data_autorizacao", "nota_numero", "nota_codigo_verificacao",
	} {
		if value, known := row[name]; known {
			reply[name] = value
		}
	}
	if r.Issue.State == invoiceAuthorized {
		base := publicURL(e.request) + "/documento/" + k.fileName(r)
		reply["Danfe"], reply["Xml"] = base+".pdf", base+".xml"
	}
	return reply
}

// transmit sends the invoice to the authority, which decides at once even if
// nobody hears of it until later. The access key is there from now on, whether
// or not the invoice will be issued.
func (k *invoiceKind) transmit(r *erpRecord) verdict {
	outcome := k.judge(*r)
	if r.Issue.State == invoiceAuthorized || r.Issue.State == invoiceCanceled || r.Issue.State == invoiceDenied {
		k.reject(r, outcome) // nothing else changes
		return outcome
	}
	r.Issue.Key = k.keyOf(*r)
	r.Fields = merged(r.Fields, map[string]any{
		"nota_chave": r.Issue.Key, "data_emissao": k.v.sandbox.clock.today(),
		"nota_recibo": fmt.Sprintf("41%013d", k.v.next("receipt", 1)),
	})
	if k.v.settings.IssueMode == issueAtOnce {
		k.conclude(r, outcome)
		return outcome
	}
	r.Issue.State, r.Issue.Outcome, r.Issue.SettlesAt = invoicePending, outcome, time.Time{}
	if k.v.settings.IssueMode == issueLater {
		r.Issue.SettlesAt = k.v.sandbox.clock.real().Add(time.Duration(k.v.settings.IssueMs) * time.Millisecond)
	}
	return outcome
}

// conclude applies the authority's verdict.
func (k *invoiceKind) conclude(r *erpRecord, outcome verdict) {
	r.Issue.Outcome, r.Issue.SettlesAt = verdict{}, time.Time{}
	if outcome.Code == authorizedCode {
		k.authorize(r)
		return
	}
	r.Issue.State = invoiceRejected
	k.reject(r, outcome)
}

// reject writes a rejection down: for the control API, and as a line of the
// invoice's history, where a reader of the API finds it.
func (k *invoiceKind) reject(r *erpRecord, outcome verdict) {
	at := k.v.sandbox.clock.stamp()
	r.Issue.Rejections = append(r.Issue.Rejections, rejection{verdict: outcome, At: at, Key: r.Issue.Key})
	k.turn(r, "SEFAZ", map[string]any{"tipo_status": k.value(*r, "status_pedido"), "obs_status": outcome.String()})
}

// authorize makes the invoice an issued one.
func (k *invoiceKind) authorize(r *erpRecord) {
	r.Issue.State, r.Issue.AuthorizedKey = invoiceAuthorized, r.Issue.Key
	fields := map[string]any{
		"nota_emitida": 1, "nota_data_autorizacao": k.v.sandbox.clock.stamp(),
		"nota_protocolo": fmt.Sprintf("141%s%09d", k.v.sandbox.clock.now().Format("060102"), k.v.next("protocol", 1)),
	}
	if k.name == serviceInvoice {
		fields["nota_numero"] = strconv.FormatInt(k.v.next("city_number/"+r.Account, 1), 10)
		fields["nota_codigo_verificacao"] = verificationCode(*r)
	}
	r.Fields = merged(r.Fields, fields)
	k.turn(r, "SEFAZ", map[string]any{"tipo_status": "Atendido", "obs_status": "Autorizado o uso da nota fiscal"})
	if k.name == goodsInvoice && k.v.settings.InvoicesPostReceivables {
		k.v.postReceivables(*r, "NFe_", "NFe Venda")
	}
}

// keyOf is the access key of the invoice as it is now. The cities' invoices
// have none.
func (k *invoiceKind) keyOf(r erpRecord) string {
	if k.model == 0 {
		return ""
	}
	return accessKey(accessKeyParts{
		state: k.v.settings.IssuerState, issued: k.v.sandbox.clock.now(), taxID: k.v.settings.IssuerTaxID,
		model: k.model, series: seriesOf(r.Fields), number: r.Number, code: r.ID*7919 + int64(r.Issue.Nonce)*104729,
	})
}

// verificationCode is what a city prints on its invoices.
func verificationCode(r erpRecord) string {
	digits := strconv.FormatInt(r.ID*7919*104729, 36)
	return digits[:4] + "-" + digits[4:8]
}
