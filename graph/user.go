package graph

import (
	"context"
	"ponte/access"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *mutationResolver) CreateUser(ctx context.Context, input gen.CreateUserInput) (*gen.UserPayload, error) {
	return r.createUser(ctx, input)
}

func (r *mutationResolver) UpdateUser(ctx context.Context, input gen.UpdateUserInput) (*gen.UserPayload, error) {
	return userPayload(ctx)(r.Access.UpdateUser(ctx, userChange(input)))
}

func (r *mutationResolver) ResetPassword(ctx context.Context, input gen.ResetPasswordInput) (*gen.UserPayload, error) {
	return linkPayload(ctx)(r.Access.ResetByLink(ctx, user.ID(input.UserID)))
}

func (r *queryResolver) Viewer(ctx context.Context) (*gen.Viewer, error) {
	return &gen.Viewer{User: access.ViewerFrom(ctx).User}, nil
}

func (r *queryResolver) Users(ctx context.Context, first *int, after *string, last *int, before *string, search *string) (*gen.UserConnection, error) {
	return r.users(ctx, pageArgs{first, after, last, before}, search)
}

func (r *viewerResolver) UnreadFailures(ctx context.Context, obj *gen.Viewer) (int, error) {
	return r.Billing.UnreadFailures(ctx, obj.User.ID)
}

func (r *viewerResolver) Scopes(ctx context.Context, obj *gen.Viewer) ([]enum.Scope, error) {
	if token := access.ViewerFrom(ctx).Token; token != nil {
		return token.Scopes, nil
	}
	return nil, nil
}

func (r *viewerResolver) MustSetUpTotp(ctx context.Context, obj *gen.Viewer) (bool, error) {
	return access.ViewerFrom(ctx).MustSetUpTOTP, nil
}

func (r *viewerResolver) RecoveryCodesLeft(ctx context.Context, obj *gen.Viewer) (int, error) {
	return r.recoveryCodesLeft(ctx)
}

func (r *Resolver) Viewer() gen.ViewerResolver { return &viewerResolver{r} }

type viewerResolver struct{ *Resolver }
