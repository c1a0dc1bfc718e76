package access

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/apitoken"
	"ponte/ent/db/predicate"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// The tokens of apps. The secret is shown once; the database keeps its SHA-256,
// which is enough for a secret of 256 random bits.

const (
	secretPrefix  = "ponte_" // by which people and scanners of leaked secrets know it
	hintBytes     = 4
	maxTokens     = 50 // live ones of a person
	noteUseEvery  = time.Minute
	longestLife   = 2 * 366 * 24 * time.Hour
	longestShared = 30 * 24 * time.Hour // how long a rotated secret may go on
)

// NewAPIToken is the input of CreateAPIToken.
type NewAPIToken struct {
	UserID    string // in whose name; the viewer's when empty
	Name      string
	Scopes    []enum.Scope
	ExpiresAt *time.Time // never when nil
}

// CreateAPIToken makes a token and answers its secret, which is not kept. A token
// that makes a token can't give more than it has.
func (s *Service) CreateAPIToken(ctx context.Context, input NewAPIToken) (*db.APIToken, string, error) {
	viewer := ViewerFrom(ctx)
	input.Name = strings.TrimSpace(input.Name)
	if input.UserID == "" && viewer != nil {
		input.UserID = viewer.User.ID
	}
	if err := refusal(s.checkNewToken(input, viewer)); err != nil {
		return nil, "", err
	}
	secret := newSecret()
	var made *db.APIToken
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who, err := lockUser(ctx, tx, user.ID(input.UserID), "userId")
		if err != nil {
			return err
		}
		live, err := tx.APIToken.Query().Where(apitoken.UserID(who.ID), s.liveToken()).Count(ctx)
		if err != nil {
			return err
		}
		if live >= maxTokens {
			return refuse("TOO_MANY", "", "Há 50 tokens ativos: revogue um que não é mais usado.", "There are 50 live tokens: revoke one that is no longer used.")
		}
		slices.Sort(input.Scopes)
		create := tx.APIToken.Create().SetUserID(who.ID).SetName(input.Name).SetScopes(slices.Compact(input.Scopes)).
			SetSecretHash(hashToken(secret)).SetHint(hintOf(secret)).SetNillableExpiresAt(input.ExpiresAt).
			SetOrigin(originOf(viewer)).SetCreatedAddress(ClientFrom(ctx).Address).SetCreatedAt(s.Now())
		if viewer != nil {
			create.SetCreatedByID(viewer.User.ID)
		}
		made, err = create.Save(ctx)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return made, secret, nil
}

func newSecret() string { return secretPrefix + strings.ToLower(rand.Text()+rand.Text()) }

func hintOf(secret string) string { return secret[len(secret)-hintBytes:] }

func originOf(viewer *Viewer) enum.TokenOrigin {
	switch {
	case viewer == nil:
		return enum.TokenFromCommandLine
	case viewer.Token != nil:
		return enum.TokenFromAPI
	}
	return enum.TokenFromPanel
}

func (s *Service) checkNewToken(input NewAPIToken, viewer *Viewer) []billing.Problem {
	found := slices.Concat(checkName(input.Name), s.checkExpiry(input.ExpiresAt, viewer))
	if len(input.Scopes) == 0 {
		found = append(found, problem("SCOPES_REQUIRED", "scopes", "Escolha o que o token pode fazer.", "Choose what the token may do."))
	}
	for _, scope := range input.Scopes {
		switch {
		case !slices.Contains(scope.Values(), string(scope)):
			found = append(found, problem("SCOPE_UNKNOWN", "scopes", "O escopo "+string(scope)+" não existe: escolha um da lista.", "There is no scope "+string(scope)+": choose one of the list."))
		case viewer != nil && !viewer.Has(scope):
			found = append(found, problem("SCOPE_EXCEEDED", "scopes", "O token que pede não tem o escopo "+string(scope)+": crie o novo no painel.", "The token that asks does not have the scope "+string(scope)+": make the new one in the panel."))
		}
	}
	return found
}

// checkExpiry refuses a token that ends before it begins, or outlives the one that
// makes it.
func (s *Service) checkExpiry(expiresAt *time.Time, viewer *Viewer) []billing.Problem {
	if viewer != nil && viewer.Token != nil && viewer.Token.ExpiresAt != nil && (expiresAt == nil || expiresAt.After(*viewer.Token.ExpiresAt)) {
		return []billing.Problem{problem("EXPIRY_INVALID", "expiresAt", "O novo token não pode durar mais que o token que o pede.", "The new token can't last longer than the token that asks for it.")}
	}
	if expiresAt == nil || expiresAt.After(s.Now()) && expiresAt.Before(s.Now().Add(longestLife)) {
		return nil
	}
	return []billing.Problem{problem("EXPIRY_INVALID", "expiresAt", "Escolha uma validade no futuro, de até dois anos.", "Choose an expiry in the future, at most two years from now.")}
}

// Rotation is the input of RotateAPIToken.
type Rotation struct {
	ID        string
	Overlap   time.Duration // how long the present secret stays good beside the new one
	ExpiresAt *time.Time    // of the token; what it was when nil
}

// RotateAPIToken gives a token another secret and answers it. Of the secrets before
// only the last one goes on, for the overlap.
func (s *Service) RotateAPIToken(ctx context.Context, rotation Rotation) (*db.APIToken, string, error) {
	if rotation.Overlap < 0 || rotation.Overlap > longestShared {
		return nil, "", refuse("OVERLAP_INVALID", "overlapSeconds", "O segredo anterior pode valer por até 30 dias.", "The previous secret may stay good for up to 30 days.")
	}
	if rotation.ExpiresAt != nil {
		if err := refusal(s.checkExpiry(rotation.ExpiresAt, ViewerFrom(ctx))); err != nil {
			return nil, "", err
		}
	}
	secret := newSecret()
	var rotated *db.APIToken
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		token, err := s.lockToken(ctx, tx, rotation.ID)
		if err != nil {
			return err
		}
		if !s.isLive(token) {
			return refuse("TOKEN_ENDED", "id", "Este token foi revogado ou venceu: crie outro.", "This token was revoked or has expired: make another one.")
		}
		if viewer := ViewerFrom(ctx); viewer != nil && slices.ContainsFunc(token.Scopes, func(one enum.Scope) bool { return !viewer.Has(one) }) {
			return refuse("SCOPE_EXCEEDED", "id", "O token que pede não tem os escopos deste: troque o segredo no painel.", "The token that asks does not have the scopes of this one: rotate it in the panel.")
		}
		change := tx.APIToken.UpdateOne(token).SetSecretHash(hashToken(secret)).SetHint(hintOf(secret)).SetRotatedAt(s.Now()).
			SetNillableExpiresAt(rotation.ExpiresAt).ClearPreviousUsedAt()
		if rotation.Overlap > 0 {
			change.SetPreviousHash(token.SecretHash).SetPreviousUntil(s.Now().Add(rotation.Overlap))
		} else {
			change.ClearPreviousHash().ClearPreviousUntil()
		}
		if rotated, err = change.Save(ctx); err != nil {
			return fmt.Errorf("rotate a token: %w", err)
		}
		return Ring(ctx, tx, billing.UserTopic(token.UserID))
	})
	if err != nil {
		return nil, "", err
	}
	return rotated, secret, nil
}

// RevokeAPIToken ends a token with all its secrets, and its open subscriptions.
func (s *Service) RevokeAPIToken(ctx context.Context, id string) (*db.APIToken, error) {
	var revoked *db.APIToken
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		token, err := s.lockToken(ctx, tx, id)
		if err != nil {
			return err
		}
		if token.RevokedAt != nil {
			revoked = token
			return nil
		}
		if revoked, err = tx.APIToken.UpdateOne(token).SetRevokedAt(s.Now()).Save(ctx); err != nil {
			return fmt.Errorf("revoke a token: %w", err)
		}
		return Ring(ctx, tx, billing.UserTopic(token.UserID))
	})
	return revoked, err
}

// lockToken takes a token that the viewer may manage: their own, any for an owner
// and for the command line.
func (s *Service) lockToken(ctx context.Context, tx *db.Tx, id string) (*db.APIToken, error) {
	where := []predicate.APIToken{apitoken.ID(id)}
	if viewer := ViewerFrom(ctx); viewer != nil && !viewer.May(enum.RoleOwner) {
		where = append(where, apitoken.UserID(viewer.User.ID))
	}
	found, err := tx.APIToken.Query().Where(where...).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return nil, refuse("NOT_FOUND", "id", "O token não foi encontrado: atualize a lista e escolha de novo.", "The token was not found: reload the list and choose again.")
	}
	if err != nil {
		return nil, fmt.Errorf("read a token: %w", err)
	}
	return found, nil
}

func (s *Service) isLive(token *db.APIToken) bool {
	return token.RevokedAt == nil && (token.ExpiresAt == nil || s.Now().Before(*token.ExpiresAt))
}

// liveToken selects the tokens that are neither revoked nor expired.
func (s *Service) liveToken() predicate.APIToken {
	return apitoken.And(apitoken.RevokedAtIsNil(), apitoken.Or(apitoken.ExpiresAtIsNil(), apitoken.ExpiresAtGT(s.Now())))
}

// authenticateToken answers the viewer of a secret.
func (s *Service) authenticateToken(ctx context.Context, secret string) (*Viewer, error) {
	hash := hashToken(secret)
	token, err := s.DB.APIToken.Query().
		Where(s.liveToken(), apitoken.Or(apitoken.SecretHash(hash), apitoken.And(apitoken.PreviousHash(hash), apitoken.PreviousUntilGT(s.Now()))), apitoken.HasUserWith(user.Active(true))).
		WithUser(func(q *db.UserQuery) { q.Select(publicColumns...) }).Only(ctx)
	if db.IsNotFound(err) {
		return nil, ErrUnauthenticated
	}
	if err != nil {
		return nil, fmt.Errorf("read a token: %w", err)
	}
	if err := s.noteUse(ctx, token, string(token.SecretHash) != string(hash)); err != nil {
		return nil, err
	}
	viewer := &Viewer{User: token.Edges.User, Token: token, Address: ClientFrom(ctx).Address, ExpiresAt: s.Now().Add(longestLife), tokenHash: hash}
	if token.ExpiresAt != nil {
		viewer.ExpiresAt = *token.ExpiresAt
	}
	token.SecretHash, token.PreviousHash = nil, nil // no business in the context of a request
	return viewer, nil
}

// noteUse writes when and from where a token was used, at most once a minute.
func (s *Service) noteUse(ctx context.Context, token *db.APIToken, previous bool) error {
	now := s.Now()
	last := token.LastUsedAt
	if previous {
		last = token.PreviousUsedAt
	}
	if last != nil && now.Sub(*last) < noteUseEvery {
		return nil
	}
	change := s.DB.APIToken.UpdateOneID(token.ID).SetLastUsedAt(now).SetLastUsedAddress(ClientFrom(ctx).Address)
	if previous {
		change.SetPreviousUsedAt(now)
	}
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("note the use of a token: %w", err)
	}
	return nil
}
