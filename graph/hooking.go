package graph

import (
	"context"
	"time"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/webhookattempt"
	"ponte/ent/db/webhookdelivery"
	"ponte/ent/db/webhookendpoint"
	"ponte/ent/db/webhookevent"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// The endpoints of apps, and what was sent to them.

func (r *Resolver) webhookEndpoints(ctx context.Context, args pageArgs) (*gen.WebhookEndpointConnection, error) {
	by := key[db.WebhookEndpoint]{name: "webhookEndpoints", desc: true, id: func(e *db.WebhookEndpoint) string { return e.ID }}
	p, err := paginate(ctx, r.DB.WebhookEndpoint.Query(), args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawWebhookEndpoints(p.nodes)
	return &gen.WebhookEndpointConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.WebhookEndpoint) *gen.WebhookEndpointEdge {
			return &gen.WebhookEndpointEdge{Cursor: cursor, Node: node}
		})}, nil
}

func webhookPayload(ctx context.Context) func(*billing.WebhookSaved, error) (*gen.WebhookEndpointPayload, error) {
	return func(saved *billing.WebhookSaved, err error) (*gen.WebhookEndpointPayload, error) {
		refused, err := userErrors(ctx, err)
		if saved == nil || len(refused) > 0 {
			return &gen.WebhookEndpointPayload{UserErrors: refused}, err
		}
		return &gen.WebhookEndpointPayload{Endpoint: saved.Endpoint, Secret: nonEmpty(saved.Secret), UserErrors: refused}, err
	}
}

func (r *Resolver) rotateWebhookSecret(ctx context.Context, input gen.RotateWebhookSecretInput) (*gen.WebhookEndpointPayload, error) {
	overlap := time.Duration(input.OverlapSeconds) * time.Second
	return webhookPayload(ctx)(r.Billing.RotateWebhookSecret(ctx, input.ID, overlap))
}

func (r *Resolver) deleteWebhookEndpoint(ctx context.Context, id string) (*gen.DeleteWebhookEndpointPayload, error) {
	refused, err := userErrors(ctx, r.Billing.DeleteWebhookEndpoint(ctx, id))
	payload := &gen.DeleteWebhookEndpointPayload{UserErrors: refused}
	if err == nil && len(refused) == 0 {
		payload.DeletedID = &id
	}
	return payload, err
}

func (r *Resolver) testWebhookEndpoint(ctx context.Context, id string) (*gen.TestWebhookEndpointPayload, error) {
	test, err := r.Billing.TestWebhookEndpoint(ctx, id)
	refused, err := userErrors(ctx, err)
	payload := &gen.TestWebhookEndpointPayload{UserErrors: refused}
	if test == nil {
		return payload, err
	}
	payload.Delivery, payload.Ok, payload.DurationMilliseconds = test.Delivery, test.Problem == nil, int(test.Took.Milliseconds())
	if test.Problem != nil {
		payload.UserErrors = append(payload.UserErrors, providerError(ctx, test.Problem))
	}
	return payload, err
}

func (r *Resolver) resendWebhookDelivery(ctx context.Context, id string) (*gen.WebhookDeliveryPayload, error) {
	sent, err := r.Billing.ResendWebhookDelivery(ctx, id)
	refused, err := userErrors(ctx, err)
	return &gen.WebhookDeliveryPayload{Delivery: sent, UserErrors: refused}, err
}

func (r *Resolver) replayWebhookEvents(ctx context.Context, input gen.ReplayWebhookEventsInput) (*gen.ReplayWebhookEventsPayload, error) {
	of, count, err := r.Billing.ReplayWebhookEvents(ctx, input.ID, input.Since)
	refused, err := userErrors(ctx, err)
	payload := &gen.ReplayWebhookEventsPayload{UserErrors: refused}
	if err == nil && len(refused) == 0 {
		payload.Endpoint, payload.Count = of, count
	}
	return payload, err
}

func webhookOutcome(ctx context.Context, d *db.WebhookDelivery) *string {
	if d.Outcome == nil {
		return nil
	}
	text := d.Outcome.In(locale(ctx))
	return &text
}

// webhookEvent reads what a delivery carries; it is there as long as the delivery.
func webhookEvent(ctx context.Context, of *db.WebhookDelivery) (*db.WebhookEvent, error) {
	told, err := load(ctx).webhookEvent.Load(ctx, of.EventID)
	if err == nil && told == nil { // forgotten between two statements
		told = &db.WebhookEvent{}
	}
	return told, err
}

func webhookDeliveryKey() key[db.WebhookDelivery] {
	return key[db.WebhookDelivery]{name: "webhookDeliveries", desc: true, id: func(d *db.WebhookDelivery) string { return d.ID }}
}

func (r *Resolver) webhookDeliveries(ctx context.Context, endpointID string, args pageArgs, state *enum.WebhookDeliveryState) (*gen.WebhookDeliveryConnection, error) {
	l := load(ctx)
	p, err := l.webhookDeliveries.page(ctx, endpointID, func(ctx context.Context, ids []string) (map[string]*page[db.WebhookDelivery], error) {
		return l.readDeliveryPages(ctx, ids, args, state)
	})
	if err != nil {
		return nil, err
	}
	return &gen.WebhookDeliveryConnection{Nodes: p.nodes, PageInfo: p.info,
		Edges: edges(p, func(cursor string, node *db.WebhookDelivery) *gen.WebhookDeliveryEdge {
			return &gen.WebhookDeliveryEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (l *loaders) readDeliveryPages(ctx context.Context, endpointIDs []string, args pageArgs, state *enum.WebhookDeliveryState) (map[string]*page[db.WebhookDelivery], error) {
	size, _, err := pageSize(args)
	if err != nil {
		return nil, err
	}
	by := webhookDeliveryKey()
	after, err := afterOf(by, args)
	if err != nil {
		return nil, err
	}
	newest := slice{table: webhookdelivery.Table, parent: webhookdelivery.FieldEndpointID, column: webhookdelivery.FieldID, desc: true, after: after, count: size + 1}
	if state != nil {
		newest.equal = map[string]any{webhookdelivery.FieldState: *state}
	}
	found, err := l.client.WebhookDelivery.Query().Where(newest.ofEach(endpointIDs)).Order(db.Desc(webhookdelivery.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	l.sawWebhookDeliveries(found)
	return pagesOf(endpointIDs, found, func(d *db.WebhookDelivery) string { return d.EndpointID }, args, size, by), nil
}

// readWebhooks makes the loaders of what apps are told.
func (l *loaders) readWebhooks() {
	l.webhookDeliveries = newNested[db.WebhookDelivery]()
	l.webhookEndpoint = one(func(ctx context.Context, ids []string) ([]*db.WebhookEndpoint, error) {
		return l.client.WebhookEndpoint.Query().Where(webhookendpoint.IDIn(ids...)).All(ctx)
	}, func(e *db.WebhookEndpoint) string { return e.ID }, l.sawWebhookEndpoints)
	l.webhookDelivery = one(func(ctx context.Context, ids []string) ([]*db.WebhookDelivery, error) {
		return l.client.WebhookDelivery.Query().Where(webhookdelivery.IDIn(ids...)).All(ctx)
	}, func(d *db.WebhookDelivery) string { return d.ID }, l.sawWebhookDeliveries)
	l.webhookEvent = one(func(ctx context.Context, ids []string) ([]*db.WebhookEvent, error) {
		return l.client.WebhookEvent.Query().Where(webhookevent.IDIn(ids...)).All(ctx)
	}, func(e *db.WebhookEvent) string { return e.ID }, nothing)
	l.webhookAttempts = many(func(ctx context.Context, ids []string) ([]*db.WebhookAttempt, error) {
		return l.client.WebhookAttempt.Query().Where(webhookattempt.DeliveryIDIn(ids...)).Order(db.Asc(webhookattempt.FieldID)).All(ctx)
	}, func(a *db.WebhookAttempt) string { return a.DeliveryID }, nothing)
}

func (l *loaders) sawWebhookEndpoints(list []*db.WebhookEndpoint) {
	l.webhookDeliveries.saw(idsOf(list, func(e *db.WebhookEndpoint) string { return e.ID }))
}

func (l *loaders) sawWebhookDeliveries(list []*db.WebhookDelivery) {
	announce(l.webhookEndpoint, list, func(d *db.WebhookDelivery) string { return d.EndpointID })
	announce(l.webhookEvent, list, func(d *db.WebhookDelivery) string { return d.EventID })
	announce(l.webhookAttempts, list, func(d *db.WebhookDelivery) string { return d.ID })
}
