package graph

import (
	"context"
	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *approvalResolver) State(ctx context.Context, obj *db.Approval) (enum.ApprovalState, error) {
	return r.Billing.ApprovalState(obj), nil
}

func (r *approvalResolver) Charges(ctx context.Context, obj *db.Approval, first *int) ([]*db.Charge, error) {
	return chargesAtStake(ctx, obj, first)
}

func (r *approvalResolver) AskedBy(ctx context.Context, obj *db.Approval) (*db.User, error) {
	return load(ctx).user.Load(ctx, obj.AskedByID)
}

func (r *approvalResolver) Note(ctx context.Context, obj *db.Approval) (string, error) {
	asked, err := billing.ReadApproval(obj)
	return asked.Reason, err
}

func (r *approvalResolver) DecidedBy(ctx context.Context, obj *db.Approval) (*db.User, error) {
	return optional(ctx, load(ctx).user, obj.DecidedByID)
}

func (r *approvalResolver) Refund(ctx context.Context, obj *db.Approval) (*db.Refund, error) {
	if obj.Kind != enum.ApproveRefund {
		return nil, nil
	}
	return optional(ctx, load(ctx).refund, obj.StartedID)
}

func (r *approvalResolver) Batch(ctx context.Context, obj *db.Approval) (*db.Batch, error) {
	if obj.Kind != enum.ApproveCancelMany {
		return nil, nil
	}
	return optional(ctx, load(ctx).batch, obj.StartedID)
}

func (r *approvalResolver) MayApprove(ctx context.Context, obj *db.Approval) (bool, error) {
	viewer := access.ViewerFrom(ctx)
	return viewer.Token == nil && r.Billing.MayApprove(obj, viewer.User), nil
}

func (r *approvalResolver) MayDeny(ctx context.Context, obj *db.Approval) (bool, error) {
	viewer := access.ViewerFrom(ctx)
	return viewer.Token == nil && r.Billing.MayDeny(obj, viewer.User), nil
}

func (r *mutationResolver) Approve(ctx context.Context, input gen.ApproveInput) (*gen.ApprovalPayload, error) {
	return approvalPayload(ctx)(r.Billing.Approve(ctx, input.ID))
}

func (r *mutationResolver) Deny(ctx context.Context, input gen.DenyInput) (*gen.ApprovalPayload, error) {
	return approvalPayload(ctx)(r.Billing.Deny(ctx, input.ID, orEmpty(input.Reason)))
}

func (r *mutationResolver) RequireApprovals(ctx context.Context, input gen.RequireApprovalsInput) (*gen.RequireApprovalsPayload, error) {
	rules, asked, err := r.Billing.RequireApprovals(ctx, input.Required)
	problems, err := userErrors(ctx, err)
	return &gen.RequireApprovalsPayload{Rules: rules, Approval: asked, UserErrors: problems}, err
}

func (r *queryResolver) Approvals(ctx context.Context, first *int, after *string, last *int, before *string, state []enum.ApprovalState) (*gen.ApprovalConnection, error) {
	return r.approvals(ctx, pageArgs{first, after, last, before}, state)
}

func (r *Resolver) Approval() gen.ApprovalResolver { return &approvalResolver{r} }

type approvalResolver struct{ *Resolver }
