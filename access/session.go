package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"ponte/billing"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/predicate"
	"ponte/ent/db/session"
	"ponte/ent/db/user"
)

// rotationGrace is how long the token before the newest may come again without
// ending the session: two tabs refreshed at once, or an answer was lost.
const rotationGrace = 10 * time.Second

const maxUserAgentBytes = 300

// Client is from where somebody signs in.
type Client struct {
	Address   string // the network address, without a port
	UserAgent string
}

// Tokens are what a sign-in or a refresh answers.
type Tokens struct {
	AccessToken      string
	ExpiresIn        time.Duration // of the access token
	RefreshToken     string
	SessionExpiresAt time.Time
	SessionID        string
	User             *db.User
}

// Login signs a person in. The answer for an unknown address and for a wrong
// password is the same and takes the same time: INVALID_LOGIN. Only who knows the
// password is told USER_INACTIVE. TOO_MANY_ATTEMPTS says how long to wait.
func (s *Service) Login(ctx context.Context, email, password string, client Client) (*Tokens, error) {
	return s.LoginWithCode(ctx, email, password, "", client)
}

// LoginWithCode is Login with a code of the second factor, or a recovery code.
// Only who knows the password is told TOTP_REQUIRED and TOTP_INVALID.
func (s *Service) LoginWithCode(ctx context.Context, email, password, code string, client Client) (*Tokens, error) {
	tools, err := s.tools()
	if err != nil {
		return nil, err
	}
	email = normalizeEmail(email)
	if wait := tools.attempts.take(s.Now(), client.Address, email); wait > 0 {
		s.Log.WarnContext(ctx, "login slowed down", "address", client.Address)
		return nil, tooManyAttempts(wait)
	}
	known, upgraded, err := s.verify(ctx, tools, email, password)
	if errors.Is(err, errBusy) {
		return nil, tooManyAttempts(longestQueue)
	}
	if err != nil {
		return nil, err
	}
	tokens, err := s.signInKnown(ctx, known, upgraded, code, client)
	if err == nil {
		tools.attempts.succeeded(email)
	}
	return tokens, err
}

// verify answers the active person with that address and password, and the hash to
// keep from now on, which differs when the cost of hashing has changed.
func (s *Service) verify(ctx context.Context, tools *tools, email, password string) (*db.User, string, error) {
	known, stored, err := s.lookUp(ctx, email)
	if err != nil {
		return nil, "", err
	}
	fits, err := tools.hasher.fits(ctx, password, stored)
	if err != nil {
		return nil, "", err
	}
	if known == nil || !fits {
		return nil, "", invalidLogin()
	}
	if !known.Active {
		return nil, "", userInactive()
	}
	if stored.cost == presentCost {
		return known, known.PasswordHash, nil
	}
	upgraded, err := tools.hasher.hash(ctx, password)
	return known, upgraded, err
}

// lookUp reads the person with that address, nil when there is none, and the hash
// to compare with.
func (s *Service) lookUp(ctx context.Context, email string) (*db.User, hashed, error) {
	if !isEmail(email) {
		return nil, unknown(), nil
	}
	known, err := s.DB.User.Query().Where(user.Email(email)).Only(ctx)
	if db.IsNotFound(err) {
		return nil, unknown(), nil
	}
	if err != nil {
		return nil, hashed{}, fmt.Errorf("read a user: %w", err)
	}
	if known.PasswordHash == "" { // invited, no password chosen yet
		return nil, unknown(), nil
	}
	stored, err := parseHash(known.PasswordHash)
	return known, stored, err
}

// signInKnown opens a session for a person whose password was checked before the
// transaction: who was deactivated or got another password meanwhile is refused.
func (s *Service) signInKnown(ctx context.Context, known *db.User, hash, code string, client Client) (*Tokens, error) {
	var tokens *Tokens
	ctx = audit.WithActor(ctx, audit.Actor{UserID: known.ID, Address: client.Address, Action: "login"})
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who, err := tx.User.Query().Where(user.ID(known.ID), user.Active(true), user.PasswordHash(known.PasswordHash)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return invalidLogin()
		}
		if err != nil {
			return fmt.Errorf("take the user: %w", err)
		}
		if err := s.secondFactor(ctx, tx, who, code); err != nil {
			return err
		}
		if hash != who.PasswordHash {
			if err := tx.User.UpdateOne(who).SetPasswordHash(hash).Exec(ctx); err != nil {
				return fmt.Errorf("keep a stronger hash: %w", err)
			}
		}
		tokens, err = s.signIn(ctx, tx, known.ID, client)
		return err
	})
	return tokens, err
}

// signIn opens a session for a person whose row the transaction holds, and
// forgets the sessions of theirs that are over.
func (s *Service) signIn(ctx context.Context, tx *db.Tx, userID string, client Client) (*Tokens, error) {
	tools, err := s.tools()
	if err != nil {
		return nil, err
	}
	now := s.Now()
	who, err := tx.User.UpdateOneID(userID).SetLastLoginAt(now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("mark the sign-in: %w", err)
	}
	if _, err := tx.Session.Delete().Where(session.UserID(userID), session.ExpiresAtLTE(now)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("forget old sessions: %w", err)
	}
	sessionID := session.DefaultID()
	token := tools.refreshToken(sessionID, 1)
	opened, err := tx.Session.Create().SetID(sessionID).SetUserID(userID).SetTokenHash(hashToken(token)).
		SetUserAgent(cleanUserAgent(client.UserAgent)).SetAddress(client.Address).
		SetUsedAt(now).SetExpiresAt(now.Add(s.sessionLife())).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a session: %w", err)
	}
	return s.tokens(tools, who, opened, token)
}

func (s *Service) tokens(tools *tools, who *db.User, of *db.Session, refreshToken string) (*Tokens, error) {
	life := s.accessTokenLife()
	accessToken, err := tools.signAccess(who.ID, of.ID, s.Now(), life)
	if err != nil {
		return nil, err
	}
	return &Tokens{
		AccessToken: accessToken, ExpiresIn: life,
		RefreshToken: refreshToken, SessionExpiresAt: of.ExpiresAt,
		SessionID: of.ID, User: who,
	}, nil
}

// Refresh replaces a refresh token and answers a new access token. A token that
// was replaced before ends its session (SESSION_ENDED), for one of the two who
// have it is a thief. Only the one before the newest is, for ten seconds, refused
// without ending anything (TOKEN_ROTATED): another tab has just refreshed, and its
// cookie is already there to try again with.
func (s *Service) Refresh(ctx context.Context, refreshToken string, client Client) (*Tokens, error) {
	tools, err := s.tools()
	if err != nil {
		return nil, err
	}
	sessionID, generation, ok := tools.readRefresh(refreshToken)
	if !ok {
		return nil, sessionEnded()
	}
	var tokens *Tokens
	var denial *Denied // told after the commit, which keeps the end of the session
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		tokens, denial = nil, nil
		current, err := lockSession(ctx, tx, sessionID)
		if err != nil {
			return err
		}
		if !s.isOpen(current) {
			denial = sessionEnded()
			return nil
		}
		if !isNewest(current, refreshToken) {
			denial, err = s.reused(ctx, tx, current, tools.refreshToken(sessionID, generation+1))
			return err
		}
		tokens, err = s.rotate(ctx, tx, tools, current, generation+1, client)
		return err
	})
	if err != nil {
		return nil, err
	}
	if denial != nil {
		return nil, denial
	}
	return tokens, nil
}

// lockSession takes a session with its person; nil when there is none.
func lockSession(ctx context.Context, tx *db.Tx, id string) (*db.Session, error) {
	current, err := tx.Session.Query().Where(session.ID(id)).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a session: %w", err)
	}
	current.Edges.User, err = tx.User.Get(ctx, current.UserID)
	if err != nil {
		return nil, fmt.Errorf("read the session's user: %w", err)
	}
	return current, nil
}

func (s *Service) isOpen(current *db.Session) bool {
	return current != nil && current.RevokedAt == nil && s.Now().Before(current.ExpiresAt) && current.Edges.User.Active
}

func isNewest(current *db.Session, refreshToken string) bool {
	return subtle.ConstantTimeCompare(current.TokenHash, hashToken(refreshToken)) == 1
}

// reused decides about a token that was replaced; next is the token that it was
// replaced by.
func (s *Service) reused(ctx context.Context, tx *db.Tx, current *db.Session, next string) (*Denied, error) {
	if isNewest(current, next) && s.Now().Sub(current.UsedAt) <= rotationGrace {
		return tokenRotated(), nil
	}
	s.Log.WarnContext(ctx, "a refresh token was used again: its session is ended", "session", current.ID, "user", current.UserID)
	return sessionEnded(), s.revoke(ctx, tx, current.UserID, session.ID(current.ID))
}

func (s *Service) rotate(ctx context.Context, tx *db.Tx, tools *tools, current *db.Session, generation uint64, client Client) (*Tokens, error) {
	token := tools.refreshToken(current.ID, generation)
	rotated, err := tx.Session.UpdateOne(current).SetTokenHash(hashToken(token)).SetUsedAt(s.Now()).
		SetUserAgent(cleanUserAgent(client.UserAgent)).SetAddress(client.Address).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("replace a refresh token: %w", err)
	}
	return s.tokens(tools, current.Edges.User, rotated, token)
}

// Logout ends the session of a refresh token, with everywhere also the person's
// other sessions, for which the token has to be the newest. A token that is not
// good is no error: what is asked for is so already.
func (s *Service) Logout(ctx context.Context, refreshToken string, everywhere bool) error {
	tools, err := s.tools()
	if err != nil {
		return err
	}
	sessionID, _, ok := tools.readRefresh(refreshToken)
	if !ok {
		return nil
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		current, err := lockSession(ctx, tx, sessionID)
		if err != nil || !s.isOpen(current) {
			return err
		}
		actor := audit.Actor{UserID: current.UserID, Address: ClientFrom(ctx).Address, Action: "logout"}
		if err := audit.Tell(audit.WithActor(ctx, actor), tx); err != nil {
			return err
		}
		if everywhere && isNewest(current, refreshToken) {
			return s.revoke(ctx, tx, current.UserID)
		}
		return s.revoke(ctx, tx, current.UserID, session.ID(sessionID))
	})
}

// revoke ends those sessions of one person, all when nothing is said of which, and
// lets their open subscriptions know.
func (s *Service) revoke(ctx context.Context, tx *db.Tx, userID string, which ...predicate.Session) error {
	err := tx.Session.Update().Where(session.UserID(userID), session.RevokedAtIsNil()).Where(which...).SetRevokedAt(s.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return Ring(ctx, tx, billing.UserTopic(userID))
}

// cleanUserAgent answers what the database can keep of a header.
func cleanUserAgent(header string) string {
	if len(header) > maxUserAgentBytes {
		header = header[:maxUserAgentBytes]
	}
	return strings.ToValidUTF8(header, "")
}
