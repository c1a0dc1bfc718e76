package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/graph/gen"
)

func (r *mutationResolver) RefundCharge(ctx context.Context, input billing.NewRefund) (*gen.RefundPayload, error) {
	started, err := r.Billing.RefundCharge(ctx, input)
	problems, err := userErrors(ctx, err)
	if started == nil {
		return &gen.RefundPayload{UserErrors: problems}, err
	}
	return &gen.RefundPayload{Refund: started.Refund, Charge: started.Charge, Operation: started.Operation, Approval: started.Approval, Replayed: started.Replayed, UserErrors: problems}, err
}

func (r *refundResolver) Charge(ctx context.Context, obj *db.Refund) (*db.Charge, error) {
	return load(ctx).charge.Load(ctx, obj.ChargeID)
}

func (r *refundResolver) RequestedBy(ctx context.Context, obj *db.Refund) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.RequestedByID)
}

func (r *Resolver) Refund() gen.RefundResolver { return &refundResolver{r} }

type refundResolver struct{ *Resolver }
