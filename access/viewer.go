package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/session"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// maxAccessTokenBytes is several times what our own tokens have.
const maxAccessTokenBytes = 2048

// Viewer is the one who asks: a person in a session, or an app with a token in the
// name of a person.
type Viewer struct {
	User      *db.User     // without what is secret
	Token     *db.APIToken // of an app; nil for a person
	SessionID string       // of a person; "" for an app
	Address   string       // the network address
	ExpiresAt time.Time    // of the access token

	// MustSetUpTOTP is true for a person of whom a second factor is demanded, and who
	// has none yet.
	MustSetUpTOTP bool

	tokenHash []byte // of the app's secret
}

// May tells whether the viewer's role allows what needs a role; nobody may
// nothing.
func (v *Viewer) May(role enum.Role) bool {
	return v != nil && v.User != nil && v.User.Role.Reaches(role)
}

// Has tells whether the viewer may use what needs a scope. A person may use
// whatever the role allows.
func (v *Viewer) Has(scope enum.Scope) bool {
	return v != nil && v.User != nil && (v.Token == nil || includes(v.Token.Scopes, scope))
}

// Credential tells apart what viewers have signed in by: a session, or one secret of
// an app's token. Whatever has the same credential of the same person has the same
// rights.
func (v *Viewer) Credential() string {
	if v.Token != nil {
		return v.Token.ID + string(v.tokenHash)
	}
	return v.SessionID
}

type (
	viewerKey struct{}
	clientKey struct{}
)

// WithViewer answers a context of a request that the viewer makes; what is written
// in it is written in the viewer's name.
func WithViewer(ctx context.Context, viewer *Viewer) context.Context {
	ctx = context.WithValue(ctx, viewerKey{}, viewer)
	if viewer == nil || viewer.User == nil {
		return ctx
	}
	actor := audit.Actor{UserID: viewer.User.ID, Address: viewer.Address}
	if viewer.Token != nil {
		actor.TokenID = viewer.Token.ID
	}
	return audit.WithActor(ctx, actor)
}

// WithClient answers a context of a request that comes from a client.
func WithClient(ctx context.Context, client Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientFrom answers from where a request comes.
func ClientFrom(ctx context.Context) Client {
	client, _ := ctx.Value(clientKey{}).(Client)
	return client
}

// ViewerFrom answers the viewer of a request, nil when nobody is signed in.
func ViewerFrom(ctx context.Context) *Viewer {
	viewer, _ := ctx.Value(viewerKey{}).(*Viewer)
	return viewer
}

// Authenticate answers who sends an access token, or the secret of an app's token.
// Whatever is wrong with it, with the session or the person, the error is
// ErrUnauthenticated; any other error is a failure of the database.
func (s *Service) Authenticate(ctx context.Context, bearer string) (*Viewer, error) {
	tools, err := s.tools()
	if err != nil {
		return nil, err
	}
	if len(bearer) > maxAccessTokenBytes {
		return nil, ErrUnauthenticated
	}
	if strings.HasPrefix(bearer, secretPrefix) {
		return s.authenticateToken(ctx, bearer)
	}
	read, err := tools.readAccess(bearer, s.Now)
	if err != nil {
		return nil, err
	}
	who, err := s.present(ctx, read.Subject, read.SessionID)
	if err != nil {
		return nil, err
	}
	demanded, err := who.Value(totpDemanded)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	return &Viewer{
		User: who, SessionID: read.SessionID, Address: ClientFrom(ctx).Address, ExpiresAt: read.ExpiresAt.Time,
		MustSetUpTOTP: demanded == true && who.TotpSince == nil,
	}, nil
}

// Recheck tells, with ErrUnauthenticated, that an open subscription has to end:
// what Good says of one viewer.
func (s *Service) Recheck(ctx context.Context, viewer *Viewer) error {
	good, err := s.Good(ctx, []*Viewer{viewer})
	if err != nil {
		return err
	}
	if !good[0] {
		return ErrUnauthenticated
	}
	return nil
}

// Good tells, with one statement, which of these viewers may go on listening. Who
// may not: the access token has expired; the session or the token has ended, or is
// a secret that was rotated away; the person was deactivated, or lacks the second
// factor that is demanded; the role is lower than it was.
func (s *Service) Good(ctx context.Context, viewers []*Viewer) ([]bool, error) {
	good, now := make([]bool, len(viewers)), s.Now()
	people, roles, sessions, hashes := make([]string, len(viewers)), make([]string, len(viewers)), make([]string, len(viewers)), make([][]byte, len(viewers))
	for i, viewer := range viewers {
		if viewer != nil && viewer.User != nil && now.Before(viewer.ExpiresAt) {
			people[i], roles[i], sessions[i], hashes[i] = viewer.User.ID, string(viewer.User.Role), viewer.SessionID, viewer.tokenHash
		}
	}
	rows, err := s.DB.QueryContext(ctx, goodViewers, pq.Array(people), pq.Array(roles), pq.Array(sessions), pq.Array(hashes), now, pq.Array(enum.Role("").Values()))
	if err != nil {
		return nil, fmt.Errorf("look whether viewers are good: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		good[n-1] = true
	}
	return good, rows.Err()
}

// goodViewers answers the numbers, from 1, of those who may go on listening: by
// person, role, session ("" for an app) and hash of the app's secret.
const goodViewers = `SELECT v.n
	FROM unnest($1::varchar[], $2::varchar[], $3::varchar[], $4::bytea[]) WITH ORDINALITY AS v (user_id, role, session_id, hash, n)
	JOIN users u ON u.id = v.user_id AND u.active AND array_position($6::varchar[], u.role) >= array_position($6::varchar[], v.role)
	WHERE EXISTS (SELECT 1 FROM sessions s WHERE s.id = v.session_id AND s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > $5)
		AND (u.totp_since IS NOT NULL OR NOT (SELECT require_totp FROM access_rules))
		OR EXISTS (SELECT 1 FROM api_tokens t WHERE t.user_id = u.id AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $5)
			AND (t.secret_hash = v.hash OR t.previous_hash = v.hash AND t.previous_until > $5))`

// present reads, in one statement, an active person whose session is open.
func (s *Service) present(ctx context.Context, userID, sessionID string) (*db.User, error) {
	who, err := s.DB.User.Query().
		Where(user.ID(userID), user.Active(true), inSession(sessionID, s.Now()), withRules).
		Select(publicColumns...).Only(ctx)
	if db.IsNotFound(err) {
		return nil, ErrUnauthenticated
	}
	if err != nil {
		return nil, fmt.Errorf("read the viewer: %w", err)
	}
	return who, nil
}

// publicColumns are the columns of a person but those that are secret, which have
// no business in the context of a request.
var publicColumns = slices.DeleteFunc(slices.Clone(user.Columns), func(column string) bool {
	return column == user.FieldPasswordHash || column == user.FieldTotpSecret
})

// totpDemanded is the name under which a person is read with what is demanded of
// everybody.
const totpDemanded = "totp_demanded"

func withRules(people *entsql.Selector) {
	people.AppendSelectExprAs(entsql.Raw("(SELECT require_totp FROM access_rules)"), totpDemanded)
}

// inSession finds the person of an open session.
func inSession(id string, now time.Time) func(*entsql.Selector) {
	return func(people *entsql.Selector) {
		sessions := entsql.Table(session.Table)
		open := entsql.Select(sessions.C(session.FieldID)).From(sessions).Where(entsql.And(
			entsql.EQ(sessions.C(session.FieldID), id),
			entsql.ColumnsEQ(sessions.C(session.FieldUserID), people.C(user.FieldID)),
			entsql.IsNull(sessions.C(session.FieldRevokedAt)),
			entsql.GT(sessions.C(session.FieldExpiresAt), now),
		))
		people.Where(entsql.Exists(open))
	}
}
