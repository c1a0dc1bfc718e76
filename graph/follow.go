package graph

import (
	"context"
	"errors"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// The subscriptions. The resolver of one runs twice: when a client subscribes it
// writes into the follower what is followed, and for each event, which live puts
// into the context, it answers that event (see plan).

func (r *Resolver) followFailures(ctx context.Context, after *string) (<-chan *gen.FailureEvent, error) {
	return follow[*gen.FailureEvent](ctx, func(f *follower) (err error) {
		if last := lastEventID(ctx); last != "" {
			after = &last
		}
		f.kind, f.id = followsFeed, viewerID(ctx)
		f.position, f.newest, err = r.Billing.FeedStart(ctx, f.id, after)
		return err
	})
}

func (r *Resolver) followCharge(ctx context.Context, id *string) (<-chan *db.Charge, error) {
	return follow[*db.Charge](ctx, func(f *follower) error {
		f.kind = followsCharges
		if id == nil {
			return nil
		}
		f.kind, f.id = followsCharge, *id
		_, err := r.DB.Charge.Get(ctx, *id)
		return err
	})
}

func (r *Resolver) followOperation(ctx context.Context, id string) (<-chan *db.Operation, error) {
	return follow[*db.Operation](ctx, func(f *follower) error {
		f.kind, f.id = followsOperation, id
		_, err := r.DB.Operation.Get(ctx, id)
		return err
	})
}

type followerKey struct{}

var errNotFollowed = errors.New("a subscription outside of a stream")

// follow answers the event of the context or, when there is none, has begin write
// down what the follower follows; its channel is never read then.
func follow[T any](ctx context.Context, begin func(*follower) error) (<-chan T, error) {
	if event, ok := ctx.Value(eventKey{}).(T); ok {
		only := make(chan T, 1)
		only <- event
		close(only)
		return only, nil
	}
	f, ok := ctx.Value(followerKey{}).(*follower)
	if !ok {
		return nil, errNotFollowed
	}
	if err := begin(f); err != nil {
		return nil, err
	}
	f.begun = true
	return nil, nil
}

// isNews tells whether an operation looks different from how it was told last.
func isNews(told, now *db.Operation) bool {
	return told == nil || now.State != told.State || now.Tries != told.Tries || now.LastError != told.LastError
}

func ended(state enum.OperationState) bool {
	return state == enum.OperationSucceeded || state == enum.OperationFailed || state == enum.OperationCanceled
}

// topics are what rings when there may be news for a follower.
func (f *follower) topics() []string {
	switch f.kind {
	case followsFeed:
		return []string{billing.UserTopic(f.id)}
	case followsOperation:
		return []string{billing.OperationTopic(f.id)}
	default:
		return []string{billing.ChargeTopic("")}
	}
}
