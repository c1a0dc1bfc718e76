package sandbox

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// accessToken is one issued bearer token.
type accessToken struct {
	account string
	expires time.Time
}

const authorizePath = "/v1/authorize"

// bareUnauthorized is the text that integrators compare with.
func bareUnauthorized() answer {
	return textAnswer(http.StatusUnauthorized, "text/plain; charset=utf-8", "Unauthorized")
}

// authorize is POST /v1/authorize: Basic credentials for a bearer token.
func (g *gerencianet) authorize(e *exchange) answer {
	id, secret, _ := e.request.BasicAuth()
	account, known := g.accountOf(id, secret)
	if !known {
		return bareUnauthorized()
	}
	var body struct {
		GrantType string `json:"grant_type"`
	}
	if json.Unmarshal(e.body, &body) != nil || body.GrantType != "client_credentials" {
		return refusedProperty(codeSchema, "/grant_type", "O valor não está entre os permitidos: client_credentials.")
	}
	e.account = account
	token := randomHex(32)
	lifetime := time.Duration(g.settings.TokenSeconds) * time.Second
	g.forgetExpiredTokens()
	g.tokens[token] = accessToken{account: account, expires: g.sandbox.clock.real().Add(lifetime)}
	return jsonAnswer(http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": g.settings.TokenSeconds,
	})
}

// accountOf finds the account of a pair, comparing in constant time.
func (g *gerencianet) accountOf(id, secret string) (string, bool) {
	for _, account := range g.accounts {
		if same(account.ClientID, id) && same(account.ClientSecret, secret) {
			return account.Name, true
		}
	}
	return "", false
}

// authenticated finds the account of a bearer token that has not expired.
func (g *gerencianet) authenticated(header string) (string, bool) {
	token, found := g.tokens[strings.TrimPrefix(header, "Bearer ")]
	if !found || !g.sandbox.clock.real().Before(token.expires) {
		return "", false
	}
	return token.account, true
}

// forgetExpiredTokens keeps the table small.
func (g *gerencianet) forgetExpiredTokens() {
	now := g.sandbox.clock.real()
	for token, issued := range g.tokens {
		if now.After(issued.expires) {
			delete(g.tokens, token)
		}
	}
}

// same compares two secrets in constant time.
func same(left, right string) bool {
	return subtle.ConstantTimeCompare([]byte(left), []byte(right)) == 1
}

// randomHex returns twice as many characters as bytes.
func randomHex(bytes int) string {
	buffer := make([]byte, bytes)
	_, _ = rand.Read(buffer) // never fails since Go 1.24
	return hex.EncodeToString(buffer)
}

// randomUUID returns a version 4 UUID.
func randomUUID() string {
	buffer := make([]byte, 16)
	_, _ = rand.Read(buffer) // never fails since Go 1.24
	buffer[6] = buffer[6]&0x0f | 0x40
	buffer[8] = buffer[8]&0x3f | 0x80
	text := hex.EncodeToString(buffer)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
