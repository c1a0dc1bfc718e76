package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/session"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// maxAccessTokenBytes is several times what our own tokens have.
const maxAccessTokenBytes = 2048

// Viewer is the one who asks.
type Viewer struct {
	User      *db.User // without the password hash
	SessionID string
	ExpiresAt time.Time // of the access token
}

// May tells whether the viewer's role allows what needs a role; nobody may
// nothing.
func (v *Viewer) May(role enum.Role) bool {
	return v != nil && v.User != nil && reaches(v.User.Role, role)
}

// reaches tells whether a role includes the one that is needed.
func reaches(role, needed enum.Role) bool {
	ranks := needed.Values()
	rank := slices.Index(ranks, string(needed))
	return rank >= 0 && slices.Index(ranks, string(role)) >= rank
}

type viewerKey struct{}

// WithViewer answers a context of a request that the viewer makes; what billing
// writes in it is written in the viewer's name.
func WithViewer(ctx context.Context, viewer *Viewer) context.Context {
	ctx = context.WithValue(ctx, viewerKey{}, viewer)
	if viewer == nil || viewer.User == nil {
		return ctx
	}
	return billing.WithActor(ctx, billing.Actor{UserID: viewer.User.ID})
}

// ViewerFrom answers the viewer of a request, nil when nobody is signed in.
func ViewerFrom(ctx context.Context) *Viewer {
	viewer, _ := ctx.Value(viewerKey{}).(*Viewer)
	return viewer
}

// Authenticate answers who sends an access token. Whatever is wrong with the
// token, the session or the person, the error is ErrUnauthenticated; any other
// error is a failure of the database.
func (s *Service) Authenticate(ctx context.Context, bearer string) (*Viewer, error) {
	tools, err := s.tools()
	if err != nil {
		return nil, err
	}
	if len(bearer) > maxAccessTokenBytes {
		return nil, ErrUnauthenticated
	}
	read, err := tools.readAccess(bearer, s.Now)
	if err != nil {
		return nil, err
	}
	who, err := s.present(ctx, read.Subject, read.SessionID)
	if err != nil {
		return nil, err
	}
	return &Viewer{User: who, SessionID: read.SessionID, ExpiresAt: read.ExpiresAt.Time}, nil
}

// Recheck tells, with ErrUnauthenticated, that an open subscription has to end:
// the token has expired, session or person are no longer good, or the role is
// lower than it was.
func (s *Service) Recheck(ctx context.Context, viewer *Viewer) error {
	if viewer == nil || viewer.User == nil || !s.Now().Before(viewer.ExpiresAt) {
		return ErrUnauthenticated
	}
	who, err := s.present(ctx, viewer.User.ID, viewer.SessionID)
	if err != nil {
		return err
	}
	if !reaches(who.Role, viewer.User.Role) {
		return ErrUnauthenticated
	}
	return nil
}

// present reads, in one statement, an active person whose session is open.
func (s *Service) present(ctx context.Context, userID, sessionID string) (*db.User, error) {
	who, err := s.DB.User.Query().
		Where(user.ID(userID), user.Active(true), inSession(sessionID, s.Now())).
		Select(publicColumns...).Only(ctx)
	if db.IsNotFound(err) {
		return nil, ErrUnauthenticated
	}
	if err != nil {
		return nil, fmt.Errorf("read the viewer: %w", err)
	}
	return who, nil
}

// publicColumns are the columns of a person but the password hash, which has no
// business in the context of a request.
var publicColumns = slices.DeleteFunc(slices.Clone(user.Columns), func(column string) bool {
	return column == user.FieldPasswordHash
})

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
