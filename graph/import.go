package graph

import (
	"context"
	"ponte/billing"
	"ponte/graph/gen"
)

func (r *mutationResolver) ImportCustomers(ctx context.Context, input gen.ImportCustomersInput) (*gen.ImportPayload, error) {
	options := billing.ImportOptions{DryRun: input.DryRun, UpdateExisting: input.UpdateExisting}
	return importPayload(ctx)(r.Billing.ImportCustomers(ctx, input.Rows, options))
}

func (r *mutationResolver) ImportProducts(ctx context.Context, input gen.ImportProductsInput) (*gen.ImportPayload, error) {
	options := billing.ImportOptions{DryRun: input.DryRun, UpdateExisting: input.UpdateExisting}
	return importPayload(ctx)(r.Billing.ImportProducts(ctx, input.Rows, options))
}

func (r *mutationResolver) ImportSales(ctx context.Context, input gen.ImportSalesInput) (*gen.ImportPayload, error) {
	return importPayload(ctx)(r.Billing.ImportSales(ctx, input.Rows, billing.ImportOptions{DryRun: input.DryRun}))
}
