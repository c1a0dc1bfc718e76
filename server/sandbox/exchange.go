package sandbox

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// bodyLimit is more than any request of either provider needs, in bytes.
const bodyLimit = 1 << 20

// exchange is one request on its way through a provider.
type exchange struct {
	request   *http.Request
	route     route
	body      []byte
	params    map[string]string
	account   string
	publicURL string
}

// id is the number in the path, or 0 when it is none, which no record has.
func (e *exchange) id() int64 { return e.number("id") }

// number reads a numeric path parameter.
func (e *exchange) number(name string) int64 {
	value, err := strconv.ParseInt(e.params[name], 10, 64)
	if err != nil {
		return 0
	}
	return value
}

// answer is a whole response before it is written, so that a fault can still
// hold it back, cut it or replace it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// jsonAnswer encodes a body without escaping HTML, as the providers do.
func jsonAnswer(status int, body any) answer {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return textAnswer(http.StatusInternalServerError, "text/plain; charset=utf-8", err.Error())
	}
	return textAnswer(status, "application/json; charset=utf-8", strings.TrimSuffix(text.String(), "\n"))
}

// textAnswer is a body of any content type.
func textAnswer(status int, contentType, body string) answer {
	return answer{status: status, header: http.Header{"Content-Type": {contentType}}, body: []byte(body)}
}

// write sends the answer as it is.
func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone; there is nobody to tell
}

// route is one line of a provider's table. Its path writes parameters the way
// the providers' manuals do: /v1/charge/:id/pay.
type route struct {
	method string
	path   string
	handle func(*exchange) answer
	// open routes are served without credentials: the printed boleto.
	open bool
}

// label names the route in faults and in the request log.
func (r route) label() string {
	if r.path == "" {
		return ""
	}
	return r.method + " " + r.path
}

// match compares a path with the route and returns its parameters.
func (r route) match(method, path string) (map[string]string, bool) {
	want, have := strings.Split(r.path, "/"), strings.Split(path, "/")
	if method != r.method || len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range want {
		if name, isParameter := strings.CutPrefix(segment, ":"); isParameter && have[i] != "" {
			params[name] = have[i]
		} else if segment != have[i] {
			return nil, false
		}
	}
	return params, true
}

// provider is what the two simulated services have in common: a table of
// routes, a list of faults and a line in the request log for every call.
type provider struct {
	name    string
	sandbox *Sandbox
	routes  []route
	faults  *faultList
	// serve authenticates and handles one request, known route or not.
	serve func(*exchange) answer
	// failure is the provider's usual body for a status that says nothing more.
	failure func(e *exchange, status int) answer
	// describe finds the names under which a person knows the request: our
	// reference and the provider's id. Either may be empty.
	describe func(*exchange) (customID, id string)
}

// ServeHTTP runs a request through the faults and logs it.
func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e, err := p.accept(r)
	if err != nil {
		textAnswer(http.StatusRequestEntityTooLarge, "text/plain; charset=utf-8", "Request Entity Too Large").write(w)
		return
	}
	entry := requestEntry{
		Provider: p.name, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Route: e.route.label(), At: p.sandbox.clock.now(),
	}
	fault := p.takeFault(e)
	if fault != nil {
		entry.Fault = fault.Kind
	}
	number := p.sandbox.requests.add(entry)
	p.respond(w, e, fault, number)
}

// accept reads the whole request, since a fault may handle it after the
// connection is gone.
func (p *provider) accept(r *http.Request) (*exchange, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyLimit))
	if err != nil {
		return nil, err
	}
	e := &exchange{request: r, body: body, publicURL: cmp.Or(p.sandbox.publicURL, publicURL(r))}
	path := strings.TrimSuffix(r.URL.Path, "/")
	for _, candidate := range p.routes {
		if params, found := candidate.match(r.Method, path); found {
			e.route, e.params = candidate, params
			break
		}
	}
	return e, nil
}

// process handles the request and notes how it went.
func (p *provider) process(e *exchange, number int) answer {
	result := p.serve(e)
	p.sandbox.requests.finish(number, result.status, e.account)
	return result
}

// publicURL is where the caller reached this handler: scheme, host and the
// prefix that was stripped before it.
func publicURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	prefix, found := strings.CutSuffix(path, r.URL.EscapedPath())
	if !found || strings.Contains(prefix, "://") {
		prefix = ""
	}
	return scheme + "://" + r.Host + prefix
}

// knows says whether a fault's route can ever match.
func (p *provider) knows(label string) bool {
	return slices.ContainsFunc(p.routes, func(r route) bool { return routeMatches(label, r.label()) })
}
