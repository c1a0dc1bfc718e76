package access

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ponte/billing"
)

const (
	refreshCookieName = "ponte_refresh"
	cookiePath        = "/auth"
	maxBodyBytes      = 8 << 10
	retryLater        = 5 * time.Second

	// StreamCookie holds the access token for a browser's EventSource and WebSocket,
	// which cannot send it in a header.
	StreamCookie     = "ponte_stream"
	streamCookiePath = "/graphql"
)

// Handler serves /auth/status, /auth/setup, /auth/login, /auth/password,
// /auth/refresh and /auth/logout. The refresh token travels in a cookie that scripts
// cannot read and that is sent to /auth only; the access token is answered, and is
// in a cookie too, which opens streams and nothing else. Requests from pages of other
// sites are refused.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/auth/status", s.route(http.MethodGet, s.serveStatus))
	mux.Handle("/auth/setup", s.route(http.MethodPost, s.serveSetup))
	mux.Handle("/auth/login", s.route(http.MethodPost, s.serveLogin))
	mux.Handle("/auth/password", s.route(http.MethodPost, s.servePassword))
	mux.Handle("/auth/refresh", s.route(http.MethodPost, s.serveRefresh))
	mux.Handle("/auth/logout", s.route(http.MethodPost, s.serveLogout))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, r, http.StatusNotFound, problem("NOT_FOUND", "", "Este endereço não existe.", "There is nothing at this address."))
	})
	sameSite := http.NewCrossOriginProtection()
	sameSite.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, r, http.StatusForbidden, problem("CROSS_ORIGIN", "", "Abra o painel no endereço da própria Ponte.", "Open the panel at Ponte's own address."))
	}))
	return sameSite.Handler(mux)
}

// route serves one method of an address; what the function answers as an error is
// told to the client.
func (s *Service) route(method string, serve func(w http.ResponseWriter, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			writeProblem(w, r, http.StatusMethodNotAllowed, problem("METHOD_NOT_ALLOWED", "", "Use o método "+method+".", "Use the method "+method+"."))
			return
		}
		r = r.WithContext(WithClient(r.Context(), s.Client(r)))
		if err := serve(w, r); err != nil {
			s.writeError(w, r, err)
		}
	})
}

type statusAnswer struct {
	NeedsSetup bool       `json:"needsSetup"`
	Demo       bool       `json:"demo"`
	DemoLogin  *loginBody `json:"demoLogin"`
}

func (s *Service) serveStatus(w http.ResponseWriter, r *http.Request) error {
	needsSetup, err := s.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	answer := statusAnswer{NeedsSetup: needsSetup, Demo: s.Demo}
	if s.Demo {
		answer.DemoLogin = &loginBody{Email: s.DemoEmail, Password: s.DemoPassword}
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

type setupBody struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Locale   string `json:"locale"`
}

func (s *Service) serveSetup(w http.ResponseWriter, r *http.Request) error {
	var body setupBody
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Locale == "" {
		body.Locale = language(r)
	}
	tokens, err := s.Setup(r.Context(), NewUser{Name: body.Name, Email: body.Email, Password: body.Password, Locale: body.Locale}, s.Client(r))
	if err != nil {
		return err
	}
	s.writeTokens(w, r, tokens)
	return nil
}

type loginBody struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty"` // of the second factor
}

func (s *Service) serveLogin(w http.ResponseWriter, r *http.Request) error {
	var body loginBody
	if err := readBody(r, &body); err != nil {
		return err
	}
	tokens, err := s.LoginWithCode(r.Context(), body.Email, body.Password, body.Code, s.Client(r))
	if err != nil {
		return err
	}
	s.writeTokens(w, r, tokens)
	return nil
}

// servePassword sets the password of who has a link; signing in comes after.
func (s *Service) servePassword(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Secret   string `json:"secret"`
		Password string `json:"password"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if err := s.ChoosePassword(r.Context(), body.Secret, body.Password, s.Client(r)); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// serveRefresh takes the cookie away from who has no session any more, but not
// from who was overtaken by another tab: the cookie is that tab's newer one.
func (s *Service) serveRefresh(w http.ResponseWriter, r *http.Request) error {
	if err := readOptionalBody(r, &struct{}{}); err != nil {
		return err
	}
	tokens, err := s.Refresh(r.Context(), refreshCookie(r), s.Client(r))
	if denied, ok := AsDenied(err); ok && denied.Code == CodeSessionEnded {
		s.takeCookies(w, r)
	}
	if err != nil {
		return err
	}
	s.writeTokens(w, r, tokens)
	return nil
}

func (s *Service) serveLogout(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Everywhere bool `json:"everywhere"`
	}
	if err := readOptionalBody(r, &body); err != nil {
		return err
	}
	if err := s.Logout(r.Context(), refreshCookie(r), body.Everywhere); err != nil {
		return err
	}
	s.takeCookies(w, r)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

type tokensAnswer struct {
	AccessToken      string `json:"accessToken"`
	ExpiresInSeconds int    `json:"expiresInSeconds"`
}

func (s *Service) writeTokens(w http.ResponseWriter, r *http.Request, tokens *Tokens) {
	s.setCookie(w, r, refreshCookieName, cookiePath, tokens.RefreshToken, wholeSeconds(tokens.SessionExpiresAt.Sub(s.Now())))
	s.setCookie(w, r, StreamCookie, streamCookiePath, tokens.AccessToken, wholeSeconds(tokens.ExpiresIn))
	writeJSON(w, http.StatusOK, tokensAnswer{AccessToken: tokens.AccessToken, ExpiresInSeconds: int(tokens.ExpiresIn / time.Second)})
}

func (s *Service) takeCookies(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, r, refreshCookieName, cookiePath, "", -1)
	s.setCookie(w, r, StreamCookie, streamCookiePath, "", -1)
}

// setCookie keeps a token for so many seconds; a negative age removes it.
func (s *Service) setCookie(w http.ResponseWriter, r *http.Request, name, path, token string, maxAgeSeconds int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: a panel on plain http, as on loopback, would not get a Secure cookie back
		Name: name, Value: token, Path: path, MaxAge: maxAgeSeconds,
		HttpOnly: true, Secure: s.isSecure(r), SameSite: http.SameSiteStrictMode,
	})
}

func (s *Service) isSecure(r *http.Request) bool {
	return s.Secure || r.TLS != nil || s.TrustProxy && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// refreshCookie answers the token in the cookie, "" (never a good one) without it.
func refreshCookie(r *http.Request) string {
	cookie, err := r.Cookie(refreshCookieName)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Client answers who is at the other end of the socket; behind a trusted proxy,
// the address that this proxy has added as the last one.
func (s *Service) Client(r *http.Request) Client {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if forwarded := r.Header.Values("X-Forwarded-For"); s.TrustProxy && len(forwarded) > 0 {
		list := strings.Split(forwarded[len(forwarded)-1], ",")
		host = strings.TrimSpace(list[len(list)-1])
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return Client{UserAgent: r.UserAgent()}
	}
	return Client{Address: address.Unmap().WithZone("").String(), UserAgent: r.UserAgent()}
}

// badRequest is the error of a body that cannot be read.
type badRequest struct{ billing.Problem }

func (b badRequest) Error() string { return b.Code }

func invalidBody() error {
	return badRequest{problem("BODY_INVALID", "", "O corpo da requisição não é o JSON esperado: confira os nomes e os tipos dos campos.", "The request body is not the JSON that is expected: check the names and types of its fields.")}
}

// readBody reads one JSON object, with known fields only, into the target.
func readBody(r *http.Request, target any) error {
	body, err := limitedBody(r)
	if err != nil {
		return err
	}
	return decodeBody(r, body, target)
}

// readOptionalBody is readBody, for requests that also make sense without a body.
func readOptionalBody(r *http.Request, target any) error {
	body, err := limitedBody(r)
	if err != nil || len(body) == 0 {
		return err
	}
	return decodeBody(r, body, target)
}

func limitedBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil {
		return nil, invalidBody()
	}
	if len(body) > maxBodyBytes {
		return nil, badRequest{problem("BODY_TOO_LARGE", "", "O corpo da requisição passa de 8 KiB.", "The request body exceeds 8 KiB.")}
	}
	return body, nil
}

func decodeBody(r *http.Request, body []byte, target any) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return badRequest{problem("CONTENT_TYPE_INVALID", "", "Envie o corpo como application/json.", "Send the body as application/json.")}
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		return invalidBody()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return invalidBody()
	}
	return nil
}

// writeError tells the client why; what is not the client's doing is logged, and
// its cause is not told.
func (s *Service) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var bad badRequest
	if errors.As(err, &bad) {
		writeProblem(w, r, http.StatusBadRequest, bad.Problem)
		return
	}
	if refused, ok := billing.AsRefusal(err); ok {
		writeProblem(w, r, http.StatusBadRequest, refused[0])
		return
	}
	if denied, ok := AsDenied(err); ok {
		setRetryAfter(w, denied.RetryAfter)
		writeProblem(w, r, deniedStatus(denied.Code), denied.Problem)
		return
	}
	if !errors.Is(err, context.Canceled) {
		s.Log.ErrorContext(r.Context(), "sign-in service", "path", r.URL.Path, "error", err)
	}
	setRetryAfter(w, retryLater)
	writeProblem(w, r, http.StatusServiceUnavailable, problem("UNAVAILABLE", "", "O Ponte não conseguiu responder agora: tente de novo em instantes.", "Ponte could not answer just now: try again in a moment."))
}

func deniedStatus(code string) int {
	switch code {
	case CodeTooManyAttempts:
		return http.StatusTooManyRequests
	case CodeUserInactive:
		return http.StatusForbidden
	case CodeAlreadySetUp:
		return http.StatusConflict
	}
	return http.StatusUnauthorized
}

func setRetryAfter(w http.ResponseWriter, wait time.Duration) {
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
	}
}

// wholeSeconds rounds up, and answers at least one.
func wholeSeconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }

type errorAnswer struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code    string  `json:"code"`
	Field   *string `json:"field"`
	Message string  `json:"message"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, status int, found billing.Problem) {
	body := errorBody{Code: found.Code, Message: found.Text.In(language(r))}
	if len(found.Field) > 0 {
		field := strings.Join(found.Field, ".")
		body.Field = &field
	}
	w.Header().Set("Vary", "Accept-Language")
	writeJSON(w, status, errorAnswer{body})
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the client is gone: nobody is left to tell
}

// language answers the one of our two languages that Accept-Language likes best,
// Portuguese when it likes neither.
func language(r *http.Request) string {
	best, bestQuality := defaultLocale, 0.0
	for one := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, parameter, _ := strings.Cut(strings.TrimSpace(one), ";")
		locale := localeOf(tag)
		if quality := qualityOf(parameter); locale != "" && quality > bestQuality {
			best, bestQuality = locale, quality
		}
	}
	return best
}

func localeOf(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	switch primary {
	case "pt":
		return "pt-BR"
	case "en":
		return "en"
	}
	return ""
}

// qualityOf reads a weight like "q=0.8" (RFC 9110, 12.4.2): 1 when there is none,
// 0 when it cannot be read.
func qualityOf(parameter string) float64 {
	text, found := strings.CutPrefix(strings.TrimSpace(parameter), "q=")
	if !found {
		return 1
	}
	quality, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return quality
}
