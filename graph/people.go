package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ponte/access"
	"ponte/ent/db"
	"ponte/ent/db/apitoken"
	"ponte/ent/db/auditentry"
	"ponte/ent/db/predicate"
	"ponte/ent/db/recoverycode"
	"ponte/ent/db/session"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// People, their sessions and tokens, and what they changed.

// createUser adds a person with a password, or invites one to choose it.
func (r *Resolver) createUser(ctx context.Context, input gen.CreateUserInput) (*gen.UserPayload, error) {
	wanted := access.NewUser{Name: input.Name, Email: input.Email, Role: input.Role, Locale: input.Locale}
	if input.Password == nil {
		return linkPayload(ctx)(r.Access.Invite(ctx, wanted))
	}
	wanted.Password = *input.Password
	return userPayload(ctx)(r.Access.CreateUser(ctx, wanted))
}

func userPayload(ctx context.Context) func(*db.User, error) (*gen.UserPayload, error) {
	return func(person *db.User, err error) (*gen.UserPayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.UserPayload{User: person, UserErrors: refused}, err
	}
}

func linkPayload(ctx context.Context) func(*access.Link, error) (*gen.UserPayload, error) {
	return func(made *access.Link, err error) (*gen.UserPayload, error) {
		refused, err := userErrors(ctx, err)
		if made == nil {
			return &gen.UserPayload{UserErrors: refused}, err
		}
		return &gen.UserPayload{User: made.User, PasswordLink: &made.URL, Mailed: made.Mailed, UserErrors: refused}, err
	}
}

func totpPayload(ctx context.Context) func(*db.User, []string, error) (*gen.TotpPayload, error) {
	return func(person *db.User, codes []string, err error) (*gen.TotpPayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.TotpPayload{User: person, RecoveryCodes: codes, UserErrors: refused}, err
	}
}

func tokenPayload(ctx context.Context) func(*db.APIToken, string, error) (*gen.APITokenPayload, error) {
	return func(token *db.APIToken, secret string, err error) (*gen.APITokenPayload, error) {
		refused, err := userErrors(ctx, err)
		return &gen.APITokenPayload{Token: token, Secret: nonEmpty(secret), UserErrors: refused}, err
	}
}

// sessions reads the open sessions of a person.
func (r *Resolver) sessions(ctx context.Context, userID *string) ([]*db.Session, error) {
	whose := viewerID(ctx)
	if userID != nil && *userID != whose {
		if !may(ctx, enum.RoleOwner) {
			return nil, errForbidden
		}
		whose = *userID
	}
	return r.DB.Session.Query().Where(session.UserID(whose), session.RevokedAtIsNil(), session.ExpiresAtGT(r.Access.Now())).
		Order(db.Desc(session.FieldUsedAt, session.FieldID)).Limit(maxPage).All(ctx)
}

func (r *Resolver) recoveryCodesLeft(ctx context.Context) (int, error) {
	return r.DB.RecoveryCode.Query().Where(recoverycode.UserID(viewerID(ctx)), recoverycode.UsedAtIsNil()).Count(ctx)
}

// visibleTokens selects the tokens that the viewer may see.
func visibleTokens(ctx context.Context) []predicate.APIToken {
	if may(ctx, enum.RoleOwner) {
		return nil
	}
	return []predicate.APIToken{apitoken.UserID(viewerID(ctx))}
}

func (r *Resolver) apiTokens(ctx context.Context, args pageArgs, live bool) (*gen.APITokenConnection, error) {
	by := key[db.APIToken]{name: "apiTokens", desc: true, id: func(t *db.APIToken) string { return t.ID }}
	q := r.DB.APIToken.Query().Where(visibleTokens(ctx)...)
	if live {
		q.Where(apitoken.RevokedAtIsNil(), apitoken.Or(apitoken.ExpiresAtIsNil(), apitoken.ExpiresAtGT(r.Access.Now())))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawTokens(p.nodes)
	return &gen.APITokenConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.APIToken) *gen.APITokenEdge {
			return &gen.APITokenEdge{Cursor: cursor, Node: node}
		})}, nil
}

// aboutPeople are the kinds of changes that only owners are shown.
var aboutPeople = []string{"users", "sessions", "api_tokens", "recovery_codes", "password_links", "access_rules", "credentials", "integrations"}

func (r *Resolver) auditEntries(ctx context.Context, args pageArgs, filter *gen.AuditFilter) (*gen.AuditEntryConnection, error) {
	by := key[db.AuditEntry]{name: "auditEntries", desc: true, id: func(e *db.AuditEntry) string { return e.ID }}
	q := r.DB.AuditEntry.Query().Where(auditFilter(filter)...)
	if !may(ctx, enum.RoleOwner) {
		q.Where(auditentry.KindNotIn(aboutPeople...))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawAuditEntries(p.nodes)
	return &gen.AuditEntryConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.AuditEntry) *gen.AuditEntryEdge {
			return &gen.AuditEntryEdge{Cursor: cursor, Node: node}
		})}, nil
}

func auditFilter(filter *gen.AuditFilter) []predicate.AuditEntry {
	if filter == nil {
		return nil
	}
	var where []predicate.AuditEntry
	if filter.UserID != nil {
		where = append(where, auditentry.UserID(*filter.UserID))
	}
	if filter.TokenID != nil {
		where = append(where, auditentry.TokenID(*filter.TokenID))
	}
	if filter.ObjectID != nil {
		where = append(where, auditentry.Or(auditentry.ObjectID(*filter.ObjectID), auditentry.AboutID(*filter.ObjectID)))
	}
	if len(filter.Kind) > 0 {
		where = append(where, auditentry.KindIn(filter.Kind...))
	}
	if len(filter.Change) > 0 {
		where = append(where, auditentry.ChangeIn(filter.Change...))
	}
	if action := trimmed(filter.Action); action != "" {
		where = append(where, auditentry.Action(action))
	}
	if filter.From != nil {
		where = append(where, auditentry.AtGTE(filter.From.Start()))
	}
	if filter.To != nil {
		where = append(where, auditentry.AtLT(filter.To.AddDays(1).Start()))
	}
	return where
}

// auditFields pairs what fields were and what they became, by name.
func auditFields(entry *db.AuditEntry) ([]*gen.AuditField, error) {
	before, err := auditTexts(entry.Before)
	if err != nil {
		return nil, err
	}
	after, err := auditTexts(entry.After)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(before)
	maps.Copy(names, after)
	list := []*gen.AuditField{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		list = append(list, &gen.AuditField{Name: name, Before: before[name], After: after[name]})
	}
	return list, nil
}

func auditTexts(values json.RawMessage) (map[string]*string, error) {
	var read map[string]json.RawMessage
	if err := json.Unmarshal(values, &read); err != nil {
		return nil, fmt.Errorf("read an audit entry: %w", err)
	}
	texts := map[string]*string{}
	for name, value := range read {
		text := string(value)
		if json.Unmarshal(value, &text) != nil {
			text = string(value) // no string: as JSON writes it
		}
		texts[name] = &text
	}
	return texts, nil
}

// The loaders.

func (l *loaders) readPeople() {
	l.user = one(func(ctx context.Context, ids []string) ([]*db.User, error) {
		return l.client.User.Query().Where(user.IDIn(ids...)).All(ctx)
	}, func(u *db.User) string { return u.ID }, nothing)
	l.token = one(func(ctx context.Context, ids []string) ([]*db.APIToken, error) {
		return l.client.APIToken.Query().Where(apitoken.IDIn(ids...)).Where(visibleTokens(ctx)...).All(ctx)
	}, func(t *db.APIToken) string { return t.ID }, l.sawTokens)
}

func (l *loaders) sawTokens(list []*db.APIToken) {
	announce(l.user, list, func(t *db.APIToken) string { return t.UserID })
	announce(l.user, list, func(t *db.APIToken) string { return orEmpty(t.CreatedByID) })
}

func (l *loaders) sawAuditEntries(list []*db.AuditEntry) {
	announce(l.user, list, func(e *db.AuditEntry) string { return orEmpty(e.UserID) })
	announce(l.token, list, func(e *db.AuditEntry) string { return orEmpty(e.TokenID) })
}
