package sandbox

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// invoiceView is an invoice as it really is.
type invoiceView struct {
	recordView
	Kind       string      `json:"kind"`
	State      string      `json:"state"`
	Series     int64       `json:"series"`
	Key        string      `json:"key"`
	Protocol   string      `json:"protocol"`
	Production bool        `json:"production"`
	OrderID    int64       `json:"orderId,omitempty"`
	Rejections []rejection `json:"rejections"`
	// Known is the key that the authority has authorized, even if Vhsys does
	// not know of it.
	Known string `json:"authorizedKey,omitempty"`
}

// controlInvoices adds the routes of invoices.
func (v *vhsys) controlInvoices(mux *http.ServeMux) {
	mux.HandleFunc("GET /vhsys/invoices", v.listInvoices)
	mux.HandleFunc("POST /vhsys/orders/{id}/invoice", v.makeInvoice)
	for _, kind := range v.invoices {
		for action, act := range v.invoiceActions(kind) {
			mux.HandleFunc("POST /vhsys/invoices/"+kind.name+"/{id}/"+action, v.controlAct(kind.table, act))
		}
	}
}

// listInvoices answers the invoices of all kinds, oldest first in each.
func (v *vhsys) listInvoices(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit")) // anything else means all
	v.sandbox.mu.Lock()
	v.settleDue()
	views := []invoiceView{}
	for _, kind := range v.invoices {
		if asked := query.Get("kind"); asked == "" || asked == kind.name {
			views = append(views, kind.invoiceViews(query, limit)...)
		}
	}
	v.sandbox.mu.Unlock()
	writeControl(w, views)
}

// invoiceViews are the invoices that a query wants, the newest ones when they
// are limited.
func (k *invoiceKind) invoiceViews(query url.Values, limit int) []invoiceView {
	views := []invoiceView{}
	for _, id := range slices.Backward(k.ids) {
		if limit > 0 && len(views) == limit {
			break
		}
		record := k.newest(id)
		wanted := query.Get("state") == "" || query.Get("state") == stateOf(record)
		if wanted && containsText(k.value(record, "obs_interno_pedido"), query.Get("marker")) {
			views = append(views, k.invoiceView(record))
		}
	}
	slices.Reverse(views)
	return views
}

// stateOf names the state, the first one too.
func stateOf(r erpRecord) string { return cmp.Or(r.Issue.State, "open") }

// invoiceView shows an invoice with its issue.
func (k *invoiceKind) invoiceView(r erpRecord) invoiceView {
	return invoiceView{
		recordView: k.v.view(k.table, r), Kind: k.name, State: stateOf(r), Series: seriesOf(r.Fields),
		Key: r.Issue.Key, Known: r.Issue.AuthorizedKey, Protocol: fieldText(r.Fields, "nota_protocolo"),
		Production: k.value(r, "ambiente") == "1", OrderID: whole(k.value(r, "id_pedido_ref")),
		Rejections: append([]rejection{}, r.Issue.Rejections...),
	}
}

// invoiceActions are what a person, or the authority, does to an invoice.
func (v *vhsys) invoiceActions(k *invoiceKind) map[string]recordAction {
	return map[string]recordAction{
		"edit": v.editByHand, "delete": v.deleteByHand, "restore": v.restoreByHand,
		"authorize": k.authorizeByHand, "reject": k.rejectByHand, "cancel": k.cancelByHand,
		"deny": k.denyByHand, "forget": k.forgetByHand,
	}
}

// authorizeByHand issues an invoice, pending or not yet transmitted, without
// any check.
func (k *invoiceKind) authorizeByHand(_ *table, r *erpRecord, _ recordOrder) error {
	if issued(*r) && r.Issue.State != invoicePending {
		return errWrongState
	}
	r.Issue.Key = k.keyOf(*r)
	r.Fields = merged(r.Fields, map[string]any{"nota_chave": r.Issue.Key, "data_emissao": k.v.sandbox.clock.today()})
	k.conclude(r, verdict{Code: authorizedCode})
	return nil
}

// rejectByHand rejects a pending invoice.
func (k *invoiceKind) rejectByHand(_ *table, r *erpRecord, order recordOrder) error {
	if r.Issue.State != invoicePending {
		return errWrongState
	}
	if order.Code == "" {
		return errors.New("reject wants a code")
	}
	outcome := verdictOf(order.Code)
	outcome.Text = cmp.Or(order.Text, outcome.Text)
	k.conclude(r, outcome)
	return nil
}

// cancelByHand cancels an issued invoice, as only people can. The deadlines
// of the states are theirs to keep.
func (k *invoiceKind) cancelByHand(_ *table, r *erpRecord, order recordOrder) error {
	if r.Issue.State != invoiceAuthorized {
		return errWrongState
	}
	reason := cmp.Or(order.Reason, "Cancelada a pedido do cliente")
	if len([]rune(reason)) < reasonMin {
		return errors.New("a reason has at least 15 characters")
	}
	r.Issue.State = invoiceCanceled
	r.Fields = merged(r.Fields, map[string]any{
		"nota_data_cancelamento": k.v.sandbox.clock.stamp(), "nota_motivo_cancelamento": reason,
	})
	k.turn(r, byHand, map[string]any{"tipo_status": "Cancelado", "obs_status": reason})
	return nil
}

// denyByHand makes the authority deny an invoice for good, because of the
// issuer or the customer. Its number is spent.
func (k *invoiceKind) denyByHand(_ *table, r *erpRecord, order recordOrder) error {
	if issued(*r) && r.Issue.State != invoicePending || k.name == serviceInvoice {
		return errWrongState
	}
	outcome := verdict{Code: cmp.Or(order.Code, "302"), Text: cmp.Or(order.Text, "Uso Denegado: Irregularidade fiscal do destinatário")}
	r.Issue.Key = k.keyOf(*r)
	k.reject(r, outcome)
	r.Issue.State, r.Issue.Outcome = invoiceDenied, verdict{}
	r.Fields = merged(r.Fields, map[string]any{"nota_denegada": 1, "nota_chave": r.Issue.Key})
	return nil
}

// forgetByHand makes Vhsys lose the authority's answer: the invoice is issued,
// but looks as if it were not. Its next transmission is a duplicate.
func (k *invoiceKind) forgetByHand(_ *table, r *erpRecord, _ recordOrder) error {
	if r.Issue.State != invoiceAuthorized {
		return errWrongState
	}
	r.Issue.State = invoiceOpen
	r.Fields = merged(r.Fields, map[string]any{
		"nota_emitida": 0, "nota_protocolo": "", "nota_data_autorizacao": noMoment, "status_pedido": "Em Aberto",
	})
	return nil
}

// makeInvoice is the screen's "Emitir nota fiscal": it makes an NF-e of an
// order, which is the only way to one that refers to it. With issue it is
// transmitted too.
func (v *vhsys) makeInvoice(w http.ResponseWriter, r *http.Request) {
	var request recordOrder
	if !readControl(w, r, &request) {
		return
	}
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // no order has the id 0
	if len(v.orders.rows[id]) == 0 || v.orders.newest(id).Trashed {
		refuseControl(w, http.StatusNotFound, errors.New("no such order"))
		return
	}
	k := v.invoices[0]
	invoice := k.ofOrder(v.orders.newest(id))
	if request.Issue && issuable(invoice) {
		k.transmit(&invoice)
	}
	v.save(k.table, invoice)
	writeControl(w, k.invoiceView(invoice))
}

// ofOrder copies what an order and an NF-e have in common.
func (k *invoiceKind) ofOrder(order erpRecord) erpRecord {
	fields := map[string]any{"id_pedido_ref": order.ID}
	for _, f := range k.noun.fields {
		if value, shared := order.Fields[f.name]; shared && f.name != "status_pedido" {
			fields[f.name] = value
		}
	}
	r := k.add(order.Account, fields)
	for _, line := range order.Items {
		item := merged(line, map[string]any{k.itemKey: k.v.next("item", 9001)})
		delete(item, k.v.orderDocument.itemKey)
		r.Items = append(r.Items, item)
	}
	r.Installments = order.Installments
	return r
}
