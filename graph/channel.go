package graph

import (
	"context"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

func (r *channelResolver) Messages(ctx context.Context, obj *db.Channel) ([]*db.Message, error) {
	return load(ctx).channelMessages.Load(ctx, obj.ID)
}

func (r *messageResolver) Events(ctx context.Context, obj *db.Message) (int, error) {
	return load(ctx).messageEvents.Load(ctx, obj.ID)
}

func (r *messageResolver) Outcome(ctx context.Context, obj *db.Message) (*string, error) {
	return messageOutcome(ctx, obj), nil
}

func (r *messageResolver) Attempts(ctx context.Context, obj *db.Message) ([]*db.MessageAttempt, error) {
	return load(ctx).messageAttempts.Load(ctx, obj.ID)
}

func (r *mutationResolver) SaveChannel(ctx context.Context, input billing.SaveChannel) (*gen.SaveChannelPayload, error) {
	return r.saveChannel(ctx, input)
}

func (r *mutationResolver) DeleteChannel(ctx context.Context, input gen.ChannelInput) (*gen.DeleteChannelPayload, error) {
	return r.deleteChannel(ctx, input.ID)
}

func (r *mutationResolver) TestChannel(ctx context.Context, input gen.ChannelInput) (*gen.TestChannelPayload, error) {
	return r.testChannel(ctx, input.ID)
}

func (r *queryResolver) Channels(ctx context.Context) ([]*db.Channel, error) {
	return r.channels(ctx)
}

func (r *queryResolver) ChannelKinds(ctx context.Context) ([]enum.ChannelKind, error) {
	return r.Billing.ChannelKinds(), nil
}

func (r *Resolver) Channel() gen.ChannelResolver { return &channelResolver{r} }

func (r *Resolver) Message() gen.MessageResolver { return &messageResolver{r} }

type (
	channelResolver struct{ *Resolver }
	messageResolver struct{ *Resolver }
)
