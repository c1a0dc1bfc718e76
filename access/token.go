package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer   = "ponte"
	audience = "ponte"
)

// claims are what an access token says: which person, in which session. Role and
// language are not in it; they are read from the person's row.
type claims struct {
	SessionID string `json:"sid"`
	jwt.RegisteredClaims
}

func (t *tools) signAccess(userID, sessionID string, now time.Time, life time.Duration) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		SessionID: sessionID,
		RegisteredClaims: jwt.RegisteredClaims{
			Subject:   userID,
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{audience},
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(life)),
		},
	})
	signed, err := token.SignedString(t.accessKey)
	if err != nil {
		return "", fmt.Errorf("sign an access token: %w", err)
	}
	return signed, nil
}

func (t *tools) readAccess(token string, now func() time.Time) (*claims, error) {
	var read claims
	_, err := jwt.ParseWithClaims(token, &read,
		func(*jwt.Token) (any, error) { return t.accessKey, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(now), jwt.WithStrictDecoding())
	if err != nil || read.Subject == "" || read.SessionID == "" {
		return nil, ErrUnauthenticated
	}
	return &read, nil
}

// refreshToken is the token of one generation of a session:
//
//	<session id>.<generation>.<HMAC-SHA256 of the two>
//
// The database keeps the hash of the newest one only, and that is enough to tell
// all cases apart. A token whose HMAC is wrong was never ours and changes nothing,
// so nobody can end a session by knowing its id. A token whose HMAC is right but
// whose hash is not the newest was ours and has been replaced: it is used again.
// And because a generation can be computed, the server knows whether a replaced
// token is the one before the newest (two tabs that refresh at once) or an older
// one (a stolen copy).
func (t *tools) refreshToken(sessionID string, generation uint64) string {
	body := sessionID + "." + strconv.FormatUint(generation, 10)
	mac := hmac.New(sha256.New, t.refreshKey)
	mac.Write([]byte(body))
	return body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// readRefresh answers the session and generation of a token that was ours.
func (t *tools) readRefresh(token string) (sessionID string, generation uint64, ok bool) {
	sessionID, rest, _ := strings.Cut(token, ".")
	number, _, _ := strings.Cut(rest, ".")
	generation, err := strconv.ParseUint(number, 10, 64)
	if err != nil || sessionID == "" {
		return "", 0, false
	}
	return sessionID, generation, hmac.Equal([]byte(token), []byte(t.refreshToken(sessionID, generation)))
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
