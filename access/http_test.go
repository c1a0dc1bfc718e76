package access_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ponte/access"
)

const (
	setupJSON = `{"name":"Dona","email":"` + ownerEmail + `","password":"` + ownerPassword + `"}`
	loginJSON = `{"email":"` + ownerEmail + `","password":"` + ownerPassword + `"}`
)

// call is one request of a test.
type call struct {
	method, path, body string
	header             map[string]string
	cookie             *http.Cookie
	tls                bool
}

func (b *bundle) do(c call) *http.Response {
	request := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	if c.cookie != nil {
		request.AddCookie(c.cookie)
	}
	request.TLS = nil
	if c.tls {
		request.TLS = &tls.ConnectionState{}
	}
	recorder := httptest.NewRecorder()
	b.Handler().ServeHTTP(recorder, request)
	return recorder.Result()
}

func answer(t *testing.T, response *http.Response) map[string]any {
	t.Helper()
	var read map[string]any
	if err := json.NewDecoder(response.Body).Decode(&read); err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	return read
}

func refreshCookie(t *testing.T, response *http.Response) *http.Cookie {
	t.Helper()
	for _, cookie := range response.Cookies() {
		if cookie.Name == "ponte_refresh" {
			return cookie
		}
	}
	t.Fatal("there is no cookie")
	return nil
}

func wantStatus(t *testing.T, response *http.Response, status int) {
	t.Helper()
	if response.StatusCode != status {
		t.Fatalf("status = %d, want %d: %v", response.StatusCode, status, answer(t, response))
	}
	if response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control = %q", response.Header.Get("Cache-Control"))
	}
}

func TestHTTPErrors(t *testing.T) {
	post := func(path, body string) call { return call{method: "POST", path: path, body: body} }
	with := func(c call, name, value string) call {
		c.header = map[string]string{name: value}
		return c
	}
	cases := []struct {
		name         string
		call         call
		status       int
		code, field  string
		messageStart string
	}{
		{"wrong password", post("/auth/login", `{"email":"`+ownerEmail+`","password":"x"}`), 401, "INVALID_LOGIN", "", "E-mail ou senha"},
		{"in English", with(post("/auth/login", `{"email":"x","password":"x"}`), "Accept-Language", "fr, en-GB;q=0.8, pt;q=0.3"), 401, "INVALID_LOGIN", "", "Wrong e-mail"},
		{"in Portuguese for who speaks neither", with(post("/auth/login", `{"email":"x","password":"x"}`), "Accept-Language", "fr, en;q=x"), 401, "INVALID_LOGIN", "", "E-mail ou senha"},
		{"inactive", post("/auth/login", `{"email":"s@exemplo.com.br","password":"`+ownerPassword+`"}`), 403, "USER_INACTIVE", "", "Seu acesso"},
		{"setup again", post("/auth/setup", setupJSON), 409, "ALREADY_SET_UP", "", "O Ponte já tem"},
		{"refresh without a cookie", post("/auth/refresh", ""), 401, "SESSION_ENDED", "", "A sessão terminou"},
		{"unknown field", post("/auth/login", `{"email":"x","password":"x","role":"OWNER"}`), 400, "BODY_INVALID", "", "O corpo"},
		{"unknown field of refresh", post("/auth/refresh", `{"x":1}`), 400, "BODY_INVALID", "", "O corpo"},
		{"wrong type", post("/auth/logout", `{"everywhere":"yes"}`), 400, "BODY_INVALID", "", "O corpo"},
		{"no body", with(post("/auth/login", ""), "Content-Type", "application/json"), 400, "BODY_INVALID", "", "O corpo"},
		{"two bodies", post("/auth/login", loginJSON+loginJSON), 400, "BODY_INVALID", "", "O corpo"},
		{"too large", post("/auth/login", `{"email":"`+strings.Repeat("x", 8<<10)+`"}`), 400, "BODY_TOO_LARGE", "", "O corpo"},
		{"form", with(post("/auth/login", "email=x"), "Content-Type", "application/x-www-form-urlencoded"), 400, "CONTENT_TYPE_INVALID", "", "Envie"},
		{"text", with(post("/auth/logout", `{"everywhere":true}`), "Content-Type", "text/plain"), 400, "CONTENT_TYPE_INVALID", "", "Envie"},
		{"from a page of another site", with(post("/auth/login", loginJSON), "Sec-Fetch-Site", "cross-site"), 403, "CROSS_ORIGIN", "", "Abra o painel"},
		{"wrong method", call{method: "GET", path: "/auth/login"}, 405, "METHOD_NOT_ALLOWED", "", "Use o método POST"},
		{"unknown address", call{method: "GET", path: "/auth/other"}, 404, "NOT_FOUND", "", "Este endereço"},
	}
	b := setup(t)
	b.owner(t)
	sleeping := b.person(t, "s@exemplo.com.br", "READER")
	b.DB.User.UpdateOne(sleeping).SetActive(false).ExecX(t.Context())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			response := b.do(c.call)
			wantStatus(t, response, c.status)
			wantProblem(t, response, c.code, c.field, c.messageStart)
		})
	}
}

func wantProblem(t *testing.T, response *http.Response, code, field, messageStart string) {
	t.Helper()
	problem, _ := answer(t, response)["error"].(map[string]any)
	message, _ := problem["message"].(string)
	gotField, _ := problem["field"].(string)
	if _, there := problem["field"]; !there || problem["code"] != code || gotField != field || !strings.HasPrefix(message, messageStart) {
		t.Errorf("problem = %v", problem)
	}
}

func TestHTTPSetup(t *testing.T) {
	t.Run("names the field that is wrong", func(t *testing.T) {
		b := setup(t)
		response := b.do(call{method: "POST", path: "/auth/setup", body: `{"name":"Dona","email":"` + ownerEmail + `","password":"curta"}`})
		wantStatus(t, response, 400)
		wantProblem(t, response, "PASSWORD_SHORT", "password", "Use uma senha")
	})
	t.Run("signs in, in the language of the browser", func(t *testing.T) {
		b := setup(t)
		response := b.do(call{method: "POST", path: "/auth/setup", body: setupJSON, header: map[string]string{"Accept-Language": "en-US,en"}})
		wantStatus(t, response, 200)
		token, _ := answer(t, response)["accessToken"].(string)
		if viewer := must(b.Authenticate(t.Context(), token))(t); viewer.User.Locale != "en" {
			t.Errorf("locale = %s", viewer.User.Locale)
		}
	})
}

func TestHTTPStatus(t *testing.T) {
	t.Run("of an empty Ponte", func(t *testing.T) {
		b := setup(t)
		response := b.do(call{method: "GET", path: "/auth/status"})
		wantStatus(t, response, 200)
		read := answer(t, response)
		if login, there := read["demoLogin"]; read["needsSetup"] != true || read["demo"] != false || login != nil || !there {
			t.Errorf("status = %v", read)
		}
	})
	t.Run("of the demonstration", func(t *testing.T) {
		b := setup(t)
		b.Demo, b.DemoEmail, b.DemoPassword = true, ownerEmail, ownerPassword
		b.owner(t)
		read := answer(t, b.do(call{method: "GET", path: "/auth/status"}))
		login, _ := read["demoLogin"].(map[string]any)
		if read["needsSetup"] != false || read["demo"] != true || login["email"] != ownerEmail || login["password"] != ownerPassword {
			t.Errorf("status = %v", read)
		}
	})
	t.Run("while the database is away", func(t *testing.T) {
		b := setup(t)
		_ = b.pool.Close()
		response := b.do(call{method: "GET", path: "/auth/status"})
		wantStatus(t, response, 503)
		if response.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		wantProblem(t, response, "UNAVAILABLE", "", "O Ponte não conseguiu")
	})
}

func TestHTTPCookie(t *testing.T) {
	t.Run("is for our pages and not for scripts", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		response := b.do(call{method: "POST", path: "/auth/login", body: loginJSON})
		wantStatus(t, response, 200)
		cookie := refreshCookie(t, response)
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/auth" || cookie.Secure || cookie.MaxAge != 30*24*3600 {
			t.Errorf("cookie = %+v", cookie)
		}
		if read := answer(t, response); read["expiresInSeconds"] != 600.0 || len(read) != 2 {
			t.Errorf("answer = %v", read)
		}
	})
	secure := map[string]struct {
		change func(*access.Service)
		call   call
		want   bool
	}{
		"over TLS":                   {func(*access.Service) {}, call{tls: true}, true},
		"when it has to be":          {func(s *access.Service) { s.Secure = true }, call{}, true},
		"behind a trusted TLS proxy": {func(s *access.Service) { s.TrustProxy = true }, call{header: map[string]string{"X-Forwarded-Proto": "https"}}, true},
		"but not on anybody's word":  {func(*access.Service) {}, call{header: map[string]string{"X-Forwarded-Proto": "https"}}, false},
	}
	for name, c := range secure {
		t.Run("is secure "+name, func(t *testing.T) {
			b := setup(t)
			b.owner(t)
			c.change(b.Service)
			c.call.method, c.call.path, c.call.body = "POST", "/auth/login", loginJSON
			if cookie := refreshCookie(t, b.do(c.call)); cookie.Secure != c.want {
				t.Errorf("cookie = %+v", cookie)
			}
		})
	}
	t.Run("is replaced, kept by who was overtaken, taken from a thief", func(t *testing.T) {
		b := setup(t)
		b.owner(t)
		first := refreshCookie(t, b.do(call{method: "POST", path: "/auth/login", body: loginJSON}))
		response := b.do(call{method: "POST", path: "/auth/refresh", cookie: first})
		wantStatus(t, response, 200)
		if second := refreshCookie(t, response); second.Value == first.Value {
			t.Error("the token was not replaced")
		}
		response = b.do(call{method: "POST", path: "/auth/refresh", cookie: first, body: "{}"})
		wantStatus(t, response, 401)
		if len(response.Cookies()) != 0 {
			t.Error("the cookie of the other tab was touched")
		}
		wantProblem(t, response, "TOKEN_ROTATED", "", "A sessão acabou de ser renovada")
		b.clock.pass(time.Minute)
		response = b.do(call{method: "POST", path: "/auth/refresh", cookie: first})
		wantStatus(t, response, 401)
		if cookie := refreshCookie(t, response); cookie.MaxAge != -1 || cookie.Value != "" {
			t.Errorf("cookie = %+v", cookie)
		}
	})
	t.Run("is removed by the logout, which ends all sessions when asked to", func(t *testing.T) {
		b := setup(t)
		tokens := b.owner(t)
		cookie := refreshCookie(t, b.do(call{method: "POST", path: "/auth/login", body: loginJSON}))
		response := b.do(call{method: "POST", path: "/auth/logout", body: `{"everywhere":true}`, cookie: cookie})
		wantStatus(t, response, 204)
		if cookie := refreshCookie(t, response); cookie.MaxAge != -1 || cookie.Value != "" {
			t.Errorf("cookie = %+v", cookie)
		}
		wantEnded(t, b, tokens)
	})
}

func TestHTTPSlowsDown(t *testing.T) {
	exhaust := func(t *testing.T, b *bundle, header func(i int) map[string]string) *http.Response {
		t.Helper()
		for i := range 40 {
			body := `{"email":"n` + string(rune('a'+i)) + `","password":"x"}`
			response := b.do(call{method: "POST", path: "/auth/login", body: body, header: header(i)})
			if response.StatusCode == http.StatusTooManyRequests {
				return response
			}
		}
		return nil
	}
	forwarded := func(i int) map[string]string {
		return map[string]string{"X-Forwarded-For": "203.0.113.9, 198.51.100." + string(rune('0'+i%10))}
	}
	t.Run("by the address of the socket", func(t *testing.T) {
		b := setup(t)
		response := exhaust(t, b, forwarded)
		if response == nil {
			t.Fatal("40 guesses were not slowed down")
		}
		wantProblem(t, response, "TOO_MANY_ATTEMPTS", "", "Tentativas demais")
		if retry := response.Header.Get("Retry-After"); retry != "2" {
			t.Errorf("Retry-After = %q", retry)
		}
	})
	t.Run("by the address that a trusted proxy tells", func(t *testing.T) {
		b := setup(t)
		b.TrustProxy = true
		if exhaust(t, b, forwarded) != nil {
			t.Error("ten clients behind a proxy were taken for one")
		}
	})
}
