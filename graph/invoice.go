package graph

import (
	"context"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *invoiceResolver) Sale(ctx context.Context, obj *db.Invoice) (*db.Sale, error) {
	return load(ctx).sale.Load(ctx, obj.SaleID)
}

func (r *invoiceResolver) Operations(ctx context.Context, obj *db.Invoice) ([]*db.Operation, error) {
	return load(ctx).subjectOperations.Load(ctx, obj.ID)
}

func (r *invoiceResolver) Failure(ctx context.Context, obj *db.Invoice) (*db.Failure, error) {
	return load(ctx).subjectFailure.Load(ctx, obj.ID)
}

func (r *mutationResolver) IssueInvoice(ctx context.Context, input gen.IssueInvoiceInput) (*gen.InvoicePayload, error) {
	started, err := r.Billing.IssueInvoice(ctx, input.SaleID, input.Kind)
	problems, err := userErrors(ctx, err)
	if started == nil {
		return &gen.InvoicePayload{UserErrors: problems}, err
	}
	return &gen.InvoicePayload{Invoice: started.Invoice, Operation: started.Operation, Replayed: started.Replayed, UserErrors: problems}, err
}

func (r *mutationResolver) RequestInvoiceCancel(ctx context.Context, input gen.RequestInvoiceCancelInput) (*gen.InvoicePayload, error) {
	invoice, err := r.Billing.AskInvoiceCancel(ctx, input.ID)
	problems, err := userErrors(ctx, err)
	return &gen.InvoicePayload{Invoice: invoice, UserErrors: problems}, err
}

func (r *queryResolver) Invoices(ctx context.Context, first *int, after *string, last *int, before *string, filter *gen.InvoiceFilter) (*gen.InvoiceConnection, error) {
	return r.invoices(ctx, pageArgs{first, after, last, before}, filter)
}

func (r *Resolver) Invoice() gen.InvoiceResolver { return &invoiceResolver{r} }

type invoiceResolver struct{ *Resolver }
