package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *mutationResolver) CreateWebhookEndpoint(ctx context.Context, input billing.NewWebhookEndpoint) (*gen.WebhookEndpointPayload, error) {
	return webhookPayload(ctx)(r.Billing.CreateWebhookEndpoint(ctx, input))
}

func (r *mutationResolver) UpdateWebhookEndpoint(ctx context.Context, input billing.WebhookEndpointChange) (*gen.WebhookEndpointPayload, error) {
	return webhookPayload(ctx)(r.Billing.UpdateWebhookEndpoint(ctx, input))
}

func (r *mutationResolver) DeleteWebhookEndpoint(ctx context.Context, input gen.WebhookEndpointInput) (*gen.DeleteWebhookEndpointPayload, error) {
	return r.deleteWebhookEndpoint(ctx, input.ID)
}

func (r *mutationResolver) RotateWebhookSecret(ctx context.Context, input gen.RotateWebhookSecretInput) (*gen.WebhookEndpointPayload, error) {
	return r.rotateWebhookSecret(ctx, input)
}

func (r *mutationResolver) TestWebhookEndpoint(ctx context.Context, input gen.WebhookEndpointInput) (*gen.TestWebhookEndpointPayload, error) {
	return r.testWebhookEndpoint(ctx, input.ID)
}

func (r *mutationResolver) ResendWebhookDelivery(ctx context.Context, input gen.ResendWebhookDeliveryInput) (*gen.WebhookDeliveryPayload, error) {
	return r.resendWebhookDelivery(ctx, input.ID)
}

func (r *mutationResolver) ReplayWebhookEvents(ctx context.Context, input gen.ReplayWebhookEventsInput) (*gen.ReplayWebhookEventsPayload, error) {
	return r.replayWebhookEvents(ctx, input)
}

func (r *queryResolver) WebhookEndpoints(ctx context.Context, first *int, after *string, last *int, before *string) (*gen.WebhookEndpointConnection, error) {
	return r.webhookEndpoints(ctx, pageArgs{first, after, last, before})
}

func (r *queryResolver) WebhookEndpoint(ctx context.Context, id string) (*db.WebhookEndpoint, error) {
	return load(ctx).webhookEndpoint.Load(ctx, id)
}

func (r *queryResolver) WebhookEventTypes(ctx context.Context) ([]*billing.WebhookEventType, error) {
	return billing.WebhookEventTypes, nil
}

func (r *webhookDeliveryResolver) Endpoint(ctx context.Context, obj *db.WebhookDelivery) (*db.WebhookEndpoint, error) {
	return load(ctx).webhookEndpoint.Load(ctx, obj.EndpointID)
}

func (r *webhookDeliveryResolver) SubjectID(ctx context.Context, obj *db.WebhookDelivery) (string, error) {
	told, err := webhookEvent(ctx, obj)
	if err != nil {
		return "", err
	}
	return told.SubjectID, nil
}

func (r *webhookDeliveryResolver) Body(ctx context.Context, obj *db.WebhookDelivery) (string, error) {
	told, err := webhookEvent(ctx, obj)
	if err != nil {
		return "", err
	}
	return told.Body, nil
}

func (r *webhookDeliveryResolver) Outcome(ctx context.Context, obj *db.WebhookDelivery) (*string, error) {
	return webhookOutcome(ctx, obj), nil
}

func (r *webhookDeliveryResolver) Attempts(ctx context.Context, obj *db.WebhookDelivery) ([]*db.WebhookAttempt, error) {
	return load(ctx).webhookAttempts.Load(ctx, obj.ID)
}

func (r *webhookEndpointResolver) Deliveries(ctx context.Context, obj *db.WebhookEndpoint, first *int, after *string, state *enum.WebhookDeliveryState) (*gen.WebhookDeliveryConnection, error) {
	return r.webhookDeliveries(ctx, obj.ID, pageArgs{first: first, after: after}, state)
}

func (r *webhookEventTypeResolver) Description(ctx context.Context, obj *billing.WebhookEventType) (string, error) {
	return obj.Text.In(locale(ctx)), nil
}

func (r *Resolver) WebhookDelivery() gen.WebhookDeliveryResolver { return &webhookDeliveryResolver{r} }

func (r *Resolver) WebhookEndpoint() gen.WebhookEndpointResolver { return &webhookEndpointResolver{r} }

func (r *Resolver) WebhookEventType() gen.WebhookEventTypeResolver {
	return &webhookEventTypeResolver{r}
}

type (
	webhookDeliveryResolver  struct{ *Resolver }
	webhookEndpointResolver  struct{ *Resolver }
	webhookEventTypeResolver struct{ *Resolver }
)
