package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// controlSituations adds the routes of custom statuses.
func (v *vhsys) controlSituations(mux *http.ServeMux) {
	mux.HandleFunc("GET /vhsys/situations", func(w http.ResponseWriter, _ *http.Request) {
		v.sandbox.mu.Lock()
		defer v.sandbox.mu.Unlock()
		writeControl(w, v.situations)
	})
	mux.HandleFunc("POST /vhsys/situations", v.addSituation)
	mux.HandleFunc("PUT /vhsys/situations/{id}", v.changeSituation)
	mux.HandleFunc("DELETE /vhsys/situations/{id}", v.removeSituation)
}

// onlyOne are the base statuses that have exactly one custom name each.
var onlyOne = []string{"Atendido", "Cancelado"}

// addSituation adds a custom status below Em Aberto or Em Andamento.
func (v *vhsys) addSituation(w http.ResponseWriter, r *http.Request) {
	var added situation
	if !readControl(w, r, &added) {
		return
	}
	if added.Name == "" || !slices.Contains(orderStatuses, added.Base) || slices.Contains(onlyOne, added.Base) {
		refuseControl(w, http.StatusBadRequest, errors.New("a situation has a name and the base Em Aberto or Em Andamento"))
		return
	}
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	added.ID = v.next("situation", 864)
	added.Ordinal, added.Trashed = len(v.situations)+1, false
	v.situations = append(v.situations, added)
	v.keepSituations()
	writeControl(w, added)
}

// changeSituation renames one, or moves it in the order.
func (v *vhsys) changeSituation(w http.ResponseWriter, r *http.Request) {
	var change struct {
		Name    *string `json:"name"`
		Ordinal *int    `json:"ordinal"`
	}
	if !readControl(w, r, &change) {
		return
	}
	v.onSituation(w, r, func(s *situation) error {
		if change.Name != nil {
			s.Name = *change.Name
		}
		if change.Ordinal != nil {
			s.Ordinal = *change.Ordinal
		}
		return nil
	})
}

// removeSituation takes one away. Orders that have it keep it.
func (v *vhsys) removeSituation(w http.ResponseWriter, r *http.Request) {
	v.onSituation(w, r, func(s *situation) error {
		if slices.Contains(onlyOne, s.Base) {
			return errWrongState
		}
		s.Trashed = true
		return nil
	})
}

// onSituation changes the one that the path names.
func (v *vhsys) onSituation(w http.ResponseWriter, r *http.Request, act func(*situation) error) {
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64) // none has the id 0
	at := slices.IndexFunc(v.situations, func(s situation) bool { return s.ID == id && !s.Trashed })
	if at < 0 {
		refuseControl(w, http.StatusNotFound, errors.New("no such situation"))
		return
	}
	if err := act(&v.situations[at]); err != nil {
		refuseControl(w, http.StatusConflict, err)
		return
	}
	v.keepSituations()
	writeControl(w, v.situations[at])
}

// keepSituations journals them, all in one line.
func (v *vhsys) keepSituations() { v.sandbox.record("vhsys_situations", "all", v.situations) }
