package graph

import (
	"context"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *failureResolver) Cause(ctx context.Context, obj *db.Failure) (string, error) {
	return obj.Cause.In(locale(ctx)), nil
}

func (r *failureResolver) Remedy(ctx context.Context, obj *db.Failure) (string, error) {
	return obj.Remedy.In(locale(ctx)), nil
}

func (r *failureResolver) Subject(ctx context.Context, obj *db.Failure) (gen.Node, error) {
	return r.subject(ctx, obj.SubjectID)
}

func (r *failureResolver) SubjectLabel(ctx context.Context, obj *db.Failure) (string, error) {
	return obj.SubjectLabel.In(locale(ctx)), nil
}

func (r *failureResolver) Operation(ctx context.Context, obj *db.Failure) (*db.Operation, error) {
	return optional(ctx, load(ctx).operation, obj.OperationID)
}

func (r *failureResolver) HandledBy(ctx context.Context, obj *db.Failure) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.HandledByID)
}

func (r *failureResolver) History(ctx context.Context, obj *db.Failure) ([]*gen.FailureStep, error) {
	return failureHistory(ctx, obj)
}

func (r *mutationResolver) AcknowledgeFailures(ctx context.Context, input gen.AcknowledgeFailuresInput) (*gen.AcknowledgeFailuresPayload, error) {
	failures, err := r.Billing.AcknowledgeFailures(ctx, input.Ids, input.IgnoreReason)
	problems, err := userErrors(ctx, err)
	return &gen.AcknowledgeFailuresPayload{Failures: failures, UserErrors: problems}, err
}

func (r *mutationResolver) RetryFailure(ctx context.Context, input gen.RetryFailureInput) (*gen.RetryFailurePayload, error) {
	return r.retryFailure(ctx, input.ID)
}

func (r *mutationResolver) RetryFailures(ctx context.Context, input gen.RetryFailuresInput) (*gen.RetryFailuresPayload, error) {
	failures, err := r.Billing.RetryFailures(ctx, input.Ids)
	problems, err := userErrors(ctx, err)
	return &gen.RetryFailuresPayload{Failures: failures, UserErrors: problems}, err
}

func (r *mutationResolver) MarkFailuresRead(ctx context.Context, input gen.MarkFailuresReadInput) (*gen.MarkFailuresReadPayload, error) {
	return r.markRead(ctx, input)
}

func (r *queryResolver) Failures(ctx context.Context, first *int, after *string, filter *gen.FailureFilter) (*gen.FailureEventConnection, error) {
	return r.feed(ctx, first, after, filter)
}

func (r *queryResolver) FailureGroups(ctx context.Context, by gen.FailureGrouping, filter *gen.FailureFilter) ([]*gen.FailureGroup, error) {
	return r.failureGroups(ctx, by, filter)
}

func (r *subscriptionResolver) Failures(ctx context.Context, after *string) (<-chan *gen.FailureEvent, error) {
	return r.followFailures(ctx, after)
}

func (r *Resolver) Failure() gen.FailureResolver { return &failureResolver{r} }

type failureResolver struct{ *Resolver }
