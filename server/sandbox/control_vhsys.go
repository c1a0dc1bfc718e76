package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// control adds the routes of the Vhsys API.
func (v *vhsys) control(mux *http.ServeMux) {
	v.provider.control(mux)
	for path, t := range v.controlled() {
		mux.HandleFunc("GET /vhsys/"+path, func(w http.ResponseWriter, r *http.Request) { v.controlRecords(w, r, t) })
		for action, act := range v.recordActions() {
			mux.HandleFunc("POST /vhsys/"+path+"/{id}/"+action, v.controlAct(t, act))
		}
	}
	v.controlInvoices(mux)
	v.controlSituations(mux)
	v.controlWebhooks(mux)
	mux.HandleFunc("GET /vhsys/settings", v.showSettings)
	mux.HandleFunc("PUT /vhsys/settings", v.putSettings)
}

// controlled are the nouns whose records people see and change.
func (v *vhsys) controlled() map[string]*table {
	return map[string]*table{
		"customers": v.customers, "products": v.products, "orders": v.orders, "receivables": v.receivables,
		"webhooks": v.webhooks, "quotes": v.quotes.table, "counter-sales": v.counterSales.table,
	}
}

// recordView is a record as it really is, without the lag.
type recordView struct {
	ID           int64            `json:"id"`
	Account      string           `json:"account"`
	Number       int64            `json:"number,omitempty"`
	Trashed      bool             `json:"trashed"`
	CreatedAt    string           `json:"createdAt"`
	ModifiedAt   string           `json:"modifiedAt"`
	Record       map[string]any   `json:"record"`
	Items        []map[string]any `json:"items,omitempty"`
	Installments []map[string]any `json:"installments,omitempty"`
	History      []map[string]any `json:"history,omitempty"`
}

// controlRecords lists every account's records of a noun, trash included.
func (v *vhsys) controlRecords(w http.ResponseWriter, r *http.Request, t *table) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit")) // anything else means all
	v.sandbox.mu.Lock()
	v.settleDue()
	views := []recordView{}
	for _, id := range slices.Backward(t.ids) {
		record := t.newest(id)
		if limit > 0 && len(views) == limit {
			break
		}
		if asked := query.Get("marker"); asked == "" || containsText(t.value(record, "obs_interno_pedido"), asked) {
			views = append(views, v.view(t, record))
		}
	}
	v.sandbox.mu.Unlock()
	slices.Reverse(views)
	writeControl(w, views)
}

// view shows a record with all that belongs to it.
func (v *vhsys) view(t *table, r erpRecord) recordView {
	view := recordView{
		ID: r.ID, Account: r.Account, Number: r.Number, Trashed: r.Trashed,
		CreatedAt: r.CreatedAt, ModifiedAt: r.ModifiedAt, Record: t.row(r),
		Installments: r.Installments, History: r.History,
	}
	if d := v.documentOf(t); d != nil {
		view.Items = d.itemRows(r)
	}
	return view
}

// documentOf is the document that a table keeps, or nil.
func (v *vhsys) documentOf(t *table) *document {
	for _, d := range v.documents() {
		if d.table == t {
			return d
		}
	}
	return nil
}

// showSettings answers the switches of the Vhsys API.
func (v *vhsys) showSettings(w http.ResponseWriter, _ *http.Request) {
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	writeControl(w, v.settings)
}

// putSettings changes the given switches and leaves the others. The rate
// windows begin anew.
func (v *vhsys) putSettings(w http.ResponseWriter, r *http.Request) {
	v.sandbox.mu.Lock()
	changed := v.settings
	v.sandbox.mu.Unlock()
	if !readControl(w, r, &changed) {
		return
	}
	if err := changed.check(); err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return
	}
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	v.settings = changed
	clear(v.windows)
	v.sandbox.record("vhsys_settings", "settings", changed)
	writeControl(w, changed)
}

// check refuses settings that mean nothing.
func (s vhsysSettings) check() error {
	_, knownState := stateCodes[s.IssuerState]
	switch {
	case s.LagMs < 0, s.IssueMs < 0, s.RateLimit < 0, s.RateWindowSeconds < 1, s.RetryAfterSeconds < 0,
		s.RejectNext.Count < 0, s.RefuseNext.Count < 0:
		return errors.New("lagMs, issueMs, rateLimit and counts are 0 or more, rateWindowSeconds is 1 or more")
	case !slices.Contains([]string{issueAtOnce, issueLater, issueByHand}, s.IssueMode):
		return errors.New("issueMode is sync, pending or hold")
	case s.RejectionReply != rejectionAsText && s.RejectionReply != rejectionOpaque:
		return errors.New("rejectionReply is text or opaque")
	case !slices.Contains([]string{"", goodsInvoice, serviceInvoice, consumerInvoice}, s.RejectNext.Kind):
		return errors.New("rejectNext.kind is nfe, nfse, nfce or empty")
	case s.RejectNext.Count > 0 && s.RejectNext.Code == "":
		return errors.New("rejectNext wants a code")
	case !knownState || len(s.IssuerTaxID) != 14:
		return errors.New("issuerState is one of the 27, issuerTaxId has 14 characters")
	}
	return nil
}
