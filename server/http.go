package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"ponte/billing"
	"ponte/docs"
	"ponte/ent/migrations"
	"ponte/frontend"
	"ponte/graph"
)

// contentPolicy lets the panel use its own files only, and speak with the addresses
// that are added.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; connect-src 'self'"

// tokenizers are where the provider's script for browsers sends a card, so that it
// never comes to us (npm payment-token-efi 3.4.1).
const tokenizers = " https://cobrancas.api.efipay.com.br https://cobrancas-h.api.efipay.com.br https://tokenizer.sejaefi.com.br"

// policy leaves the provider's addresses out where its simulator makes the tokens.
func (a *app) policy() string {
	if a.billing == nil || a.billing.TokenizerURL != "" {
		return contentPolicy
	}
	return contentPolicy + tokenizers
}

// handler serves the panel, the API, sign-in, callbacks and health. extra serves
// /sandbox/ in the demo. It makes a.api, whose subscriptions live while that runs.
func (a *app) handler(extra http.Handler) http.Handler {
	mux := http.NewServeMux()
	resolver := &graph.Resolver{DB: a.billing.DB, Billing: a.billing, Access: a.access, Version: version, Demo: extra != nil, PointsPerSecond: a.config.RateLimit,
		Documents: frontend.Documents(), FreeDocuments: a.config.FreeDocuments, Carry: carryRequestID}
	a.api = graph.NewHandler(resolver, a.log)
	mux.Handle("/graphql", a.api)
	mux.Handle("GET /schema.graphql", graph.NewSchemaHandler(resolver))
	exporter := graph.NewExporter(resolver, a.log)
	mux.Handle("GET /export/{file}", exporter)
	mux.HandleFunc("GET /export/customer/{file}", exporter.ServePerson)
	mux.Handle("GET /docs/", newDocs(docs.Pages))
	mux.Handle("GET /graphiql/", graphiql(frontend.Files()))
	mux.Handle("/auth/", a.access.Handler())
	mux.HandleFunc("POST /callbacks/gerencianet/{secret}", a.callback)
	mux.HandleFunc("POST /callbacks/gerencianet/{secret}/pix", a.pixCallback)
	mux.HandleFunc("POST /callbacks/vhsys/{secret}", a.vhsysCallback)
	mux.HandleFunc("/callbacks/", http.NotFound) // never a page of the panel
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, map[string]any{"ok": true}) })
	mux.HandleFunc("GET /readyz", a.readyz)
	if extra != nil {
		mux.Handle("/sandbox/", http.StripPrefix("/sandbox", extra))
	}
	mux.Handle("/", panel(frontend.Files()))
	return a.observed(a.guarded(mux))
}

// guarded adds what every answer carries, refuses what other sites send, and
// answers a panic with 500.
func (a *app) guarded(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	safe := protection.Handler(next)
	policy := a.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause) // the way to cut a connection
			default:
				a.log.ErrorContext(r.Context(), "panic while serving", "path", shownPath(r.URL.Path), "cause", cause, "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strings.HasPrefix(a.config.PublicURL, "https://") {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		safe.ServeHTTP(w, r)
	})
}

const readyTime = 2 * time.Second

// readyz tells whether the database answers and has this program's schema.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	pending, err := migrations.Pending(ctx, a.pool)
	switch {
	case err != nil && !errors.Is(err, migrations.ErrNewer):
		writeJSON(w, http.StatusServiceUnavailable, map[string]any{"ready": false, "reason": "database"})
	case pending || err != nil:
		writeJSON(w, http.StatusServiceUnavailable, map[string]any{"ready": false, "reason": "migrations"})
	default:
		writeJSON(w, http.StatusOK, map[string]any{"ready": true})
	}
}

// callback stores a notification and answers after the commit; nothing else.
func (a *app) callback(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		a.pixCallback(w, r) // the test at the registration comes without /pix
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, billing.MaxNoticeBytes))
	if err != nil {
		refuseBody(w, err)
		return
	}
	err = a.billing.ReceiveNotice(r.Context(), r.PathValue("secret"), noticeToken(r.Header.Get("Content-Type"), body), storable(body), callerAddress(r))
	a.answerCallback(w, r, err)
}

// pixCallback does the same for the Pix API, which adds /pix to the address that
// it was given. Where a proxy checks the provider's certificate, callers without it
// are refused.
func (a *app) pixCallback(w http.ResponseWriter, r *http.Request) {
	if header := a.config.PixCertificateHeader; header != "" && r.Header.Get(header) != "SUCCESS" {
		http.Error(w, "a client certificate of the provider is needed", http.StatusForbidden)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, billing.MaxPixBytes))
	if err != nil {
		refuseBody(w, err)
		return
	}
	a.answerCallback(w, r, a.billing.ReceivePix(r.Context(), r.PathValue("secret"), storable(body), callerAddress(r)))
}

// vhsysCallback hears that something changed at the ERP, and nothing more.
func (a *app) vhsysCallback(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, billing.MaxPixBytes)); err != nil {
		refuseBody(w, err)
		return
	}
	a.answerCallback(w, r, a.billing.ReceiveVhsys(r.Context(), r.PathValue("secret")))
}

func callerAddress(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}

func (a *app) answerCallback(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, billing.ErrUnknownCallback):
		http.NotFound(w, r)
	case errors.Is(err, billing.ErrMalformedNotice), errors.Is(err, billing.ErrMalformedPix):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case err != nil:
		a.log.ErrorContext(r.Context(), "store a notice", "error", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// storable answers a body as a text that the database takes.
func storable(body []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(body), "\uFFFD"), "\x00", "\uFFFD")
}

func refuseBody(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "the body could not be read", http.StatusBadRequest)
}

// noticeToken reads the one field of a notification.
func noticeToken(contentType string, body []byte) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/x-www-form-urlencoded" {
		return ""
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get("notification")
}

// panel serves the built panel. A path without a file of its own is a page of the
// panel; a file under assets/ never changes.
func panel(files fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		content, err := fs.ReadFile(files, name)
		if err != nil {
			if strings.HasPrefix(name, "assets/") {
				http.NotFound(w, r)
				return
			}
			name = "index.html"
			content, err = fs.ReadFile(files, name)
		}
		if err != nil {
			http.Error(w, "O painel não foi construído: rode npm run build. / The panel was not built: run npm run build.", http.StatusNotFound)
			return
		}
		w.Header().Set("Cache-Control", cacheControl(name))
		if media := mime.TypeByExtension(path.Ext(name)); media != "" {
			w.Header().Set("Content-Type", media)
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// graphiqlPolicy lets GraphiQL speak with our API and nobody else. The nonce is for the
// style sheet that its dialogs make.
const graphiqlPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-PONTE_NONCE'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// graphiql serves the built GraphiQL at /graphiql/. What it may ask is decided by the
// API.
func graphiql(files fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/graphiql/")
		if name == "" {
			name = "graphiql.html"
		}
		content, err := fs.ReadFile(files, path.Join("graphiql", path.Clean("/"+name)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", cacheControl(name))
		if name == "graphiql.html" {
			nonce := rand.Text()
			content = bytes.ReplaceAll(content, []byte("PONTE_NONCE"), []byte(nonce))
			w.Header().Set("Content-Security-Policy", strings.ReplaceAll(graphiqlPolicy, "PONTE_NONCE", nonce))
			w.Header().Set("Cache-Control", "no-store")
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

func cacheControl(name string) string {
	if strings.HasPrefix(name, "assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
