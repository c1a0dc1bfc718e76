// Package access decides who may: it keeps people and their sessions, signs them
// in and tells who asks.
//
// A person signs in with an address and a password (session.go) and gets two
// tokens (token.go). The access token is short-lived and goes with every request;
// Authenticate (viewer.go) believes only its ids and reads person and session from
// the database each time, so that a change of rights counts at once. The refresh
// token lives in a cookie, is good for one use, and is replaced at each use; one
// that is used again ends its session.
//
// An app signs in with the secret of a token (apitoken.go), in the name of a person.
//
// What a person may do follows from the role alone: READER < OPERATOR < FINANCE <
// OWNER; an app may do what both the person's role and the token's scopes allow.
// Handler (http.go) is the door of the panel. Who changed what is written down by
// ent/audit.
package access

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ponte/billing"
	"ponte/ent/db"
)

const (
	keyBytes               = 32
	defaultAccessTokenLife = 10 * time.Minute
	defaultSessionLife     = 30 * 24 * time.Hour
)

// Service is who may. All fields are set before its first use and not changed
// afterwards; it is safe for concurrent use by many goroutines and processes,
// which must share the key.
type Service struct {
	DB   *db.Client
	Key  []byte          // 32 bytes; the keys of both kinds of token are derived from it
	Seal *billing.Sealer // keeps the second factors
	Now  func() time.Time
	Log  *slog.Logger

	PublicURL string // of the panel, without a slash at the end
	// Mail sends a mail; nil when there is none.
	Mail func(ctx context.Context, message Message) error

	AccessTokenLife time.Duration // 10 minutes when zero
	SessionLife     time.Duration // from the sign-in, however often it is used; 30 days when zero

	Secure     bool // the cookie is for TLS only, also when TLS ends before us
	TrustProxy bool // believe X-Forwarded-For and X-Forwarded-Proto of the proxy before us

	Demo                    bool   // the panel offers the demonstration's login
	DemoEmail, DemoPassword string // shown to everybody while Demo

	once sync.Once
	made tools
}

// tools are what the Service makes of its fields at its first use.
type tools struct {
	accessKey, refreshKey []byte
	attempts              *attempts
	hasher                *hasher
	err                   error
}

func (s *Service) tools() (*tools, error) {
	s.once.Do(func() { s.made = makeTools(s.Key) })
	return &s.made, s.made.err
}

func makeTools(key []byte) tools {
	made := tools{attempts: newAttempts(), hasher: newHasher()}
	if len(key) != keyBytes {
		made.err = fmt.Errorf("the key of the access tokens has %d bytes instead of %d", len(key), keyBytes)
		return made
	}
	if made.accessKey, made.err = hkdf.Key(sha256.New, key, nil, "ponte access token", keyBytes); made.err != nil {
		return made
	}
	made.refreshKey, made.err = hkdf.Key(sha256.New, key, nil, "ponte refresh token", keyBytes)
	return made
}

func (s *Service) accessTokenLife() time.Duration {
	if s.AccessTokenLife > 0 {
		return s.AccessTokenLife
	}
	return defaultAccessTokenLife
}

func (s *Service) sessionLife() time.Duration {
	if s.SessionLife > 0 {
		return s.SessionLife
	}
	return defaultSessionLife
}
