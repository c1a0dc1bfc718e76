package graph

import (
	"context"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *carnetResolver) Sale(ctx context.Context, obj *db.Carnet) (*db.Sale, error) {
	return load(ctx).sale.Load(ctx, obj.SaleID)
}

func (r *carnetResolver) Charges(ctx context.Context, obj *db.Carnet) ([]*db.Charge, error) {
	return load(ctx).carnetCharges.Load(ctx, obj.ID)
}

func (r *carnetResolver) Actions(ctx context.Context, obj *db.Carnet) ([]enum.CarnetAction, error) {
	return carnetActions(ctx, obj)
}

func (r *carnetResolver) Operations(ctx context.Context, obj *db.Carnet) ([]*db.Operation, error) {
	return load(ctx).subjectOperations.Load(ctx, obj.ID)
}

func (r *carnetResolver) Failure(ctx context.Context, obj *db.Carnet) (*db.Failure, error) {
	return load(ctx).subjectFailure.Load(ctx, obj.ID)
}

func (r *mutationResolver) CancelCarnet(ctx context.Context, input gen.CancelCarnetInput) (*gen.CarnetPayload, error) {
	return carnetPayload(ctx)(r.Billing.CancelCarnet(ctx, input.ID))
}

func (r *mutationResolver) SettleCarnet(ctx context.Context, input gen.SettleCarnetInput) (*gen.CarnetPayload, error) {
	return carnetPayload(ctx)(r.Billing.SettleCarnet(ctx, input.ID))
}

func (r *mutationResolver) ResendCarnet(ctx context.Context, input gen.ResendCarnetInput) (*gen.CarnetPayload, error) {
	return carnetPayload(ctx)(r.Billing.ResendCarnet(ctx, input.ID, input.Email))
}

func (r *mutationResolver) AddCarnetNote(ctx context.Context, input gen.AddCarnetNoteInput) (*gen.CarnetPayload, error) {
	return carnetPayload(ctx)(r.Billing.AddCarnetNote(ctx, input.ID, input.Text))
}

func (r *Resolver) Carnet() gen.CarnetResolver { return &carnetResolver{r} }

type carnetResolver struct{ *Resolver }
