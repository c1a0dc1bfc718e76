package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const pixTokenPath = "/oauth/token"

// receive hangs up on a connection that the real API would refuse to
// establish, and hands everything else on.
func (p *pix) receive(w http.ResponseWriter, r *http.Request) {
	if p.trusted(r) {
		p.ServeHTTP(w, r)
		return
	}
	p.sandbox.requests.add(requestEntry{
		Provider: p.name, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, At: p.sandbox.clock.now(),
	})
	hangUp(w)
}

// trusted says whether the client certificate is for the environment of the
// account that calls. A caller without an account is told so by the handler.
func (p *pix) trusted(r *http.Request) bool {
	p.sandbox.mu.Lock()
	defer p.sandbox.mu.Unlock()
	if !p.settings.RequireCertificate {
		return true
	}
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return false
	}
	account, known := p.caller(r)
	return !known || environmentOf(r.TLS.VerifiedChains[0][0]) == p.environment(account)
}

// caller is the account that a request's Authorization header names.
func (p *pix) caller(r *http.Request) (string, bool) {
	if id, secret, isBasic := r.BasicAuth(); isBasic {
		return p.accountOf(id, secret)
	}
	return p.bearer(r)
}

// accountOf finds the account of a pair, comparing in constant time.
func (p *pix) accountOf(id, secret string) (string, bool) {
	return p.sandbox.gerencianet.accountOf(id, secret)
}

// bearer finds the account of a token that has not expired.
func (p *pix) bearer(r *http.Request) (string, bool) {
	token, found := p.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !found || !p.sandbox.clock.real().Before(token.expires) {
		return "", false
	}
	return token.account, true
}

// environment is that of an account.
func (p *pix) environment(name string) string {
	for _, account := range p.accounts {
		if account.Name == name && account.Production {
			return EnvironmentProduction
		}
	}
	return EnvironmentSandbox
}

// authorize is POST /oauth/token: Basic credentials for a bearer token.
func (p *pix) authorize(e *exchange) answer {
	id, secret, _ := e.request.BasicAuth()
	account, known := p.accountOf(id, secret)
	if !known {
		return pixFailure(pixTokenPath, http.StatusUnauthorized)
	}
	var body struct {
		GrantType string `json:"grant_type"`
	}
	if json.Unmarshal(e.body, &body) != nil || body.GrantType != "client_credentials" {
		return jsonAnswer(http.StatusBadRequest, map[string]any{
			"error": "unsupported_grant_type", "error_description": "grant_type must be client_credentials",
		})
	}
	e.account = account
	return jsonAnswer(http.StatusOK, map[string]any{
		"access_token": p.issueToken(account), "token_type": "Bearer",
		"expires_in": p.settings.TokenSeconds, "scope": strings.Join(p.settings.Scopes, " "),
	})
}

// issueToken makes a token and forgets those that have expired.
func (p *pix) issueToken(account string) string {
	now := p.sandbox.clock.real()
	for token, issued := range p.tokens {
		if now.After(issued.expires) {
			delete(p.tokens, token)
		}
	}
	token := randomHex(32)
	p.tokens[token] = accessToken{account: account, expires: now.Add(time.Duration(p.settings.TokenSeconds) * time.Second)}
	return token
}
