package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/account"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *accountResolver) Bank(ctx context.Context, obj *db.Account) (*billing.Bank, error) {
	bank := billing.BankByCode(obj.BankCode)
	return &bank, nil
}

func (r *convenioResolver) Bank(ctx context.Context, obj *db.Convenio) (*billing.Bank, error) {
	bank := billing.BankByCode(obj.BankCode)
	return &bank, nil
}

func (r *convenioResolver) Account(ctx context.Context, obj *db.Convenio) (*db.Account, error) {
	return load(ctx).account.Load(ctx, obj.AccountID)
}

func (r *mutationResolver) SaveAccount(ctx context.Context, input billing.SaveAccount) (*gen.AccountPayload, error) {
	account, err := r.Billing.SaveAccount(ctx, input)
	problems, err := userErrors(ctx, err)
	return &gen.AccountPayload{Account: account, UserErrors: problems}, err
}

func (r *mutationResolver) SaveConvenio(ctx context.Context, input billing.SaveConvenio) (*gen.ConvenioPayload, error) {
	convenio, err := r.Billing.SaveConvenio(ctx, input)
	problems, err := userErrors(ctx, err)
	return &gen.ConvenioPayload{Convenio: convenio, UserErrors: problems}, err
}

func (r *mutationResolver) SaveHistorico(ctx context.Context, input billing.SaveHistorico) (*gen.HistoricoPayload, error) {
	historico, err := r.Billing.SaveHistorico(ctx, input)
	problems, err := userErrors(ctx, err)
	return &gen.HistoricoPayload{Historico: historico, UserErrors: problems}, err
}

func (r *queryResolver) Banks(ctx context.Context) ([]*billing.Bank, error) {
	return banks(), nil
}

func (r *queryResolver) Accounts(ctx context.Context) ([]*db.Account, error) {
	return r.DB.Account.Query().Order(account.ByName(), account.ByID()).Limit(maxPage).All(ctx)
}

func (r *queryResolver) Convenios(ctx context.Context, bankCode *string) ([]*db.Convenio, error) {
	return r.convenios(ctx, bankCode)
}

func (r *queryResolver) Historicos(ctx context.Context, kind *enum.HistoricoKind) ([]*db.Historico, error) {
	return r.historicos(ctx, kind)
}

func (r *Resolver) Account() gen.AccountResolver { return &accountResolver{r} }

func (r *Resolver) Convenio() gen.ConvenioResolver { return &convenioResolver{r} }

type (
	accountResolver  struct{ *Resolver }
	convenioResolver struct{ *Resolver }
)
