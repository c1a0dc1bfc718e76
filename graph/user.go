package graph

import (
	"context"
	"ponte/access"
	"ponte/graph/gen"
)

func (r *mutationResolver) CreateUser(ctx context.Context, input gen.CreateUserInput) (*gen.UserPayload, error) {
	user, err := r.Access.CreateUser(ctx, newUser(input))
	problems, err := userErrors(ctx, err)
	return &gen.UserPayload{User: user, UserErrors: problems}, err
}

func (r *mutationResolver) UpdateUser(ctx context.Context, input gen.UpdateUserInput) (*gen.UserPayload, error) {
	user, err := r.Access.UpdateUser(ctx, userChange(input))
	problems, err := userErrors(ctx, err)
	return &gen.UserPayload{User: user, UserErrors: problems}, err
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

func (r *Resolver) Viewer() gen.ViewerResolver { return &viewerResolver{r} }

type viewerResolver struct{ *Resolver }
