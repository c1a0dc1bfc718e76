package graph

import (
	"context"
	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *accountStatementResolver) Entries(ctx context.Context, obj *gen.AccountStatement, first *int, after *string) (*gen.EntryConnection, error) {
	return r.statementEntries(ctx, obj, pageArgs{first: first, after: after})
}

func (r *entryResolver) Account(ctx context.Context, obj *db.Entry) (*db.Account, error) {
	return optional(ctx, load(ctx).account, obj.AccountID)
}

func (r *entryResolver) Charge(ctx context.Context, obj *db.Entry) (*db.Charge, error) {
	return load(ctx).charge.Load(ctx, obj.ChargeID)
}

func (r *entryResolver) Reversal(ctx context.Context, obj *db.Entry) (bool, error) {
	return obj.ReversesID != nil, nil
}

func (r *queryResolver) AccountStatement(ctx context.Context, accountID string, period brazil.Period) (*gen.AccountStatement, error) {
	return r.statement(ctx, accountID, period)
}

func (r *queryResolver) LedgerCheck(ctx context.Context) (*billing.LedgerCheck, error) {
	check, err := r.Billing.CheckLedger(ctx)
	return &check, err
}

func (r *Resolver) AccountStatement() gen.AccountStatementResolver {
	return &accountStatementResolver{r}
}

func (r *Resolver) Entry() gen.EntryResolver { return &entryResolver{r} }

type (
	accountStatementResolver struct{ *Resolver }
	entryResolver            struct{ *Resolver }
)
