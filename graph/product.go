package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *mutationResolver) SaveProduct(ctx context.Context, input billing.SaveProduct) (*gen.ProductPayload, error) {
	product, err := r.Billing.SaveProduct(ctx, input)
	problems, err := userErrors(ctx, err)
	return &gen.ProductPayload{Product: product, UserErrors: problems}, err
}

func (r *mutationResolver) ImportProducts(ctx context.Context, input gen.ImportProductsInput) (*gen.ImportPayload, error) {
	options := billing.ImportOptions{DryRun: input.DryRun, UpdateExisting: input.UpdateExisting}
	return importPayload(ctx)(r.Billing.ImportProducts(ctx, input.Rows, options))
}

func (r *productResolver) Invoicing(ctx context.Context, obj *db.Product) (*gen.ProductInvoicing, error) {
	return productInvoicing(obj), nil
}

func (r *queryResolver) Products(ctx context.Context, first *int, after *string, last *int, before *string, search *string, active *bool) (*gen.ProductConnection, error) {
	return r.products(ctx, pageArgs{first, after, last, before}, search, active)
}

func (r *Resolver) Product() gen.ProductResolver { return &productResolver{r} }

type productResolver struct{ *Resolver }
