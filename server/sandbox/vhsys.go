package sandbox

import "net/http"

type vhsys struct{ *provider }

func newVhsys(*Sandbox, Options) *vhsys {
	return &vhsys{&provider{name: "vhsys", faults: &faultList{}}}
}
func (v *vhsys) seed()                      {}
func (v *vhsys) reset()                     {}
func (v *vhsys) restore(journalEntry) error { return nil }
func (v *vhsys) control(mux *http.ServeMux) { v.provider.control(mux) }

// Vhsys serves nothing yet.
func (s *Sandbox) Vhsys() http.Handler { return http.NotFoundHandler() }
