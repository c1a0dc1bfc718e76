package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *mutationResolver) RecordSale(ctx context.Context, input billing.RecordedSale) (*gen.SalePayload, error) {
	made, err := r.Billing.RecordSale(ctx, input)
	problems, err := userErrors(ctx, err)
	if made == nil {
		return &gen.SalePayload{UserErrors: problems}, err
	}
	return &gen.SalePayload{Sale: made.Sale, Replayed: made.Replayed, UserErrors: problems}, err
}

func (r *mutationResolver) RefundRecordedSale(ctx context.Context, input gen.RefundRecordedSaleInput) (*gen.SalePayload, error) {
	sale, err := r.Billing.RefundRecordedSale(ctx, input.ID)
	problems, err := userErrors(ctx, err)
	return &gen.SalePayload{Sale: sale, UserErrors: problems}, err
}

func (r *mutationResolver) CreateSale(ctx context.Context, input billing.NewSale) (*gen.CreateSalePayload, error) {
	made, err := r.Billing.CreateSale(ctx, input)
	problems, err := userErrors(ctx, err)
	if made == nil {
		return &gen.CreateSalePayload{Operations: []*db.Operation{}, UserErrors: problems}, err
	}
	return &gen.CreateSalePayload{Sale: made.Sale, Operations: made.Operations, Replayed: made.Replayed, UserErrors: problems}, err
}

func (r *mutationResolver) CancelSale(ctx context.Context, input gen.CancelSaleInput) (*gen.CancelSalePayload, error) {
	made, err := r.Billing.CancelSale(ctx, input.ID)
	problems, err := userErrors(ctx, err)
	if made == nil {
		return &gen.CancelSalePayload{Operations: []*db.Operation{}, UserErrors: problems}, err
	}
	return &gen.CancelSalePayload{Sale: made.Sale, Operations: made.Operations, UserErrors: problems}, err
}

func (r *mutationResolver) ImportSales(ctx context.Context, input gen.ImportSalesInput) (*gen.ImportPayload, error) {
	return importPayload(ctx)(r.Billing.ImportSales(ctx, input.Rows, billing.ImportOptions{DryRun: input.DryRun}))
}

func (r *orderResolver) Sale(ctx context.Context, obj *db.Order) (*db.Sale, error) {
	return load(ctx).sale.Load(ctx, obj.SaleID)
}

func (r *orderResolver) RemoteCustomerID(ctx context.Context, obj *db.Order) (*string, error) {
	return remoteCustomerID(ctx, obj)
}

func (r *orderResolver) Failure(ctx context.Context, obj *db.Order) (*db.Failure, error) {
	return load(ctx).subjectFailure.Load(ctx, obj.SaleID)
}

func (r *queryResolver) Sales(ctx context.Context, first *int, after *string, last *int, before *string, filter *gen.SaleFilter, orderBy gen.SaleOrder) (*gen.SaleConnection, error) {
	return r.sales(ctx, pageArgs{first, after, last, before}, filter, orderBy)
}

func (r *queryResolver) PreviewMirror(ctx context.Context, saleID string) (*gen.MirrorPreview, error) {
	return r.previewMirror(ctx, saleID)
}

func (r *saleResolver) Customer(ctx context.Context, obj *db.Sale) (*db.Customer, error) {
	return load(ctx).customer.Load(ctx, obj.CustomerID)
}

func (r *saleResolver) Items(ctx context.Context, obj *db.Sale) ([]*db.SaleItem, error) {
	return load(ctx).saleItems.Load(ctx, obj.ID)
}

func (r *saleResolver) Charges(ctx context.Context, obj *db.Sale) ([]*db.Charge, error) {
	return load(ctx).saleCharges.Load(ctx, obj.ID)
}

func (r *saleResolver) Carnet(ctx context.Context, obj *db.Sale) (*db.Carnet, error) {
	return load(ctx).saleCarnet.Load(ctx, obj.ID)
}

func (r *saleResolver) Invoices(ctx context.Context, obj *db.Sale) ([]*db.Invoice, error) {
	return load(ctx).saleInvoices.Load(ctx, obj.ID)
}

func (r *saleResolver) Differences(ctx context.Context, obj *db.Sale) ([]*db.Difference, error) {
	return load(ctx).saleDifferences.Load(ctx, obj.ID)
}

func (r *saleResolver) Order(ctx context.Context, obj *db.Sale) (*db.Order, error) {
	return load(ctx).saleOrder.Load(ctx, obj.ID)
}

func (r *saleItemResolver) Product(ctx context.Context, obj *db.SaleItem) (*db.Product, error) {
	return optional(ctx, load(ctx).product, obj.ProductID)
}

func (r *saleItemResolver) TotalCents(ctx context.Context, obj *db.SaleItem) (int64, error) {
	return obj.UnitCents * int64(obj.Quantity), nil
}

func (r *Resolver) Order() gen.OrderResolver { return &orderResolver{r} }

func (r *Resolver) Sale() gen.SaleResolver { return &saleResolver{r} }

func (r *Resolver) SaleItem() gen.SaleItemResolver { return &saleItemResolver{r} }

type (
	orderResolver    struct{ *Resolver }
	saleResolver     struct{ *Resolver }
	saleItemResolver struct{ *Resolver }
)
