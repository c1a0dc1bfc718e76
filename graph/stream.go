package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/access"
)

// streams is the transport of Server-Sent Events, one operation for each request
// (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, distinct
// connections mode). An event of the failure feed has its cursor as its id, so that
// a browser's EventSource goes on from there by itself.
type streams struct {
	live *live
}

// Supports tells whether a request is for this transport.
func (streams) Supports(r *http.Request) bool { return requestChannel(r) == channelStream }

// Do serves one stream to its end.
func (t streams) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	request, err := readParams(r)
	if err != nil {
		refuseRequest(w, http.StatusBadRequest, "BAD_REQUEST", "Os parâmetros não são JSON. / The parameters are not JSON.")
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Accel-Buffering", "no")
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), lastEventKey{}, r.Header.Get("Last-Event-ID")))
	defer cancel()
	s := &eventStream{live: t.live, ctx: ctx, cancel: cancel, who: access.ViewerFrom(ctx), wake: make(chan struct{}, 1), outbox: outbox{wrote: time.Now()}}
	if !t.live.connect(s) {
		refuseRequest(w, http.StatusServiceUnavailable, "UNAVAILABLE", "Indisponível no momento: tente de novo. / Unavailable: try again.")
		return
	}
	defer t.live.disconnect(s)
	t.live.introduce(s)
	s.run(exec, request, r.Method)
	s.write(w)
	if s.follower != nil {
		t.live.end(s.follower)
	}
}

type lastEventKey struct{}

// lastEventID is where a stream that was cut shall go on.
func lastEventID(ctx context.Context) string {
	id, _ := ctx.Value(lastEventKey{}).(string)
	return id
}

// eventStream is one client's stream: a connection with one operation.
type eventStream struct {
	live     *live
	ctx      context.Context
	cancel   context.CancelFunc
	who      *access.Viewer
	follower *follower
	outbox   outbox
	wake     chan struct{} // gets a value when there is something to write
}

// run executes the operation; a subscription goes on in live.
func (s *eventStream) run(exec graphql.GraphExecutor, request *graphql.RawParams, method string) {
	ctx := graphql.StartOperationTrace(s.ctx)
	asked, problems := exec.CreateOperationContext(ctx, request)
	if problems != nil {
		s.finish(exec.DispatchError(graphql.WithOperationContext(ctx, asked), problems))
		return
	}
	if asked.Operation.Operation == ast.Mutation && method != http.MethodPost {
		s.finish(&graphql.Response{Errors: gqlerror.List{tooMuch("BAD_REQUEST", "a mutation needs POST")}})
		return
	}
	f := &follower{to: s, connection: s}
	answers, asking := exec.DispatchOperation(context.WithValue(ctx, followerKey{}, f), asked)
	if !f.begun {
		s.finish(answers(asking))
		return
	}
	s.follower = f
	s.live.start(ctx, exec, asked, f)
}

func (s *eventStream) finish(answer *graphql.Response) {
	if encoded, err := json.Marshal(answer); err == nil && answer != nil {
		s.begin(s.outbox.end(outgoing{kind: messageNext, payload: encoded}, outgoing{kind: messageComplete}))
		return
	}
	s.complete()
}

func (s *eventStream) begin(writing bool) {
	if !writing {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *eventStream) next(answer outgoing) bool {
	taken, begin := s.outbox.put(answer)
	s.begin(begin)
	return taken
}

func (s *eventStream) drained(ctx context.Context) error { return s.outbox.drained(ctx) }

func (s *eventStream) context() context.Context { return s.ctx }

func (s *eventStream) viewer() *access.Viewer { return s.who }

func (s *eventStream) complete() { s.begin(s.outbox.end(outgoing{kind: messageComplete})) }

// fail tells why the stream ends, in the place of all that waits.
func (s *eventStream) fail(err error) {
	encoded, _ := json.Marshal(&graphql.Response{Errors: gqlerror.List{presentStreamError(s.ctx, s.live.log, err)}})
	s.begin(s.outbox.finish(outgoing{kind: messageNext, payload: encoded}, outgoing{kind: messageComplete}))
}

func (s *eventStream) slow() { s.fail(errSlowReader) }

func (s *eventStream) forbid() { s.fail(access.ErrUnauthenticated) }

// leave cuts the stream: a client that was told that it is complete would not come
// back.
func (s *eventStream) leave() { s.cancel() }

// keepAlive writes a comment, so that nobody on the way takes the stream for dead.
func (s *eventStream) keepAlive(time.Time) {
	s.outbox.mu.Lock()
	quiet := !s.outbox.writing && !s.outbox.closed && time.Since(s.outbox.wrote) > sseKeepAlive
	s.outbox.mu.Unlock()
	if quiet {
		s.next(outgoing{})
	}
}

// write writes what waits until the stream ends.
func (s *eventStream) write(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // the stream outlives the server's deadline for a request
	_ = writeEvents(w, []outgoing{{}})       // a comment, at which a proxy begins to pass on
	_ = control.Flush()
	defer s.outbox.shut()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.wake:
		}
		for batch := s.outbox.take(); len(batch) > 0; batch = s.outbox.take() {
			_ = control.SetWriteDeadline(time.Now().Add(writePatience))
			if !writeEvents(w, batch) || control.Flush() != nil || batch[len(batch)-1].kind == messageComplete {
				return
			}
		}
	}
}

// writeEvents answers false when the client is gone.
func writeEvents(w http.ResponseWriter, batch []outgoing) bool {
	var text bytes.Buffer
	for _, one := range batch {
		text.Reset()
		switch one.kind {
		case "":
			text.WriteString(":\n\n")
		case messageComplete:
			text.WriteString("event: complete\ndata:\n\n")
		default:
			text.WriteString("event: next\n")
			if one.cursor != "" {
				text.WriteString("id: " + one.cursor + "\n")
			}
			text.WriteString("data: ")
			text.Write(one.payload)
			text.WriteString("\n\n")
		}
		if _, err := w.Write(text.Bytes()); err != nil {
			return false
		}
	}
	return true
}
