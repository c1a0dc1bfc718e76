package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *batchResolver) Done(ctx context.Context, obj *db.Batch) (int, error) {
	counts, err := load(ctx).batchCounts.Load(ctx, obj.ID)
	return counts[enum.ItemDone], err
}

func (r *batchResolver) Failed(ctx context.Context, obj *db.Batch) (int, error) {
	counts, err := load(ctx).batchCounts.Load(ctx, obj.ID)
	return counts[enum.ItemFailed], err
}

func (r *batchResolver) Running(ctx context.Context, obj *db.Batch) (int, error) {
	counts, err := load(ctx).batchCounts.Load(ctx, obj.ID)
	return counts[enum.ItemRunning], err
}

func (r *batchResolver) Items(ctx context.Context, obj *db.Batch, first *int, after *string, state *enum.BatchItemState) (*gen.BatchItemConnection, error) {
	return r.batchItems(ctx, obj.ID, pageArgs{first: first, after: after}, state)
}

func (r *batchResolver) RequestedBy(ctx context.Context, obj *db.Batch) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.RequestedByID)
}

func (r *batchItemResolver) Sale(ctx context.Context, obj *db.BatchItem) (*db.Sale, error) {
	return optional(ctx, load(ctx).sale, obj.SaleID)
}

func (r *batchItemResolver) Charge(ctx context.Context, obj *db.BatchItem) (*db.Charge, error) {
	return optional(ctx, load(ctx).charge, obj.ChargeID)
}

func (r *batchItemResolver) Operation(ctx context.Context, obj *db.BatchItem) (*db.Operation, error) {
	return optional(ctx, load(ctx).operation, obj.OperationID)
}

func (r *batchItemResolver) Problem(ctx context.Context, obj *db.BatchItem) (*gen.UserError, error) {
	return itemProblem(ctx, obj), nil
}

func (r *mutationResolver) StartBatch(ctx context.Context, input billing.NewBatch) (*gen.BatchPayload, error) {
	started, err := r.Billing.StartBatch(ctx, input)
	problems, err := userErrors(ctx, err)
	if started == nil {
		return &gen.BatchPayload{UserErrors: problems}, err
	}
	return &gen.BatchPayload{Batch: started.Batch, Approval: started.Approval, Replayed: started.Replayed, UserErrors: problems}, err
}

func (r *mutationResolver) StopBatch(ctx context.Context, input gen.StopBatchInput) (*gen.BatchPayload, error) {
	return batchPayload(ctx)(r.Billing.StopBatch(ctx, input.ID))
}

func (r *mutationResolver) ResumeBatch(ctx context.Context, input gen.ResumeBatchInput) (*gen.BatchPayload, error) {
	return batchPayload(ctx)(r.Billing.ResumeBatch(ctx, input.ID))
}

func (r *queryResolver) Batches(ctx context.Context, first *int, after *string, last *int, before *string) (*gen.BatchConnection, error) {
	return r.batches(ctx, pageArgs{first, after, last, before})
}

func (r *Resolver) Batch() gen.BatchResolver { return &batchResolver{r} }

func (r *Resolver) BatchItem() gen.BatchItemResolver { return &batchItemResolver{r} }

type (
	batchResolver     struct{ *Resolver }
	batchItemResolver struct{ *Resolver }
)
