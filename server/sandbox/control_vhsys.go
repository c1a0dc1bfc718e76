package sandbox

import (
	"errors"
	"net/http"
)

// control adds the routes of the Vhsys API.
func (v *vhsys) control(mux *http.ServeMux) {
	v.provider.control(mux)
	for path, pick := range map[string]func() *table{
		"customers":   func() *table { return v.customers },
		"products":    func() *table { return v.products },
		"orders":      func() *table { return v.orders },
		"receivables": func() *table { return v.receivables },
	} {
		mux.HandleFunc("GET /vhsys/"+path, func(w http.ResponseWriter, _ *http.Request) {
			v.controlRecords(w, pick)
		})
	}
	mux.HandleFunc("GET /vhsys/settings", v.showSettings)
	mux.HandleFunc("PUT /vhsys/settings", v.putSettings)
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
func (v *vhsys) controlRecords(w http.ResponseWriter, pick func() *table) {
	v.sandbox.mu.Lock()
	t := pick()
	views := make([]recordView, 0, len(t.rows))
	for _, id := range sortedIDs(t.rows) {
		versions := t.rows[id]
		views = append(views, v.view(t, versions[len(versions)-1].record))
	}
	v.sandbox.mu.Unlock()
	writeControl(w, views)
}

// view shows a record with all that belongs to it.
func (v *vhsys) view(t *table, r erpRecord) recordView {
	view := recordView{
		ID: r.ID, Account: r.Account, Number: r.Number, Trashed: r.Trashed,
		CreatedAt: r.CreatedAt, ModifiedAt: r.ModifiedAt, Record: v.row(t, r),
		Installments: r.Installments, History: r.History,
	}
	for _, item := range r.Items {
		view.Items = append(view.Items, itemRow(r, item))
	}
	return view
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
	if changed.LagMs < 0 || changed.RateLimit < 0 || changed.RateWindowSeconds < 1 {
		refuseControl(w, http.StatusBadRequest, errors.New("lagMs and rateLimit are 0 or more, rateWindowSeconds is 1 or more"))
		return
	}
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	v.settings = changed
	clear(v.windows)
	v.sandbox.record("vhsys_settings", "settings", changed)
	writeControl(w, changed)
}
