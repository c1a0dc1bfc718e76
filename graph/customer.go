package graph

import (
	"context"
	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *customerResolver) MaskedTaxID(ctx context.Context, obj *db.Customer) (string, error) {
	return brazil.MaskTaxID(obj.TaxID), nil
}

func (r *customerResolver) Company(ctx context.Context, obj *db.Customer) (bool, error) {
	return len(obj.TaxID) == 14, nil
}

func (r *customerResolver) Address(ctx context.Context, obj *db.Customer) (*gen.Address, error) {
	return customerAddress(obj), nil
}

func (r *customerResolver) Sales(ctx context.Context, obj *db.Customer, first *int, after *string) (*gen.SaleConnection, error) {
	return r.customerSales(ctx, obj.ID, pageArgs{first: first, after: after})
}

func (r *mutationResolver) RevealTaxID(ctx context.Context, input gen.RevealTaxIDInput) (*gen.RevealTaxIDPayload, error) {
	shown, err := r.Billing.RevealTaxID(ctx, input.CustomerID)
	refused, err := userErrors(ctx, err)
	if err != nil || len(refused) > 0 {
		return &gen.RevealTaxIDPayload{UserErrors: refused}, err
	}
	return &gen.RevealTaxIDPayload{TaxID: &shown, UserErrors: refused}, nil
}

func (r *mutationResolver) SaveCustomer(ctx context.Context, input billing.SaveCustomer) (*gen.CustomerPayload, error) {
	customer, err := r.Billing.SaveCustomer(ctx, input)
	problems, err := userErrors(ctx, err)
	return &gen.CustomerPayload{Customer: customer, UserErrors: problems}, err
}

func (r *mutationResolver) ImportCustomers(ctx context.Context, input gen.ImportCustomersInput) (*gen.ImportPayload, error) {
	options := billing.ImportOptions{DryRun: input.DryRun, UpdateExisting: input.UpdateExisting}
	return importPayload(ctx)(r.Billing.ImportCustomers(ctx, input.Rows, options))
}

func (r *mutationResolver) AnonymizeCustomer(ctx context.Context, input gen.AnonymizeCustomerInput) (*gen.CustomerPayload, error) {
	customer, err := r.Billing.AnonymizeCustomer(ctx, input.ID, input.Reason)
	problems, err := userErrors(ctx, err)
	return &gen.CustomerPayload{Customer: customer, UserErrors: problems}, err
}

func (r *queryResolver) Customers(ctx context.Context, first *int, after *string, last *int, before *string, search *string, orderBy gen.CustomerOrder) (*gen.CustomerConnection, error) {
	return r.customers(ctx, pageArgs{first, after, last, before}, search, orderBy)
}

func (r *Resolver) Customer() gen.CustomerResolver { return &customerResolver{r} }

type customerResolver struct{ *Resolver }
