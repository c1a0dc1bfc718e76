package graph

import (
	"context"
	"ponte/access"
	"ponte/ent/db"
	"ponte/graph/gen"
	"time"
)

func (r *apiTokenResolver) User(ctx context.Context, obj *db.APIToken) (*db.User, error) {
	return load(ctx).user.Load(ctx, obj.UserID)
}

func (r *apiTokenResolver) CreatedBy(ctx context.Context, obj *db.APIToken) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.CreatedByID)
}

func (r *mutationResolver) CreateAPIToken(ctx context.Context, input gen.CreateAPITokenInput) (*gen.APITokenPayload, error) {
	return tokenPayload(ctx)(r.Access.CreateAPIToken(ctx, access.NewAPIToken{Name: input.Name, Scopes: input.Scopes, ExpiresAt: input.ExpiresAt}))
}

func (r *mutationResolver) RotateAPIToken(ctx context.Context, input gen.RotateAPITokenInput) (*gen.APITokenPayload, error) {
	overlap := time.Duration(input.OverlapSeconds) * time.Second
	return tokenPayload(ctx)(r.Access.RotateAPIToken(ctx, access.Rotation{ID: input.ID, Overlap: overlap, ExpiresAt: input.ExpiresAt}))
}

func (r *mutationResolver) RevokeAPIToken(ctx context.Context, input gen.RevokeAPITokenInput) (*gen.APITokenPayload, error) {
	revoked, err := r.Access.RevokeAPIToken(ctx, input.ID)
	return tokenPayload(ctx)(revoked, "", err)
}

func (r *queryResolver) APITokens(ctx context.Context, first *int, after *string, last *int, before *string, live bool) (*gen.APITokenConnection, error) {
	return r.apiTokens(ctx, pageArgs{first, after, last, before}, live)
}

func (r *Resolver) ApiToken() gen.ApiTokenResolver { return &apiTokenResolver{r} }

type apiTokenResolver struct{ *Resolver }
