package sandbox

import (
	"errors"
	"net/http"
	"slices"
)

// controlWebhooks adds the routes of webhooks and of what they were sent.
func (v *vhsys) controlWebhooks(mux *http.ServeMux) {
	mux.HandleFunc("POST /vhsys/webhooks/login", v.logIn)
	mux.HandleFunc("GET /vhsys/callbacks", v.controlCallbacks)
	mux.HandleFunc("GET /vhsys/callbacks/settings", v.showCallbackSettings)
	mux.HandleFunc("PUT /vhsys/callbacks/settings", v.putCallbackSettings)
	mux.HandleFunc("POST /vhsys/callbacks/resend", v.controlResend)
}

// logIn is the visit of the account's user after which Vhsys begins to send.
func (v *vhsys) logIn(w http.ResponseWriter, _ *http.Request) {
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	for _, id := range v.webhooks.ids {
		if hook := v.webhooks.newest(id); hook.Fields["active"] != true {
			hook.Fields["active"] = true
			v.save(v.webhooks, hook)
		}
	}
	writeControl(w, map[string]any{})
}

// controlCallbacks lists every send, oldest first.
func (v *vhsys) controlCallbacks(w http.ResponseWriter, _ *http.Request) {
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	sends := []sentERP{}
	for _, sent := range v.callbacks.sent {
		sends = append(sends, *sent)
	}
	writeControl(w, sends)
}

// showCallbackSettings answers how webhooks are sent.
func (v *vhsys) showCallbackSettings(w http.ResponseWriter, _ *http.Request) {
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	writeControl(w, v.callbacks.settings)
}

// putCallbackSettings changes the given switches and leaves the others.
func (v *vhsys) putCallbackSettings(w http.ResponseWriter, r *http.Request) {
	v.sandbox.mu.Lock()
	changed := v.callbacks.settings
	v.sandbox.mu.Unlock()
	if !readControl(w, r, &changed) {
		return
	}
	if !slices.Contains([]string{modeDeliver, modeHold, modeLose}, changed.Mode) || changed.Duplicate < 0 || changed.DelayMs < 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("mode is deliver, hold or lose; duplicate and delayMs are 0 or more"))
		return
	}
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	v.callbacks.settings = changed
	v.callbacks.nudge()
	writeControl(w, changed)
}

// controlResend sends a change again, delivered, lost or given up.
func (v *vhsys) controlResend(w http.ResponseWriter, r *http.Request) {
	var body struct {
		ID int64 `json:"id"`
	}
	if !readControl(w, r, &body) {
		return
	}
	v.sandbox.mu.Lock()
	defer v.sandbox.mu.Unlock()
	c := v.callbacks.all[body.ID]
	if c == nil || c.flying {
		refuseControl(w, http.StatusNotFound, errors.New("no such callback, or it is being sent"))
		return
	}
	v.callbacks.enqueue(c)
	writeControl(w, c)
}
