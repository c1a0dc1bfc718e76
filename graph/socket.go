package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// The close codes of graphql-transport-ws
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
const (
	closeBadMessage   = 4400
	closeUnauthorized = 4401
	closeSubprotocol  = 4406
	closeInitTimeout  = 4408
	closeSubscriber   = 4409
	closeTooManyInits = 4429
)

const subprotocol = "graphql-transport-ws"

// sockets is gqlgen's WebSocket transport, kept to the letter of
// graphql-transport-ws: gqlgen alone closes with 1002 whatever is wrong, speaks a
// protocol of 2018 to who names none, and forgets a socket with a bad first message.
type sockets struct{ transport.Websocket }

// Do serves one socket until it is closed.
func (t sockets) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	accepted := &acceptor{}
	t.Implementation = accepted
	t.Websocket.Do(&answeredOnce{ResponseWriter: w}, r, exec)
	if accepted.conn != nil {
		_ = accepted.conn.Close()
	}
}

// answeredOnce drops gqlgen's answer to a request that was refused already.
type answeredOnce struct {
	http.ResponseWriter
	status int
}

// WriteHeader writes the first status only.
func (w *answeredOnce) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.ResponseWriter.WriteHeader(status)
	}
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *answeredOnce) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// acceptor accepts one socket and remembers it.
type acceptor struct {
	transport.CoderWebsocketImplementation
	conn transport.WebsocketConn
}

// Accept accepts a socket that speaks graphql-transport-ws. The Origin must be our
// own.
func (a *acceptor) Accept(w http.ResponseWriter, r *http.Request, options transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	options.Subprotocols = []string{subprotocol}
	conn, err := a.CoderWebsocketImplementation.Accept(w, r, options)
	if err != nil {
		return nil, err
	}
	made := &socket{WebsocketConn: conn, active: map[string]bool{}}
	if conn.Subprotocol() != subprotocol {
		made.refuse(closeSubprotocol, "Subprotocol not acceptable")
	}
	a.conn = made
	return made, nil
}

// socket looks at every message of the client before gqlgen does.
type socket struct {
	transport.WebsocketConn

	mu           sync.Mutex
	refused      bool
	initialised  bool // the first message came
	acknowledged bool // and was answered
	active       map[string]bool
}

type socketMessage struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Payload json.RawMessage `json:"payload"`
}

// Subprotocol is always the one that we speak.
func (s *socket) Subprotocol() string { return subprotocol }

// NextReader answers the next message that keeps to the protocol; the first that
// does not closes the socket.
func (s *socket) NextReader() (int, io.Reader, error) {
	if s.isRefused() {
		return 0, nil, transport.ErrWebsocketClosed
	}
	kind, reader, err := s.WebsocketConn.NextReader()
	if err != nil {
		return kind, nil, err
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return kind, nil, err
	}
	if code, reason := s.check(content); code != 0 {
		s.refuse(code, reason)
		return kind, nil, transport.ErrWebsocketClosed
	}
	return kind, bytes.NewReader(content), nil
}

func (s *socket) isRefused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

func (s *socket) refuse(code int, reason string) {
	s.mu.Lock()
	s.refused = true
	s.mu.Unlock()
	_ = s.WebsocketConn.WriteClose(code, reason)
}

// check answers the close code of a message that breaks the protocol, 0 of one
// that does not.
func (s *socket) check(content []byte) (code int, reason string) {
	var message socketMessage
	if err := json.Unmarshal(content, &message); err != nil {
		return closeBadMessage, "Invalid message received"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch message.Type {
	case "connection_init":
		return s.checkInit(message)
	case "subscribe":
		return s.checkSubscribe(message)
	case "complete":
		delete(s.active, message.ID)
		return 0, ""
	case "ping", "pong":
		return 0, ""
	}
	return closeBadMessage, "Invalid message received"
}

func (s *socket) checkInit(message socketMessage) (code int, reason string) {
	if s.initialised {
		return closeTooManyInits, "Too many initialisation requests"
	}
	s.initialised = true
	var payload map[string]any
	if len(message.Payload) > 0 && json.Unmarshal(message.Payload, &payload) != nil {
		return closeBadMessage, "Invalid message received"
	}
	return 0, ""
}

func (s *socket) checkSubscribe(message socketMessage) (code int, reason string) {
	var request graphql.RawParams
	switch {
	case !s.acknowledged:
		return closeUnauthorized, "Unauthorized"
	case message.ID == "" || json.Unmarshal(message.Payload, &request) != nil || request.Query == "":
		return closeBadMessage, "Invalid message received"
	case s.active[message.ID]:
		return closeSubscriber, "Subscriber for " + shortened(message.ID) + " already exists"
	}
	s.active[message.ID] = true
	return 0, ""
}

// longestID is how much of an id fits into the reason of a close frame.
const longestID = 60

func shortened(id string) string { return id[:min(len(id), longestID)] }

// WriteJSON sends a message, and notes what it means for the protocol.
func (s *socket) WriteJSON(value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var message socketMessage
	if err := json.Unmarshal(content, &message); err != nil {
		return err
	}
	s.mu.Lock()
	s.acknowledged = s.acknowledged || message.Type == "connection_ack"
	if slices.Contains([]string{"complete", "error"}, message.Type) {
		delete(s.active, message.ID)
	}
	s.mu.Unlock()
	return s.WebsocketConn.WriteJSON(json.RawMessage(content))
}

// WriteClose closes with the protocol's own code where gqlgen has a general one.
func (s *socket) WriteClose(code int, reason string) error {
	switch {
	case code == transport.WebsocketCloseProtocolError && reason == "connection initialisation timeout":
		code, reason = closeInitTimeout, "Connection initialisation timeout"
	case code == transport.WebsocketCloseProtocolError:
		code, reason = closeBadMessage, "Invalid message received"
	}
	return s.WebsocketConn.WriteClose(code, reason)
}

// SetReadLimit bounds a message.
func (s *socket) SetReadLimit(limit int64) {
	if limiter, ok := s.WebsocketConn.(transport.WebsocketReadLimiter); ok {
		limiter.SetReadLimit(limit)
	}
}

// SetReadDeadline ends the socket when nothing was heard by then.
func (s *socket) SetReadDeadline(deadline time.Time) error {
	if deadliner, ok := s.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return deadliner.SetReadDeadline(deadline)
	}
	return nil
}
