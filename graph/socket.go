package graph

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"ponte/access"
)

// The close codes of graphql-transport-ws
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), and ours.
const (
	closeBadMessage   = 4400
	closeUnauthorized = 4401 // something was asked before the viewer was known
	closeForbidden    = 4403 // the credentials are not good, or no longer
	closeSubprotocol  = 4406
	closeInitTimeout  = 4408
	closeSubscriber   = 4409
	closeSlowReader   = 4413 // ours
	closeTooManyInits = 4429
	closeGoingAway    = int(ws.StatusGoingAway)
)

// noExpiry is after the end of every socket.
var noExpiry = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	subprotocol = "graphql-transport-ws"
	// maxOperations is how many operations one socket may have open.
	maxOperations = 100
	// closePatience is how long a client may take to answer our close frame.
	closePatience = 5 * time.Second
	// writeChunk is how much is written at once.
	writeChunk = 64 << 10
)

// sockets is the WebSocket transport. It speaks graphql-transport-ws to the letter
// and is made for many idle clients: a socket costs one small goroutine that reads,
// one more only while something is written, and no buffers.
type sockets struct {
	live *live
}

// Supports tells whether a request is for this transport.
func (sockets) Supports(r *http.Request) bool { return r.Header.Get("Upgrade") != "" }

// Do accepts a socket and leaves it to its own goroutine.
func (t sockets) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if !t.isOurOrigin(r) {
		http.Error(w, "another origin", http.StatusForbidden)
		return
	}
	conn, buffered, handshake, err := ws.HTTPUpgrader{Protocol: func(name string) bool { return name == subprotocol }, Timeout: writePatience}.Upgrade(r, w)
	if err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		return
	}
	s := &socket{live: t.live, exec: exec, conn: conn, cookie: accessCookie(r)}
	s.ctx, s.cancel = context.WithCancel(t.live.carried(r.Context()))
	s.born = time.Now().UnixNano()
	s.heard.Store(s.born)
	s.timer = time.AfterFunc(initTimeout, func() { s.close(closeInitTimeout, "Connection initialisation timeout") })
	switch {
	case handshake.Protocol != subprotocol:
		s.close(closeSubprotocol, "Subprotocol not acceptable")
	case !t.live.connect(s):
		s.leave()
	}
	go s.read(early(buffered.Reader))
}

// carried answers a context that outlives its request.
func (l *live) carried(ctx context.Context) context.Context {
	kept := context.Background()
	if l.resolver.Carry != nil {
		kept = l.resolver.Carry(ctx)
	}
	return access.WithClient(WithLocale(context.WithValue(kept, channelKey{}, channelSocket), locale(ctx)), access.ClientFrom(ctx))
}

// isOurOrigin refuses the pages of other sites; a client that is no browser has no
// Origin.
func (t sockets) isOurOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	from, err := url.Parse(origin)
	if err != nil || from.Host == "" {
		return false
	}
	public, _ := url.Parse(t.live.resolver.Billing.PublicURL)
	return strings.EqualFold(from.Host, r.Host) || public != nil && strings.EqualFold(from.Host, public.Host)
}

// early answers what has come with the handshake.
func early(buffered *bufio.Reader) []byte {
	content, _ := buffered.Peek(buffered.Buffered())
	return slices.Clone(content)
}

// socket is one client's WebSocket.
type socket struct {
	live   *live
	exec   graphql.GraphExecutor
	conn   net.Conn
	cookie string // the access token of the handshake
	outbox outbox
	cancel context.CancelFunc
	heard  atomic.Int64 // when the client was last heard
	born   int64
	who    atomic.Pointer[access.Viewer]

	mu          sync.Mutex
	ctx         context.Context
	timer       *time.Timer // of the initialisation
	initialised bool        // the first message came
	open        []*socketOperation
	over        bool // nothing begins any more
}

type socketMessage struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Payload json.RawMessage `json:"payload"`
}

// read reads until the socket ends. Every message is looked at in a goroutine of
// its own, so that this one, which lives as long as the socket, stays small.
func (s *socket) read(first []byte) {
	defer s.ended()
	source := io.Reader(s.conn)
	if len(first) > 0 {
		source = io.MultiReader(bytes.NewReader(first), s.conn)
	}
	frames := &wsutil.Reader{Source: source, State: ws.StateServerSide, CheckUTF8: true, MaxMessageSize: MaxRequestBytes, OnIntermediate: s.control}
	looked := make(chan struct{})
	for {
		header, err := frames.NextFrame()
		s.heard.Store(time.Now().UnixNano())
		switch {
		case err != nil:
			s.failed(err)
			return
		case header.OpCode.IsControl():
			err = s.control(header, frames)
		default:
			go func() {
				defer func() { looked <- struct{}{} }()
				err = s.message(frames)
			}()
			<-looked
		}
		if err != nil {
			s.failed(err)
			return
		}
	}
}

// failed answers a frame that breaks RFC 6455, and lets what is still on its way
// come in, without which the client would not read the answer.
func (s *socket) failed(err error) {
	var broken ws.ProtocolError
	switch {
	case errors.Is(err, wsutil.ErrMessageTooLarge):
		s.close(int(ws.StatusMessageTooBig), "The message is too big")
	case errors.Is(err, wsutil.ErrInvalidUTF8):
		s.close(int(ws.StatusInvalidFramePayloadData), "Not UTF-8")
	case errors.As(err, &broken):
		s.close(int(ws.StatusProtocolError), "Not a frame of WebSocket")
	default:
		return
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(closePatience))
	_, _ = io.CopyN(io.Discard, s.conn, 4*MaxRequestBytes)
}

// control answers a control frame.
func (s *socket) control(header ws.Header, payload io.Reader) error {
	content, err := io.ReadAll(payload) // the header was checked: 125 bytes at most
	if err != nil {
		return err
	}
	switch header.OpCode {
	case ws.OpPing:
		s.put(outgoing{kind: framePong, payload: content})
	case ws.OpClose:
		s.close(int(ws.StatusNormalClosure), "")
		return io.EOF
	}
	return nil
}

func (s *socket) message(frames io.Reader) error {
	content, err := io.ReadAll(frames)
	if err != nil {
		return err
	}
	if code, reason := s.take(content); code != 0 {
		s.close(code, reason)
	}
	return nil
}

// take does what a message asks for. It answers the close code of one that breaks
// the protocol.
func (s *socket) take(content []byte) (code int, reason string) {
	var message socketMessage
	if err := json.Unmarshal(content, &message); err != nil {
		return closeBadMessage, "Invalid message received"
	}
	switch message.Type {
	case "connection_init":
		return s.takeInit(message)
	case "subscribe":
		return s.takeSubscribe(message)
	case messageComplete:
		s.stop(message.ID)
	case "ping":
		s.put(outgoing{kind: "pong", payload: message.Payload})
	case "pong":
	default:
		return closeBadMessage, "Invalid message received"
	}
	return 0, ""
}

func (s *socket) takeInit(message socketMessage) (code int, reason string) {
	s.mu.Lock()
	again := s.initialised
	s.initialised = true
	s.mu.Unlock()
	if again {
		return closeTooManyInits, "Too many initialisation requests"
	}
	var payload initPayload
	if len(message.Payload) > 0 && json.Unmarshal(message.Payload, &payload) != nil {
		return closeBadMessage, "Invalid message received"
	}
	go s.initialise(payload)
	return 0, ""
}

// initPayload is what we read of the first message. Names are found whatever their
// letters' case.
type initPayload struct {
	Authorization  string `json:"authorization"`
	AcceptLanguage string `json:"acceptLanguage"`
}

// initialise signs in by the token of the first message or, without one, by the
// cookie of the handshake.
func (s *socket) initialise(payload initPayload) {
	token := bearer(payload.Authorization)
	if payload.Authorization == "" {
		token = s.cookie
	}
	// A client that leaves ends no statement half-way: that would cost a connection.
	viewer, err := s.live.resolver.authenticate(context.WithoutCancel(s.context()), token)
	if err != nil {
		s.forbid()
		return
	}
	viewer.ExpiresAt = noExpiry // the socket's own end counts
	viewer = s.live.known(viewer)
	s.who.Store(viewer)
	s.stopTimer()
	s.mu.Lock()
	if payload.AcceptLanguage != "" {
		s.ctx = WithLocale(s.ctx, preferredLocale(payload.AcceptLanguage))
	}
	s.ctx, s.cookie = access.WithViewer(s.ctx, viewer), ""
	over := s.over
	if !over {
		s.live.introduce(s)
	}
	s.mu.Unlock()
	s.put(outgoing{kind: "connection_ack"})
}

func (s *socket) takeSubscribe(message socketMessage) (code int, reason string) {
	var request graphql.RawParams
	if s.who.Load() == nil {
		return closeUnauthorized, "Unauthorized"
	}
	if message.ID == "" || unmarshalNumbers(message.Payload, &request) != nil || !hasDocument(&request) {
		return closeBadMessage, "Invalid message received"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return 0, ""
	case slices.ContainsFunc(s.open, func(one *socketOperation) bool { return one.id == message.ID }):
		return closeSubscriber, "Subscriber for " + shortened(message.ID) + " already exists"
	case len(s.open) == maxOperations:
		problem := tooMuch("TOO_MANY_SUBSCRIPTIONS", "the socket has %d operations open: end one, or open another socket", maxOperations)
		go s.put(outgoing{kind: messageError, id: quoted(message.ID), payload: encodeErrors(problem)})
		return 0, ""
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.ctx)) // ended cancels it
	one := &socketOperation{socket: s, id: message.ID, quotedID: quoted(message.ID), cancel: cancel}
	s.open = append(s.open, one)
	go one.run(ctx, &request)
	return 0, ""
}

func quoted(id string) string {
	encoded, _ := json.Marshal(id)
	return string(encoded)
}

// unmarshalNumbers keeps numbers as they are written.
func unmarshalNumbers(content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// longestID is how much of an id fits into the reason of a close frame.
const longestID = 60

func shortened(id string) string { return strings.ToValidUTF8(id[:min(len(id), longestID)], "") }

// stop ends an operation that the client wants no more.
func (s *socket) stop(id string) {
	s.mu.Lock()
	at := slices.IndexFunc(s.open, func(one *socketOperation) bool { return one.id == id })
	var one *socketOperation
	if at >= 0 {
		one = s.open[at]
	}
	s.mu.Unlock()
	if one != nil {
		s.forget(one)
	}
}

// forget takes an operation off the list, and answers whether it was there.
func (s *socket) forget(one *socketOperation) bool {
	s.mu.Lock()
	at := slices.Index(s.open, one)
	if at >= 0 {
		s.open = slices.Delete(s.open, at, at+1)
	}
	f, cancel := one.follower, one.cancel
	s.mu.Unlock()
	if at < 0 {
		return false
	}
	one.over.Store(true)
	cancel()
	if f != nil {
		s.live.end(f)
	}
	return true
}

// ended clears up after a socket.
func (s *socket) ended() {
	s.mu.Lock()
	s.over = true
	open := slices.Clone(s.open)
	s.mu.Unlock()
	s.cancel()
	for _, one := range open {
		s.forget(one)
	}
	s.stopTimer()
	s.live.disconnect(s)
	go s.hangUp()
}

// hangUp closes the connection when the last words are written.
func (s *socket) hangUp() {
	_ = s.outbox.drained(context.Background())
	s.outbox.shut()
	_ = s.conn.Close()
}

func (s *socket) stopTimer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil // it holds the socket's memory
	}
}

func (s *socket) context() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ctx
}

func (s *socket) viewer() *access.Viewer { return s.who.Load() }

func (s *socket) forbid() { s.close(closeForbidden, "Forbidden: sign in again") }

func (s *socket) leave() { s.close(closeGoingAway, "The server stops") }

// keepAlive pings a client that was not heard for a while, and lets go of one that
// does not answer.
func (s *socket) keepAlive(now time.Time) {
	quiet := now.Sub(time.Unix(0, s.heard.Load()))
	switch {
	case now.Sub(time.Unix(0, s.born)) > streamLife:
		s.forbid()
	case quiet > 2*pingInterval+closePatience:
		_ = s.conn.Close()
	case quiet > pingInterval:
		s.outbox.mu.Lock()
		busy := s.outbox.writing
		s.outbox.mu.Unlock()
		if !busy {
			s.put(outgoing{kind: framePing})
		}
	}
}

// close says why the socket ends, before anything else that waits; the client has a
// moment to answer.
func (s *socket) close(code int, reason string) {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	if s.outbox.finish(outgoing{kind: frameClose, code: code, payload: []byte(reason)}) {
		go s.write()
	}
}

// offer puts an answer into the outbox; false when there is no room.
func (s *socket) offer(answer outgoing) bool {
	taken, begin := s.outbox.put(answer)
	if begin {
		go s.write()
	}
	return taken
}

// put puts what cannot be left out into the outbox: a client that has no room for it
// reads too slowly.
func (s *socket) put(messages ...outgoing) {
	for _, message := range messages {
		if !s.offer(message) {
			s.close(closeSlowReader, "Too slow: come back with your last cursor")
			return
		}
	}
}
