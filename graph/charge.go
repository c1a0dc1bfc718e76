package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *chargeResolver) Sale(ctx context.Context, obj *db.Charge) (*db.Sale, error) {
	return load(ctx).sale.Load(ctx, obj.SaleID)
}

func (r *chargeResolver) Customer(ctx context.Context, obj *db.Charge) (*db.Customer, error) {
	return load(ctx).customer.Load(ctx, obj.CustomerID)
}

func (r *chargeResolver) Terms(ctx context.Context, obj *db.Charge) (*gen.ChargeTerms, error) {
	return chargeTerms(obj), nil
}

func (r *chargeResolver) Carnet(ctx context.Context, obj *db.Charge) (*db.Carnet, error) {
	return optional(ctx, load(ctx).carnet, obj.CarnetID)
}

func (r *chargeResolver) Refunds(ctx context.Context, obj *db.Charge) ([]*db.Refund, error) {
	return load(ctx).chargeRefunds.Load(ctx, obj.ID)
}

func (r *chargeResolver) Replaced(ctx context.Context, obj *db.Charge) (bool, error) {
	return obj.ReplacedAt != nil, nil
}

func (r *chargeResolver) Actions(ctx context.Context, obj *db.Charge) ([]enum.ChargeAction, error) {
	return chargeActions(ctx, obj), nil
}

func (r *chargeResolver) Events(ctx context.Context, obj *db.Charge) ([]*db.ChargeEvent, error) {
	return load(ctx).chargeEvents.Load(ctx, obj.ID)
}

func (r *chargeResolver) Operations(ctx context.Context, obj *db.Charge) ([]*db.Operation, error) {
	return load(ctx).subjectOperations.Load(ctx, obj.ID)
}

func (r *chargeResolver) Entries(ctx context.Context, obj *db.Charge) ([]*db.Entry, error) {
	return load(ctx).chargeEntries.Load(ctx, obj.ID)
}

func (r *chargeResolver) Failure(ctx context.Context, obj *db.Charge) (*db.Failure, error) {
	return load(ctx).subjectFailure.Load(ctx, obj.ID)
}

func (r *chargeEventResolver) Text(ctx context.Context, obj *db.ChargeEvent) (string, error) {
	return billing.Story(obj).In(locale(ctx)), nil
}

func (r *chargeEventResolver) User(ctx context.Context, obj *db.ChargeEvent) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.UserID)
}

func (r *mutationResolver) CreateCharge(ctx context.Context, input billing.NewCharge) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.CreateCharge(ctx, input))
}

func (r *mutationResolver) CancelCharge(ctx context.Context, input gen.CancelChargeInput) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.CancelCharge(ctx, input.ID))
}

func (r *mutationResolver) ChangeDueDate(ctx context.Context, input gen.ChangeDueDateInput) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.ChangeDueDate(ctx, input.ID, input.DueDate))
}

func (r *mutationResolver) ResendCharge(ctx context.Context, input gen.ResendChargeInput) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.ResendCharge(ctx, input.ID, input.Email))
}

func (r *mutationResolver) SettleCharge(ctx context.Context, input gen.SettleChargeInput) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.SettleCharge(ctx, input.ID))
}

func (r *mutationResolver) ChangeChargeAmount(ctx context.Context, input billing.NewAmount) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.ChangeChargeAmount(ctx, input))
}

func (r *mutationResolver) AddChargeNote(ctx context.Context, input gen.AddChargeNoteInput) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.AddChargeNote(ctx, input.ID, input.Text))
}

func (r *mutationResolver) RetryCardCharge(ctx context.Context, input gen.RetryCardChargeInput) (*gen.ChargePayload, error) {
	return chargePayload(ctx)(r.Billing.RetryCardCharge(ctx, input.ID, input.CardToken, input.CardInstallments))
}

func (r *queryResolver) Charges(ctx context.Context, first *int, after *string, last *int, before *string, filter *gen.ChargeFilter, orderBy gen.ChargeOrder) (*gen.ChargeConnection, error) {
	return r.charges(ctx, pageArgs{first, after, last, before}, filter, orderBy)
}

func (r *queryResolver) CardOptions(ctx context.Context, amountCents int64, brand string) (*gen.CardOptionList, error) {
	return r.cardOptions(ctx, amountCents, brand)
}

func (r *queryResolver) CardTokenizer(ctx context.Context) (*billing.CardTokenizer, error) {
	return r.Billing.CardTokenizer(ctx)
}

func (r *subscriptionResolver) ChargeChanged(ctx context.Context, id *string) (<-chan *db.Charge, error) {
	return r.followCharge(ctx, id)
}

func (r *Resolver) Charge() gen.ChargeResolver { return &chargeResolver{r} }

func (r *Resolver) ChargeEvent() gen.ChargeEventResolver { return &chargeEventResolver{r} }

type (
	chargeResolver      struct{ *Resolver }
	chargeEventResolver struct{ *Resolver }
)
