package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// served is the whole HTTP face in this process.
type served struct {
	*billingtest.World
	app    *app
	log    *lines
	server *httptest.Server
}

func serveHTTP(t *testing.T, change func(*app)) *served {
	t.Helper()
	w := billingtest.New(t, billingtest.Still)
	log := &lines{}
	logger := newLog(log, config{})
	a := &app{config: config{PublicURL: w.Callbacks.URL}, log: logger, url: w.DatabaseURL, pool: w.Pool, billing: w.NewService(w.Pool, billingtest.Timing())}
	a.access = &access.Service{DB: a.billing.DB, Key: a.billing.Seal.Derive("access"), Now: time.Now, Log: logger}
	if change != nil {
		change(a)
	}
	s := &served{World: w, app: a, log: log, server: httptest.NewServer(a.handler(nil))}
	t.Cleanup(s.server.Close)
	return s
}

// send makes a request; header is name, value, name, value.
func (s *served) send(method, path, body string, header ...string) (status int, headers http.Header, content string) {
	s.Helper()
	request, err := http.NewRequest(method, s.server.URL+path, strings.NewReader(body))
	s.Must(err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	s.Must(err)
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	s.Must(err)
	return response.StatusCode, response.Header, string(read)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, func(a *app) { a.config.PublicURL = "https://ponte.example" })
	for _, path := range []string{"/", "/healthz", "/readyz", "/graphql", "/auth/status", "/callbacks/gerencianet/x", "/cobrancas/1"} {
		_, headers, _ := s.send("GET", path, "")
		for name, want := range map[string]string{
			"Content-Security-Policy": contentPolicy + tokenizers, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := headers.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if headers.Get("X-Request-Id") == "" {
			t.Errorf("%s has no request id", path)
		}
		for name := range headers {
			if strings.HasPrefix(name, "Access-Control-") || name == "Server" || name == "X-Powered-By" {
				t.Errorf("%s: %s", path, name)
			}
		}
	}
	if strings.Contains(contentPolicy, "script-src 'self' 'unsafe") || strings.Contains(contentPolicy+tokenizers, "*") {
		t.Error("the policy lets scripts of others run")
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil)
	for _, path := range []string{"/graphql", "/auth/login", "/auth/logout", "/auth/refresh"} {
		for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
			if status, _, _ := s.send("POST", path, "{}", append(header, "Content-Type", "application/json")...); status != http.StatusForbidden {
				t.Errorf("%s with %v: %d", path, header, status)
			}
		}
		if status, _, _ := s.send("POST", path, "{}", "Origin", s.server.URL, "Content-Type", "application/json"); status == http.StatusForbidden {
			t.Errorf("%s of our own panel was refused", path)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()

	t.Run("the process, and what it needs", func(t *testing.T) {
		t.Parallel()
		s := serveHTTP(t, nil)
		if status, headers, content := s.send("GET", "/healthz", ""); status != 200 || headers.Get("Cache-Control") != "no-store" || !strings.Contains(content, "true") {
			t.Errorf("%d %s", status, content)
		}
		if status, _, content := s.send("GET", "/readyz", ""); status != 200 || !strings.Contains(content, `"ready":true`) {
			t.Errorf("%d %s", status, content)
		}
		if status, _, _ := s.send("POST", "/healthz", ""); status != http.StatusMethodNotAllowed {
			t.Errorf("a POST: %d", status)
		}
		_, err := s.Pool.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
		s.Must(err)
		if status, _, content := s.send("GET", "/readyz", ""); status != 503 || !strings.Contains(content, "migrations") {
			t.Errorf("a newer schema: %d %s", status, content)
		}
	})

	t.Run("an empty database is not ready", func(t *testing.T) {
		t.Parallel()
		pool, _ := billingtest.EmptyDatabase(t)
		s := serveHTTP(t, func(a *app) { a.pool = pool })
		if status, _, content := s.send("GET", "/readyz", ""); status != 503 || !strings.Contains(content, "migrations") {
			t.Errorf("%d %s", status, content)
		}
	})
}

func TestCallback(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, nil)
	s.Ready()
	settings, err := s.DB.Integration.Query().All(t.Context())
	s.Must(err)
	secret := ""
	for _, one := range settings {
		if one.Kind == enum.Gerencianet {
			secret = s.Seal.MAC("callback", one.CallbackSecret+string(enum.EnvironmentSandbox))[:40]
		}
	}
	form := "application/x-www-form-urlencoded"
	token := func() string { return "notification=9c6f5d0e-1111-4222-8333-aaaaaaaaaaaa" }
	stored := func() (count int) {
		s.Must(s.Pool.QueryRow("SELECT count(*) FROM notices").Scan(&count))
		return count
	}
	for name, one := range map[string]struct {
		method, secret, contentType, body string
		status                            int
	}{
		"an unknown secret":        {"POST", strings.Repeat("0", 40), form, token(), 404},
		"no secret":                {"POST", "", form, token(), 404},
		"a part of the secret":     {"POST", secret[:39], form, token(), 404},
		"too large":                {"POST", secret, form, token() + strings.Repeat("x", billing.MaxNoticeBytes), 413},
		"too large, wrong secret":  {"POST", "x", form, strings.Repeat("x", 1<<20), 413},
		"no token":                 {"POST", secret, form, "", 400},
		"no UUID":                  {"POST", secret, form, "notification=1", 400},
		"another field":            {"POST", secret, form, "token=9c6f5d0e-1111-4222-8333-aaaaaaaaaaaa", 400},
		"JSON without a payment":   {"POST", secret, "application/json", `{"notification":"9c6f5d0e-1111-4222-8333-aaaaaaaaaaaa"}`, 200}, // as the test call of a Pix registration
		"a form that is not one":   {"POST", secret, form, "notification=%zz", 400},
		"a form with a null byte":  {"POST", secret, form, "notification=9c6f5d0e-1111-4222-8333-aaaaaaaaaaaa&x=%00", 200},
		"a body with a null byte":  {"POST", secret, form, "notification=9c6f5d0e-1111-4222-8333-aaaaaaaaaaaa&x=\x00", 200},
		"a body that is not UTF-8": {"POST", secret, form, "notification=9c6f5d0e-1111-4222-8333-aaaaaaaaaaaa&x=\xff", 200},
		"GET":                      {"GET", secret, "", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			before := stored()
			status, _, content := s.send(one.method, "/callbacks/gerencianet/"+one.secret, one.body, "Content-Type", one.contentType)
			if status != one.status {
				t.Errorf("%d %.200s", status, content)
			}
			if after := stored(); (after > before) != (one.status == 200 && one.contentType == form) {
				t.Errorf("%d notices, then %d", before, after)
			}
		})
	}
	t.Run("it is answered after the commit, and its address is not logged", func(t *testing.T) {
		before := stored()
		status, headers, _ := s.send("POST", "/callbacks/gerencianet/"+secret, token(), "Content-Type", form, "X-Request-Id", "aviso-12345")
		if status != 200 || stored() != before+1 || headers.Get("X-Request-Id") != "aviso-12345" {
			t.Errorf("%d, %d notices", status, stored())
		}
		if log := s.log.String(); strings.Contains(log, secret) || !strings.Contains(log, `"path":"/callbacks/[removed]"`) || !strings.Contains(log, `"requestId":"aviso-12345"`) {
			t.Errorf("%s", log)
		}
	})
}

func TestPanel(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"index.html":          {Data: []byte("<!doctype html><title>Ponte</title>")},
		"assets/index-abc.js": {Data: []byte("export {}")},
		"favicon.svg":         {Data: []byte("<svg/>")},
	}
	server := httptest.NewServer(panel(files))
	defer server.Close()
	for path, want := range map[string]struct {
		status              int
		cache, media, holds string
	}{
		"/":                    {200, "no-cache", "text/html", "Ponte"},
		"/cobrancas/chg_1":     {200, "no-cache", "text/html", "Ponte"},
		"/assets/index-abc.js": {200, "public, max-age=31536000, immutable", "javascript", "export"},
		"/assets/index-old.js": {404, "", "", ""},
		"/favicon.svg":         {200, "no-cache", "image/svg+xml", "svg"},
		"/assets":              {200, "no-cache", "text/html", "Ponte"},
		"/../../etc/passwd":    {200, "no-cache", "text/html", "Ponte"},
	} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		content, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != want.status || want.cache != "" && response.Header.Get("Cache-Control") != want.cache || !strings.Contains(response.Header.Get("Content-Type"), want.media) || !strings.Contains(string(content), want.holds) {
			t.Errorf("%s: %d %v %.60s", path, response.StatusCode, response.Header, content)
		}
	}
	response, err := http.Post(server.URL+"/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("a POST: %d", response.StatusCode)
	}
	unbuilt := httptest.NewRecorder()
	panel(fstest.MapFS{}).ServeHTTP(unbuilt, httptest.NewRequest(http.MethodGet, "/", nil))
	if unbuilt.Code != http.StatusNotFound || !strings.Contains(unbuilt.Body.String(), "npm run build") {
		t.Errorf("without a build: %d %s", unbuilt.Code, unbuilt.Body)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()

	t.Run("one id is answered and logged, a strange one is not taken over", func(t *testing.T) {
		t.Parallel()
		s := serveHTTP(t, nil)
		for given, taken := range map[string]bool{"pedido-12345678": true, "": false, "x": false, "a b": false, strings.Repeat("a", 65): false, `{"a":"b","c":1}`: false} {
			_, headers, _ := s.send("POST", "/graphql", "{}", "X-Request-Id", given)
			id := headers.Get("X-Request-Id")
			if (id == given) != taken || !strings.Contains(s.log.String(), `"path":"/graphql","status":401`) || !strings.Contains(s.log.String(), `"requestId":"`+id+`"`) {
				t.Errorf("%q: %q\n%s", given, id, s.log)
			}
		}
		if _, _, _ = s.send("GET", "/healthz?token=segredo", ""); strings.Contains(s.log.String(), "healthz") {
			t.Error("questions after the health are logged")
		}
	})

	t.Run("a panic is answered 500 and logged", func(t *testing.T) {
		t.Parallel()
		log := &lines{}
		a := &app{log: newLog(log, config{})}
		server := httptest.NewServer(a.observed(a.guarded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") }))))
		defer server.Close()
		response, err := http.Get(server.URL + "/graphql")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusInternalServerError || !strings.Contains(log.String(), `"cause":"oh"`) || !strings.Contains(log.String(), `"status":500`) || !strings.Contains(log.String(), `"requestId"`) {
			t.Errorf("%d %s", response.StatusCode, log)
		}
	})

	t.Run("streams end when the server stops", func(t *testing.T) {
		t.Parallel()
		running, stop := context.WithCancel(t.Context())
		s := serveHTTP(t, nil)
		go s.app.api.Run(running)
		owner := signIn(t, strings.TrimPrefix(s.server.URL, "http://"), "/auth/setup", map[string]string{"name": "Ana Moreira", "email": "ana@empresa.example", "password": "uma senha boa"})
		socket := owner.follow(t.Context(), `subscription { chargeChanged { id } }`, nil)
		body, _ := json.Marshal(map[string]string{"query": "subscription { chargeChanged { id } }"})
		request, err := http.NewRequest(http.MethodPost, s.server.URL+"/graphql", bytes.NewReader(body))
		s.Must(err)
		request.Header = http.Header{"Authorization": {"Bearer " + owner.token}, "Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
		response, err := http.DefaultClient.Do(request)
		s.Must(err)
		defer func() { _ = response.Body.Close() }()
		line, err := bufio.NewReader(response.Body).ReadString('\n')
		if err != nil || line != ":\n" {
			t.Errorf("the stream began with %q %v", line, err)
		}
		stop()
		if _, open := <-socket; open {
			t.Error("the WebSocket told something")
		}
		if _, err := io.ReadAll(response.Body); err != nil {
			t.Errorf("the stream was cut: %v", err)
		}
	})
}

// door stands between a server and its database, and can be shut.
type door struct {
	t       *testing.T
	address string
	dial    func() (net.Conn, error)

	mu       sync.Mutex
	listener net.Listener
	conns    []net.Conn
}

// behindDoor answers a database's URL by way of a door.
func behindDoor(t *testing.T, databaseURL string) (*door, string) {
	t.Helper()
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	network, target := "tcp", parsed.Host
	query := parsed.Query()
	if folder := query.Get("host"); strings.HasPrefix(folder, "/") {
		port := query.Get("port")
		if port == "" {
			port = "5432"
		}
		network, target = "unix", filepath.Join(folder, ".s.PGSQL."+port)
		query.Del("host")
		query.Del("port")
	}
	d := &door{t: t, address: freeAddress(t), dial: func() (net.Conn, error) { return net.Dial(network, target) }}
	d.open()
	t.Cleanup(d.shut)
	parsed.Host, parsed.RawQuery = d.address, query.Encode()
	return d, parsed.String()
}

func (d *door) open() {
	d.t.Helper()
	listener, err := net.Listen("tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	d.listener = listener
	d.mu.Unlock()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			d.pass(conn)
		}
	}()
}

func (d *door) pass(conn net.Conn) {
	behind, err := d.dial()
	if err != nil {
		_ = conn.Close()
		return
	}
	d.mu.Lock()
	d.conns = append(d.conns, conn, behind)
	d.mu.Unlock()
	for _, pair := range [][2]net.Conn{{conn, behind}, {behind, conn}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
			_ = pair[1].Close()
		}()
	}
}

func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.listener.Close()
	for _, conn := range d.conns {
		_ = conn.Close()
	}
	d.conns = nil
}

func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	w.Ready()
	d, databaseURL := behindDoor(t, w.DatabaseURL)
	address := freeAddress(t)
	p := serverProcess(t, w, address, "DATABASE_URL="+databaseURL).ready()
	owner := w.User(enum.RoleOwner)
	who := &access.Service{DB: w.DB, Key: w.Seal.Derive("access"), Now: time.Now, Log: w.Service.Log}
	w.Must(who.ResetPassword(t.Context(), owner.Email, "uma senha boa"))
	caller := signIn(t, address, "/auth/login", map[string]string{"email": owner.Email, "password": "uma senha boa"})
	status := func(path string) int {
		response, err := (&http.Client{Timeout: 5 * time.Second}).Get("http://" + address + path)
		if err != nil {
			return 0
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	d.shut()
	until(t, "it says that it is not ready", func() bool { return status("/readyz") == 503 })
	if got := status("/healthz"); got != 200 {
		t.Errorf("healthz: %d", got)
	}
	refused, content := post(t, "http://"+address+"/graphql", caller.token, map[string]string{"query": "{ viewer { user { id } } }"})
	if refused != http.StatusServiceUnavailable || !strings.Contains(string(content), "UNAVAILABLE") || strings.Contains(string(content), "dial") {
		t.Errorf("a query: %d %s", refused, content)
	}
	refused, content = post(t, "http://"+address+"/auth/login", "", map[string]string{"email": owner.Email, "password": "uma senha boa"})
	if refused != http.StatusServiceUnavailable || strings.Contains(string(content), "dial") {
		t.Errorf("a sign-in: %d %s", refused, content)
	}
	d.open()
	back := time.Now()
	until(t, "it is ready again", func() bool { return status("/readyz") == 200 })
	if took := time.Since(back); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	caller.ask("{ viewer { user { id } } }", nil, nil)
	select {
	case <-p.ended:
		t.Errorf("the server has ended: %s", p.log)
	default:
	}
	if count := strings.Count(p.log.String(), "\n"); count > 400 {
		t.Errorf("%d lines of log", count)
	}
}
