package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *differenceResolver) Sale(ctx context.Context, obj *db.Difference) (*db.Sale, error) {
	return load(ctx).sale.Load(ctx, obj.SaleID)
}

func (r *differenceResolver) Repairable(ctx context.Context, obj *db.Difference) (bool, error) {
	return billing.Repairable(obj.Kind), nil
}

func (r *mutationResolver) ReconcileVhsys(ctx context.Context) (*gen.ReconcilePayload, error) {
	operation, err := r.Billing.Reconcile(ctx)
	problems, err := userErrors(ctx, err)
	return &gen.ReconcilePayload{Operation: operation, UserErrors: problems}, err
}

func (r *mutationResolver) RepairDifference(ctx context.Context, input gen.RepairDifferenceInput) (*gen.DifferencePayload, error) {
	return differencePayload(ctx)(r.Billing.RepairDifference(ctx, input.ID))
}

func (r *mutationResolver) IgnoreDifference(ctx context.Context, input gen.IgnoreDifferenceInput) (*gen.DifferencePayload, error) {
	return differencePayload(ctx)(r.Billing.IgnoreDifference(ctx, input.ID))
}

func (r *mutationResolver) MirrorOldSales(ctx context.Context, input gen.MirrorOldSalesInput) (*gen.BatchPayload, error) {
	return batchPayload(ctx)(r.Billing.MirrorOldSales(ctx, input.From, input.To))
}

func (r *queryResolver) Differences(ctx context.Context, first *int, after *string, last *int, before *string, state []enum.DifferenceState) (*gen.DifferenceConnection, error) {
	return r.differences(ctx, pageArgs{first, after, last, before}, state)
}

func (r *Resolver) Difference() gen.DifferenceResolver { return &differenceResolver{r} }

type differenceResolver struct{ *Resolver }
