package graph

import (
	"context"
	"ponte/access"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *mutationResolver) EndSession(ctx context.Context, input gen.EndSessionInput) (*gen.EndSessionPayload, error) {
	refused, err := userErrors(ctx, r.Access.EndSession(ctx, input.ID))
	if err != nil || len(refused) > 0 {
		return &gen.EndSessionPayload{UserErrors: refused}, err
	}
	return &gen.EndSessionPayload{ID: &input.ID, UserErrors: refused}, nil
}

func (r *mutationResolver) StartTotp(ctx context.Context) (*gen.StartTotpPayload, error) {
	secret, uri, err := r.Access.StartTOTP(ctx)
	refused, err := userErrors(ctx, err)
	return &gen.StartTotpPayload{Secret: nonEmpty(secret), URI: nonEmpty(uri), UserErrors: refused}, err
}

func (r *mutationResolver) ConfirmTotp(ctx context.Context, input gen.ConfirmTotpInput) (*gen.TotpPayload, error) {
	return totpPayload(ctx)(r.Access.ConfirmTOTP(ctx, input.Code))
}

func (r *mutationResolver) RenewRecoveryCodes(ctx context.Context, input gen.ProveTotpInput) (*gen.TotpPayload, error) {
	return totpPayload(ctx)(r.Access.RenewRecoveryCodes(ctx, input.Code))
}

func (r *mutationResolver) DisableTotp(ctx context.Context, input gen.ProveTotpInput) (*gen.TotpPayload, error) {
	changed, err := r.Access.DisableTOTP(ctx, input.Code)
	return totpPayload(ctx)(changed, nil, err)
}

func (r *mutationResolver) ResetTotp(ctx context.Context, input gen.ResetTotpInput) (*gen.TotpPayload, error) {
	changed, err := r.Access.ResetTOTP(ctx, input.UserID)
	return totpPayload(ctx)(changed, nil, err)
}

func (r *mutationResolver) SaveAccessRules(ctx context.Context, input gen.SaveAccessRulesInput) (*gen.AccessRulesPayload, error) {
	saved, err := r.Access.SaveRules(ctx, input.RequireTotp)
	refused, err := userErrors(ctx, err)
	return &gen.AccessRulesPayload{Rules: saved, UserErrors: refused}, err
}

func (r *queryResolver) Sessions(ctx context.Context, userID *string) ([]*db.Session, error) {
	return r.sessions(ctx, userID)
}

func (r *queryResolver) AccessRules(ctx context.Context) (*db.AccessRules, error) {
	return r.DB.AccessRules.Query().Only(ctx)
}

func (r *sessionResolver) Current(ctx context.Context, obj *db.Session) (bool, error) {
	return obj.ID == access.ViewerFrom(ctx).SessionID, nil
}

func (r *Resolver) Session() gen.SessionResolver { return &sessionResolver{r} }

type sessionResolver struct{ *Resolver }
