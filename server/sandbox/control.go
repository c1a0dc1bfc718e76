package sandbox

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"time"
)

//go:embed page/index.html page/panel.css page/panel.js
var pageFiles embed.FS

// Control serves the simulator's own API and its page; see README.md. It
// works below any prefix that is stripped before it. It has no credentials:
// whoever reaches it owns the simulated world.
func (s *Sandbox) Control() http.Handler {
	mux := http.NewServeMux()
	s.gerencianet.control(mux)
	s.pix.control(mux)
	s.vhsys.control(mux)
	mux.HandleFunc("GET /clock", s.showClock)
	mux.HandleFunc("POST /clock", s.moveClock)
	mux.HandleFunc("GET /requests", s.listRequests)
	mux.HandleFunc("POST /reset", s.resetWorld)
	page, _ := fs.Sub(pageFiles, "page") // the folder is embedded above
	mux.Handle("GET /", http.FileServerFS(page))
	return mux
}

// showClock answers the virtual moment.
func (s *Sandbox) showClock(w http.ResponseWriter, _ *http.Request) {
	writeControl(w, map[string]any{"now": s.clock.now()})
}

// moveClock advances the virtual clock by a duration or by whole days.
func (s *Sandbox) moveClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance     string `json:"advance"`
		AdvanceDays int    `json:"advanceDays"`
	}
	if !readControl(w, r, &body) {
		return
	}
	by := time.Duration(body.AdvanceDays) * 24 * time.Hour
	if body.Advance != "" {
		more, err := time.ParseDuration(body.Advance)
		if err != nil {
			refuseControl(w, http.StatusBadRequest, err)
			return
		}
		by += more
	}
	if by <= 0 {
		refuseControl(w, http.StatusBadRequest, errors.New("the clock only moves forward: give advance or advanceDays"))
		return
	}
	writeControl(w, map[string]any{"now": s.advance(by)})
}

// listRequests answers the request log, newest first.
func (s *Sandbox) listRequests(w http.ResponseWriter, r *http.Request) {
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit")) // anything else means all
	writeControl(w, s.requests.list(r.URL.Query().Get("provider"), limit))
}

// resetWorld empties the world.
func (s *Sandbox) resetWorld(w http.ResponseWriter, _ *http.Request) {
	if err := s.reset(); err != nil {
		refuseControl(w, http.StatusInternalServerError, err)
		return
	}
	writeControl(w, map[string]any{"now": s.clock.now()})
}

// control adds the fault routes of a provider.
func (p *provider) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /"+p.name+"/faults", func(w http.ResponseWriter, _ *http.Request) {
		faults, fired := p.faults.list()
		writeControl(w, map[string]any{"faults": faults, "fired": fired})
	})
	mux.HandleFunc("POST /"+p.name+"/faults", p.addFault)
	mux.HandleFunc("DELETE /"+p.name+"/faults", func(w http.ResponseWriter, _ *http.Request) {
		p.faults.clear()
		writeControl(w, map[string]any{})
	})
}

// addFault sets one fault. A route that does not exist would never fire, so
// it is refused.
func (p *provider) addFault(w http.ResponseWriter, r *http.Request) {
	var body fault
	if !readControl(w, r, &body) {
		return
	}
	if !p.knows(body.Route) {
		refuseControl(w, http.StatusBadRequest, fmt.Errorf("no route %q; write it like %q", body.Route, p.routes[1].label()))
		return
	}
	added, err := p.faults.add(body)
	if err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return
	}
	writeControl(w, added)
}

// readControl decodes a strict JSON body; an empty one is an empty object.
func readControl(w http.ResponseWriter, r *http.Request, target any) bool {
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err == nil && len(bytes.TrimSpace(content)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(target)
	}
	if err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return false
	}
	return true
}

// writeControl answers 200 with JSON.
func writeControl(w http.ResponseWriter, body any) {
	jsonAnswer(http.StatusOK, body).write(w)
}

// refuseControl answers an error that a person can read.
func refuseControl(w http.ResponseWriter, status int, err error) {
	jsonAnswer(status, map[string]any{"error": err.Error()}).write(w)
}
