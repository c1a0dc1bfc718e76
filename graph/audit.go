package graph

import (
	"context"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *auditEntryResolver) User(ctx context.Context, obj *db.AuditEntry) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.UserID)
}

func (r *auditEntryResolver) Token(ctx context.Context, obj *db.AuditEntry) (*db.APIToken, error) {
	return optional(ctx, load(ctx).token, obj.TokenID)
}

func (r *auditEntryResolver) Fields(ctx context.Context, obj *db.AuditEntry) ([]*gen.AuditField, error) {
	return auditFields(obj)
}

func (r *queryResolver) AuditEntries(ctx context.Context, first *int, after *string, last *int, before *string, filter *gen.AuditFilter) (*gen.AuditEntryConnection, error) {
	return r.auditEntries(ctx, pageArgs{first, after, last, before}, filter)
}

func (r *Resolver) AuditEntry() gen.AuditEntryResolver { return &auditEntryResolver{r} }

type auditEntryResolver struct{ *Resolver }
