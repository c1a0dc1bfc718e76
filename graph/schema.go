package graph

import (
	"context"
	"ponte/graph/gen"
)

func (r *queryResolver) Node(ctx context.Context, id string) (gen.Node, error) {
	return r.node(ctx, id)
}

func (r *queryResolver) Nodes(ctx context.Context, ids []string) ([]gen.Node, error) {
	return r.nodes(ctx, ids)
}

func (r *queryResolver) System(ctx context.Context) (*gen.System, error) {
	return &gen.System{Version: r.Version, Demo: r.Demo}, nil
}

func (r *Resolver) Mutation() gen.MutationResolver { return &mutationResolver{r} }

func (r *Resolver) Query() gen.QueryResolver { return &queryResolver{r} }

func (r *Resolver) Subscription() gen.SubscriptionResolver { return &subscriptionResolver{r} }

type (
	mutationResolver     struct{ *Resolver }
	queryResolver        struct{ *Resolver }
	subscriptionResolver struct{ *Resolver }
)
