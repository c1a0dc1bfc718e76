package graph

import (
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// socketOperation is an operation that has not ended.
type socketOperation struct {
	socket   *socket
	id       string
	quotedID string // as JSON
	follower *follower
	cancel   context.CancelFunc
	over     atomic.Bool // the client is told no more of it
}

// run executes an operation; a subscription goes on in live.
func (o *socketOperation) run(ctx context.Context, request *graphql.RawParams) {
	ctx = graphql.StartOperationTrace(ctx)
	request.ReadTime = graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}
	asked, problems := o.socket.exec.CreateOperationContext(ctx, request)
	if problems != nil {
		o.finish(outgoing{kind: messageError, id: o.quotedID, payload: encodeErrors(o.socket.exec.DispatchError(graphql.WithOperationContext(ctx, asked), problems).Errors...)})
		return
	}
	if asked.Operation.Operation == ast.Subscription {
		o.subscribe(ctx, asked)
		return
	}
	answers, ctx := o.socket.exec.DispatchOperation(ctx, asked)
	o.finish(o.answer(answers(ctx))...)
}

// subscribe begins a subscription, or tells why it does not begin.
func (o *socketOperation) subscribe(ctx context.Context, asked *graphql.OperationContext) {
	f := &follower{to: o, connection: o.socket}
	answers, asking := o.socket.exec.DispatchOperation(context.WithValue(ctx, followerKey{}, f), asked)
	if !f.begun {
		o.finish(o.answer(answers(asking))...)
		return
	}
	o.socket.mu.Lock()
	open := slices.Contains(o.socket.open, o)
	if open {
		o.follower = f
	}
	o.socket.mu.Unlock()
	if open {
		o.socket.live.start(ctx, o.socket.exec, asked, f)
	}
	o.settle()
}

// settle lets go of the context of an operation that was begun: what follows has the
// socket's.
func (o *socketOperation) settle() {
	o.socket.mu.Lock()
	defer o.socket.mu.Unlock()
	o.cancel()
	o.cancel = func() {}
}

func (o *socketOperation) answer(answer *graphql.Response) []outgoing {
	encoded, err := json.Marshal(answer)
	if err != nil || answer == nil {
		return []outgoing{{kind: messageComplete, id: o.quotedID}}
	}
	return []outgoing{{kind: messageNext, id: o.quotedID, payload: encoded}, {kind: messageComplete, id: o.quotedID}}
}

// finish ends an operation with its last messages.
func (o *socketOperation) finish(last ...outgoing) {
	if o.socket.forget(o) {
		o.socket.put(last...)
	}
}

func (o *socketOperation) context() context.Context { return o.socket.context() }

func (o *socketOperation) next(answer outgoing) bool {
	if o.over.Load() {
		return true
	}
	answer.id = o.quotedID
	return o.socket.offer(answer)
}

func (o *socketOperation) drained(ctx context.Context) error { return o.socket.outbox.drained(ctx) }

func (o *socketOperation) complete() { o.finish(outgoing{kind: messageComplete, id: o.quotedID}) }

func (o *socketOperation) fail(err error) {
	ctx := o.context()
	o.finish(outgoing{kind: messageError, id: o.quotedID, payload: encodeErrors(presentStreamError(ctx, o.socket.live.log, err))})
}

func (o *socketOperation) slow() {
	o.socket.close(closeSlowReader, "Too slow: come back with your last cursor")
}

func encodeErrors(list ...*gqlerror.Error) []byte {
	encoded, _ := json.Marshal(list)
	return encoded
}
