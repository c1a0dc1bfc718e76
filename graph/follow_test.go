package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ponte/ent/db"
	"ponte/ent/enum"
)

// message is one of graph-transport-ws.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// wire is the client's end of a WebSocket.
type wire struct {
	*caller
	conn *websocket.Conn
}

func (c *caller) dial(protocols ...string) *wire {
	c.Helper()
	conn, _, err := websocket.Dial(c.Context(), strings.Replace(c.url, "http", "ws", 1), &websocket.DialOptions{Subprotocols: protocols})
	c.Must(err)
	c.Cleanup(func() { _ = conn.CloseNow() })
	return &wire{c, conn}
}

// open dials and signs in.
func (c *caller) open() *wire {
	c.Helper()
	w := c.dial("graphql-transport-ws")
	w.send(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + c.token + `","acceptLanguage":"` + c.language + `"}}`)
	w.expect("connection_ack")
	return w
}

// signIn answers the code that the socket is closed with, 0 when it is acknowledged.
func (w *wire) signIn(token string) websocket.StatusCode {
	w.Helper()
	w.send(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`)
	read, err := w.read(patience)
	if err != nil {
		return websocket.CloseStatus(err)
	}
	if read.Type != "connection_ack" {
		w.Fatalf("%+v", read)
	}
	return 0
}

func (w *wire) send(text string) {
	w.Helper()
	w.Must(w.conn.Write(w.Context(), websocket.MessageText, []byte(text)))
}

func (w *wire) subscribe(id, document string, variables map[string]any) {
	w.Helper()
	payload, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	w.Must(err)
	encoded, err := json.Marshal(message{Type: "subscribe", ID: id, Payload: payload})
	w.Must(err)
	w.send(string(encoded))
}

func (w *wire) read(wait time.Duration) (message, error) {
	ctx, cancel := context.WithTimeout(w.Context(), wait)
	defer cancel()
	_, content, err := w.conn.Read(ctx)
	var read message
	if err == nil {
		err = json.Unmarshal(content, &read)
	}
	return read, err
}

func (w *wire) expect(kind string) message {
	w.Helper()
	read, err := w.read(patience)
	if err != nil || read.Type != kind {
		w.Fatalf("%s instead of %s: %s %v", read.Type, kind, read.Payload, err)
	}
	return read
}

// closed answers the code that the server closes with.
func (w *wire) closed() websocket.StatusCode {
	w.Helper()
	for {
		if _, err := w.read(patience); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

func TestSocketProtocol(t *testing.T) {
	t.Parallel()
	c := setup(t).as(enum.RoleReader)
	const query = `{"id":"1","type":"subscribe","payload":{"query":"{ system { version } }"}}`
	const endless = `{"id":"1","type":"subscribe","payload":{"query":"subscription { chargeChanged { id } }"}}`
	hello := `{"type":"connection_init","payload":{"Authorization":"Bearer ` + c.token + `"}}`

	t.Run("a query is answered and completed, and a ping ponged", func(t *testing.T) {
		w := c.open()
		w.send(query)
		if got := w.expect("next"); got.ID != "1" || !strings.Contains(string(got.Payload), `"version":"test"`) {
			t.Errorf("next: %+v", got)
		}
		if got := w.expect("complete"); got.ID != "1" {
			t.Errorf("complete: %+v", got)
		}
		w.send(`{"type":"ping","payload":{"a":1}}`)
		w.expect("pong")
		w.send(`{"type":"pong"}`)
		w.send(query) // the id is free again
		w.expect("next")
	})
	t.Run("a bad document is an error of its operation", func(t *testing.T) {
		w := c.open()
		w.send(`{"id":"1","type":"subscribe","payload":{"query":"subscription { nothing }"}}`)
		w.expect("error")
	})
	for name, one := range map[string]struct {
		messages []string
		code     websocket.StatusCode
	}{
		"no token":                  {[]string{`{"type":"connection_init"}`}, 4403},
		"a bad token":               {[]string{`{"type":"connection_init","payload":{"Authorization":"Bearer x"}}`}, 4403},
		"a payload that is a list":  {[]string{`{"type":"connection_init","payload":[1]}`}, 4400},
		"no JSON first":             {[]string{`nonsense`}, 4400},
		"a subscription first":      {[]string{query}, 4401},
		"two inits":                 {[]string{hello, hello}, 4429},
		"an unknown type":           {[]string{hello, `{"type":"stop","id":"1"}`}, 4400},
		"no JSON later":             {[]string{hello, `{`}, 4400},
		"a subscription without id": {[]string{hello, `{"type":"subscribe","payload":{"query":"{a}"}}`}, 4400},
		"a subscription of nothing": {[]string{hello, `{"id":"1","type":"subscribe","payload":{}}`}, 4400},
		"one id twice":              {[]string{hello, endless, endless}, 4409},
	} {
		t.Run(name, func(t *testing.T) {
			w := c.dial("graphql-transport-ws")
			for i, text := range one.messages {
				w.send(text)
				if text == hello && i == 0 {
					w.expect("connection_ack")
				}
			}
			if code := w.closed(); code != one.code {
				t.Errorf("closed with %d instead of %d", code, one.code)
			}
		})
	}
	t.Run("another protocol", func(t *testing.T) {
		for _, protocols := range [][]string{nil, {"graphql-ws"}} {
			if code := c.dial(protocols...).closed(); code != 4406 {
				t.Errorf("%v: closed with %d", protocols, code)
			}
		}
	})
	t.Run("a page of another site", func(t *testing.T) {
		_, response, err := websocket.Dial(c.Context(), strings.Replace(c.url, "http", "ws", 1), &websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {"https://evil.example"}},
		})
		if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("%v %+v", err, response)
		}
	})
	t.Run("a message without end", func(t *testing.T) {
		w := c.open()
		_ = w.conn.Write(w.Context(), websocket.MessageText, []byte(strings.Repeat("x", 300<<10)))
		if code := w.closed(); code != websocket.StatusMessageTooBig && code != -1 {
			t.Errorf("closed with %d", code)
		}
	})
	t.Run("a request that pretends to upgrade gets nothing", func(t *testing.T) {
		nobody := &caller{bundle: c.bundle, url: c.url}
		got := nobody.send(http.MethodPost, "", map[string]string{"Upgrade": "websocket", "Content-Type": "application/json"}, `{"query":"{ __schema { types { name } } }"}`)
		if got.status < 400 || len(got.Data) > 4 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

// changeCharge moves a charge as a worker of another process would.
func (b *bundle) changeCharge(n int, status string) {
	b.Helper()
	_, err := b.Pool.Exec(`UPDATE charges SET status = $2, updated_at = $3 WHERE id = $1`, row("chg", n), status, time.Now())
	b.Must(err)
	for _, topic := range []string{"charge:", "charge:" + row("chg", n)} {
		_, err := b.Pool.Exec(`SELECT pg_notify('ponte', $1)`, topic)
		b.Must(err)
	}
}

// fail tells a person of one more failure, number n.
func (b *bundle) fail(person *db.User, n int) {
	b.Helper()
	for _, statement := range []string{
		`INSERT INTO failures (id, cause_key, code, integration, environment, cause, remedy, subject_label, first_at, last_at) VALUES ($1, $1, 'gerencianet.2', 'GERENCIANET', 'SANDBOX', '{"pt":"Causa","en":"Cause"}', '{"pt":"Remédio","en":"Remedy"}', '{"pt":"Cobrança","en":"Charge"}', now(), now()) ON CONFLICT DO NOTHING`,
		`WITH p AS (UPDATE users SET feed_sequence = feed_sequence + 1 WHERE id = $2 RETURNING feed_sequence) INSERT INTO deliveries (id, sequence, kind, created_at, user_id, failure_id) SELECT $2 || '.' || $1, feed_sequence, 'OPENED', now(), $2, $1 FROM p`,
		`SELECT pg_notify('ponte', 'user:' || $2), $1::text`,
	} {
		arguments := []any{row("flr", n), person.ID}
		if !strings.Contains(statement, "$2") {
			arguments = arguments[:1]
		}
		_, err := b.Pool.Exec(statement, arguments...)
		b.Must(err)
	}
}

type told struct {
	Data struct {
		Failures struct {
			Cursor  string
			Failure struct{ ID, Cause string }
		}
		ChargeChanged    struct{ ID, Status string }
		OperationChanged struct{ ID, State string }
	}
	Errors []graphError

	id string // of Server-Sent Events
}

// code answers the code of the first error, "" without one.
func (t told) code() string {
	if len(t.Errors) == 0 {
		return ""
	}
	return t.Errors[0].Extensions.Code
}

func (m message) told(t testing.TB) (read told) {
	t.Helper()
	if err := json.Unmarshal(m.Payload, &read); err != nil {
		t.Fatalf("%s: %v", m.Payload, err)
	}
	return read
}

const followed = `subscription($after: Cursor) { failures(after: $after) { cursor failure { id cause } } }`

func TestFollow(t *testing.T) {
	t.Parallel()

	t.Run("a feed tells what was missed, then goes on live, in two processes", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		person := b.User(enum.RoleReader)
		b.fill(3, person)
		first := b.signedIn(person)
		second := *first
		second.url, second.language = b.serve(b.DatabaseURL).URL, "en"
		beginning := first.read(list{name: "failures", field: "failures(%s)", path: []string{"failures"}}, "first: 3", "").Edges[2].Cursor
		for _, c := range []*caller{first, &second} {
			w := c.open()
			w.subscribe("f", followed, map[string]any{"after": beginning})
			var heard []string
			var last told
			for n := range 3 {
				if n == 2 {
					b.fail(person, 100+len(c.language))
				}
				last = w.expect("next").told(t)
				heard = append(heard, last.Data.Failures.Failure.ID)
			}
			if want := []string{row("flr", 2), row("flr", 3)}; !slices.Equal(heard[:2], want) {
				t.Errorf("heard %v", heard)
			}
			if cause := last.Data.Failures.Failure.Cause; c.language == "en" && cause != "Cause" || c.language == "" && cause != "Causa" {
				t.Errorf("%q: %q", c.language, cause)
			}
			w.send(`{"id":"f","type":"complete"}`)
		}
	})

	t.Run("a cursor of somebody else is refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		person, other := b.as(enum.RoleReader), b.as(enum.RoleReader)
		b.fill(3, person.person)
		cursor := person.read(list{name: "failures", field: "failures(%s)", path: []string{"failures"}}, "", "").Edges[0].Cursor
		w := other.open()
		w.subscribe("1", followed, map[string]any{"after": cursor})
		if got := w.expect("next").told(t); got.code() != "INVALID_CURSOR" {
			t.Errorf("%+v", got)
		}
		w.expect("complete")
	})

	t.Run("who is taken off the list hears nothing more", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		person := b.as(enum.RoleReader)
		b.fill(1, person.person)
		beginning := person.read(list{name: "failures", field: "failures(%s)", path: []string{"failures"}}, "first: 1", "").Edges[0].Cursor
		w := person.open()
		w.subscribe("1", followed, map[string]any{"after": beginning})
		b.fail(person.person, 50)
		w.expect("next")
		_, err := b.Pool.Exec(`DELETE FROM integration_notified_users WHERE user_id = $1`, person.person.ID)
		b.Must(err)
		b.fail(person.person, 51)
		if got, err := w.read(1300 * time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("heard %s %s %v", got.Type, got.Payload, err)
		}
	})

	t.Run("a deactivated person's streams end, and nothing new begins", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		owner, person := b.as(enum.RoleOwner), b.as(enum.RoleOperator)
		b.fill(1, owner.person)
		w := person.open()
		w.subscribe("a", followed, nil)
		w.subscribe("b", `subscription { chargeChanged { id } }`, nil)
		stream := person.stream(`subscription { chargeChanged { id } }`)
		time.Sleep(begins)
		owner.ask(`mutation($id: ID!) { updateUser(input: {id: $id, active: false}) { user { active } } }`, map[string]any{"id": person.person.ID}, nil)
		ended := time.Now()
		if code := w.closed(); code != 4403 {
			t.Errorf("closed with %d", code)
		}
		if last := <-stream; last.code() != "UNAUTHENTICATED" {
			t.Errorf("the stream of events: %+v", last)
		}
		if _, open := <-stream; open {
			t.Error("the stream of events goes on")
		}
		if took := time.Since(ended); took > 2*time.Second {
			t.Errorf("it took %v", took)
		}
		if code := person.dial("graphql-transport-ws").signIn(person.token); code != 4403 {
			t.Errorf("a new socket: %d", code)
		}
	})

	t.Run("one charge, or all of them", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		b.fill(3, c.person)
		w := c.open()
		w.subscribe("one", `subscription($id: ID) { chargeChanged(id: $id) { id status } }`, map[string]any{"id": row("chg", 1)})
		if got := w.expect("next").told(t); got.Data.ChargeChanged.ID != row("chg", 1) {
			t.Errorf("the charge as it is: %+v", got)
		}
		all := c.stream(`subscription { chargeChanged { id status } }`)
		time.Sleep(begins)
		b.changeCharge(2, "PAID")
		if got := <-all; got.Data.ChargeChanged.ID != row("chg", 2) || got.Data.ChargeChanged.Status != "PAID" {
			t.Errorf("of all: %+v", got)
		}
		b.changeCharge(1, "CANCELED")
		if got := <-all; got.Data.ChargeChanged.ID != row("chg", 1) {
			t.Errorf("of all: %+v", got)
		}
		if got := w.expect("next").told(t); got.Data.ChargeChanged.ID != row("chg", 1) || got.Data.ChargeChanged.Status != "CANCELED" {
			t.Errorf("of the one: %+v", got)
		}
		w.subscribe("none", `subscription { chargeChanged(id: "chg_none") { id } }`, nil)
		if got := w.expect("next").told(t); got.code() != "NOT_FOUND" {
			t.Errorf("an unknown charge: %+v", got)
		}
		w.expect("complete")
	})

	t.Run("an operation is followed to its end", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		b.fill(1, c.person)
		_, err := b.Pool.Exec(`UPDATE operations SET state = 'RUNNING', next_try_at = now()`)
		b.Must(err)
		w := c.open()
		w.subscribe("1", `subscription($id: ID!) { operationChanged(id: $id) { id state } }`, map[string]any{"id": row("opr", 1)})
		if got := w.expect("next").told(t); got.Data.OperationChanged.State != "RUNNING" {
			t.Errorf("%+v", got)
		}
		_, err = b.Pool.Exec(`UPDATE operations SET state = 'SUCCEEDED', next_try_at = NULL`)
		b.Must(err)
		if got := w.expect("next").told(t); got.Data.OperationChanged.State != "SUCCEEDED" {
			t.Errorf("%+v", got)
		}
		w.expect("complete")
	})
}

// stream subscribes by Server-Sent Events; the channel is closed with the stream.
func (c *caller) stream(document string) <-chan told {
	c.Helper()
	return c.streamFrom(document, nil, nil)
}
