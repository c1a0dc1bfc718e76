package graph

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// The subscriptions. Each runs in a goroutine of its own that ends with the
// context; a slow reader holds up nobody but itself, because the rows wait in
// the database.

func (r *Resolver) followFailures(ctx context.Context, after *string) (<-chan *gen.FailureEvent, error) {
	me := viewerID(ctx)
	position, err := r.Billing.FeedEnd(ctx, me)
	if after != nil {
		position, err = billing.ParseFeedCursor(me, *after)
	}
	if err != nil {
		return nil, err
	}
	return stream(ctx, r, func(tell func(*gen.FailureEvent) error) error {
		return r.Billing.Feed(ctx, me, position, r.recheck, func(told *db.Delivery) error { return tell(failureEvent(told)) })
	}), nil
}

func (r *Resolver) followCharge(ctx context.Context, id *string) (<-chan *db.Charge, error) {
	return stream(ctx, r, func(tell func(*db.Charge) error) error {
		if id == nil {
			return r.Billing.FollowCharges(ctx, r.recheck, tell)
		}
		var last *db.Charge
		return r.Billing.Follow(ctx, billing.ChargeTopic(*id), r.recheck, func(ctx context.Context) error {
			c, err := r.DB.Charge.Get(ctx, *id)
			if err != nil || (last != nil && c.UpdatedAt.Equal(last.UpdatedAt)) {
				return err
			}
			last = c
			return tell(c)
		})
	}), nil
}

func (r *Resolver) followOperation(ctx context.Context, id string) (<-chan *db.Operation, error) {
	return stream(ctx, r, func(tell func(*db.Operation) error) error {
		var last *db.Operation
		return r.Billing.Follow(ctx, billing.OperationTopic(id), r.recheck, func(ctx context.Context) error {
			op, err := r.DB.Operation.Get(ctx, id)
			if err != nil {
				return err
			}
			if last == nil || op.State != last.State || op.Tries != last.Tries || op.LastError != last.LastError {
				if err := tell(op); err != nil {
					return err
				}
			}
			last = op
			if ended(op.State) {
				return errEnded
			}
			return nil
		})
	}), nil
}

// stream runs what follows in a goroutine of its own and answers what it tells,
// until it ends or the client leaves.
func stream[T any](ctx context.Context, r *Resolver, follow func(tell func(T) error) error) <-chan T {
	events := make(chan T)
	go func() {
		defer close(events)
		r.endStream(ctx, caught(func() error {
			return follow(func(event T) error { return hand(ctx, events, event) })
		}))
	}()
	return events
}

// caught turns a panic into an error: in a goroutine nobody else would catch it.
func caught(work func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return work()
}

func ended(state enum.OperationState) bool {
	return state == enum.OperationSucceeded || state == enum.OperationFailed || state == enum.OperationCanceled
}

// errEnded ends a stream that has told all there is.
var errEnded = errors.New("the stream has told all there is")

// hand gives an event to the transport.
func hand[T any](ctx context.Context, to chan<- T, event T) error {
	select {
	case to <- event:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endStream tells the client why its stream ended, unless it left itself.
func (r *Resolver) endStream(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil || errors.Is(err, errEnded) {
		return
	}
	presented := presentStreamError(ctx, r.Billing.Log, err)
	if words, ok := ctx.Value(lastWordsKey{}).(*lastWords); ok {
		words.error = presented
		return
	}
	transport.AddSubscriptionError(ctx, presented)
}

// lastWords is why a stream of Server-Sent Events ended. gqlgen has a place for it
// in a WebSocket only. It is written before the stream's channel is closed, and
// read after.
type lastWords struct{ error *gqlerror.Error }

type lastWordsKey struct{}

// withLastWords answers, after the last event of a stream, why it ended.
func withLastWords(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	words := &lastWords{}
	events := next(context.WithValue(ctx, lastWordsKey{}, words))
	return func(ctx context.Context) *graphql.Response {
		if event := events(ctx); event != nil {
			return event
		}
		if words.error == nil || ctx.Err() != nil {
			return nil
		}
		last := &graphql.Response{Errors: gqlerror.List{words.error}}
		words.error = nil
		return last
	}
}
