package graph

import (
	"context"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *mutationResolver) RetryOperation(ctx context.Context, input gen.RetryOperationInput) (*gen.OperationPayload, error) {
	operation, err := r.Billing.RetryOperation(ctx, input.ID)
	problems, err := userErrors(ctx, err)
	return &gen.OperationPayload{Operation: operation, UserErrors: problems}, err
}

func (r *operationResolver) Subject(ctx context.Context, obj *db.Operation) (gen.Node, error) {
	return r.subject(ctx, obj.SubjectID)
}

func (r *operationResolver) RequestedBy(ctx context.Context, obj *db.Operation) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.RequestedByID)
}

func (r *operationResolver) Attempts(ctx context.Context, obj *db.Operation) ([]*db.Attempt, error) {
	return load(ctx).operationAttempts.Load(ctx, obj.ID)
}

func (r *queryResolver) Operations(ctx context.Context, first *int, after *string, last *int, before *string, filter *gen.OperationFilter) (*gen.OperationConnection, error) {
	return r.operations(ctx, pageArgs{first, after, last, before}, filter)
}

func (r *subscriptionResolver) OperationChanged(ctx context.Context, id string) (<-chan *db.Operation, error) {
	return r.followOperation(ctx, id)
}

func (r *Resolver) Operation() gen.OperationResolver { return &operationResolver{r} }

type operationResolver struct{ *Resolver }
