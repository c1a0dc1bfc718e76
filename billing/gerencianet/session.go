package gerencianet

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"ponte/billing/provider"
)

// session is an authorized conversation with one of the provider's APIs, each
// of which gives out its own tokens.
type session struct {
	http      *provider.HTTPClient
	tokens    tokens
	tokenPath string
	config    Config
	err       error                            // why the configuration cannot be used
	refused   func(*provider.HTTPAnswer) error // the error of a refused authorization
}

// authorized sends one request. A 401 means that nothing was executed, so the
// request is sent once more with a new token, whatever its method
// (providers/gerencianet.md, 1.4).
func (s *session) authorized(ctx context.Context, call provider.HTTPCall) (*provider.HTTPAnswer, error) {
	for attempt := 1; ; attempt++ {
		token, err := s.token(ctx)
		if err != nil {
			return nil, err
		}
		call.Header = withHeader(call.Header, "Authorization", "Bearer "+token)
		answer, err := s.http.Do(ctx, call)
		if err != nil || answer.Status != http.StatusUnauthorized || attempt == 2 {
			return answer, err
		}
		s.tokens.drop(token)
	}
}

func withHeader(header http.Header, name, value string) http.Header {
	changed := header.Clone()
	if changed == nil {
		changed = http.Header{}
	}
	changed.Set(name, value)
	return changed
}

// ping proves that the credentials work, by asking for a new token.
func (s *session) ping(ctx context.Context) error {
	s.tokens.drop("")
	_, err := s.token(ctx)
	return err
}

// token answers the cached access token or a new one.
func (s *session) token(ctx context.Context) (string, error) {
	if s.err != nil {
		return "", s.err
	}
	token, err := s.tokens.get(ctx, s.config.Now, s.authorize)
	if errors.Is(err, errWaiting) {
		return "", &provider.Error{
			Provider: name, Class: provider.Unavailable, Err: err,
			Cause: say(
				"O tempo acabou enquanto se esperava a autorização da Gerencianet; nada foi enviado.",
				"The time ran out while waiting for Gerencianet's authorization; nothing was sent."),
			Remedy: say("Será tentado de novo automaticamente.", "It will be tried again automatically."),
		}
	}
	return token, err
}

// authorize asks for a token. It changes nothing at the provider, so that a
// lost answer leaves nothing in doubt.
func (s *session) authorize(ctx context.Context) (token string, lifetime time.Duration, err error) {
	basic := base64.StdEncoding.EncodeToString([]byte(s.config.ClientID + ":" + s.config.ClientSecret))
	answer, err := s.http.Do(ctx, provider.HTTPCall{
		Method: http.MethodPost, Path: s.tokenPath,
		Header: http.Header{"Authorization": {"Basic " + basic}},
		JSON: struct {
			GrantType string `json:"grant_type"`
		}{"client_credentials"},
	})
	if err != nil {
		return "", 0, err
	}
	if answer.Status < 200 || answer.Status > 299 {
		return "", 0, s.refused(answer)
	}
	granted, _ := decode(answer.Body)
	seconds := granted.integer("expires_in")
	if token = granted.text("access_token"); token == "" {
		return "", 0, s.http.Unexpected(answer, false, "", "an authorization without access_token")
	}
	if seconds == nil {
		return token, 0, nil // good for this call only
	}
	return token, time.Duration(*seconds) * time.Second, nil
}
