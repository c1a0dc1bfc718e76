package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ponte/access"
	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// promptly is how soon an open stream has to show what changed: Ponte looks twice a
// second; the rest is for a busy machine.
const promptly = 2500 * time.Millisecond

// following is an open subscription, over either transport.
type following struct {
	*caller
	events <-chan told // closed with the stream
	closed func() websocket.StatusCode
}

// transports are the two ways to subscribe.
var transports = map[string]func(c *caller, document string, variables map[string]any) *following{
	"WebSocket": func(c *caller, document string, variables map[string]any) *following {
		w := c.open()
		w.subscribe("1", document, variables)
		events, code := make(chan told, 10_000), make(chan websocket.StatusCode, 1)
		go func() {
			defer close(events)
			for {
				_, content, err := w.conn.Read(c.Context())
				if err != nil {
					code <- websocket.CloseStatus(err)
					return
				}
				var got message
				if err := json.Unmarshal(content, &got); err != nil {
					c.Errorf("%s: %v", content, err)
				}
				if got.Type == "next" {
					events <- got.told(c.TB)
				}
			}
		}()
		return &following{caller: c, events: events, closed: func() websocket.StatusCode { return <-code }}
	},
	"Server-Sent Events": func(c *caller, document string, variables map[string]any) *following {
		return &following{caller: c, events: c.streamFrom(document, variables, nil)}
	},
}

// streamFrom subscribes by Server-Sent Events with more headers.
func (c *caller) streamFrom(document string, variables map[string]any, header http.Header) <-chan told {
	c.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	c.Must(err)
	request, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.url, strings.NewReader(string(body)))
	c.Must(err)
	request.Header = http.Header{"Authorization": {"Bearer " + c.token}, "Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	c.Must(err)
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		c.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	events := make(chan told, 10_000)
	go func() {
		defer close(events)
		defer func() { _ = response.Body.Close() }()
		var id string
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			if text, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				id = text
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var read told
				_ = json.Unmarshal([]byte(data), &read)
				read.id, id = id, ""
				events <- read
			}
		}
	}()
	return events
}

// next answers the next event.
func (f *following) next() told {
	f.Helper()
	select {
	case got, open := <-f.events:
		if !open {
			f.Fatal("the stream has ended")
		}
		return got
	case <-time.After(patience):
		f.Fatal("nothing was told")
	}
	return told{}
}

// silent shows that nothing is told for longer than a look takes.
func (f *following) silent() {
	f.Helper()
	select {
	case got, open := <-f.events:
		f.Errorf("heard %+v, open: %v", got, open)
	case <-time.After(1300 * time.Millisecond):
	}
}

// refused shows that the stream ends because the viewer may no longer listen: with
// 4403, or with an event that says so.
func (f *following) refused() {
	f.Helper()
	began := time.Now()
	if f.closed != nil {
		for range f.events {
			f.Error("heard something after the end")
		}
		if code := f.closed(); code != 4403 {
			f.Errorf("closed with %d", code)
		}
	} else {
		if got := f.next(); got.code() != "UNAUTHENTICATED" {
			f.Errorf("%+v", got)
		}
		if _, open := <-f.events; open {
			f.Error("the stream goes on")
		}
	}
	if took := time.Since(began); took > promptly {
		f.Errorf("it took %v", took)
	}
}

// begun answers an open subscription of a person of whose feed one event was told.
func (c *caller) begun(subscribe func(*caller, string, map[string]any) *following) *following {
	c.Helper()
	f := subscribe(c, followed, map[string]any{"after": billing.FeedCursor(c.person.ID, 0)})
	if got := f.next(); got.Data.Failures.Failure.ID != row("flr", 1) {
		c.Fatalf("%+v", got)
	}
	return f
}

// failSilently tells a person of so many failures with texts of a size, from number n
// on, without ringing the bell.
func (b *bundle) failSilently(person *db.User, n, count, size int) {
	b.Helper()
	for _, one := range []struct {
		statement string
		arguments []any
	}{
		{`INSERT INTO failures (id, cause_key, code, integration, environment, cause, remedy, subject_label, first_at, last_at) SELECT 'flr_' || lpad(i::text, 26, '0'), 'c' || i, 'gerencianet.2', 'GERENCIANET', 'SANDBOX', jsonb_build_object('pt', repeat('x', $3)), '{}', '{}', now(), now() FROM generate_series($1::int, $1 + $2 - 1) i`, []any{n, count, size}},
		{`INSERT INTO deliveries (id, sequence, kind, created_at, user_id, failure_id) SELECT 'dlv_' || i || $3, feed_sequence + i - $1 + 1, 'OPENED', now(), id, 'flr_' || lpad(i::text, 26, '0') FROM users, generate_series($1::int, $1 + $2 - 1) i WHERE id = $3`, []any{n, count, person.ID}},
		{`UPDATE users SET feed_sequence = feed_sequence + $1 WHERE id = $2`, []any{count, person.ID}},
	} {
		_, err := b.Pool.Exec(one.statement, one.arguments...)
		b.Must(err)
	}
}

// TestRightsOfStreams takes rights away while a stream is open, by both transports.
func TestRightsOfStreams(t *testing.T) {
	t.Parallel()
	for name, subscribe := range transports {
		opened := func(t *testing.T) (*bundle, *following) {
			b := setup(t)
			c := b.as(enum.RoleOperator)
			b.fill(1, c.person)
			return b, c.begun(subscribe)
		}
		exec := func(b *bundle, statement string, arguments ...any) {
			b.Helper()
			_, err := b.Pool.Exec(statement, arguments...)
			b.Must(err)
		}
		t.Run(name+": taken off the list", func(t *testing.T) {
			t.Parallel()
			b, f := opened(t)
			exec(b, `DELETE FROM integration_notified_users WHERE user_id = $1`, f.person.ID)
			b.fail(f.person, 51)
			f.silent()
			exec(b, `INSERT INTO integration_notified_users (integration_id, user_id) SELECT id, $1 FROM integrations WHERE kind = 'GERENCIANET'`, f.person.ID)
			b.fail(f.person, 52)
			if got := f.next(); got.Data.Failures.Failure.ID != row("flr", 52) {
				t.Errorf("back on the list: %+v", got)
			}
		})
		t.Run(name+": deactivated", func(t *testing.T) {
			t.Parallel()
			b, f := opened(t)
			exec(b, `UPDATE users SET active = false WHERE id = $1`, f.person.ID)
			f.refused()
		})
		t.Run(name+": a lower role", func(t *testing.T) {
			t.Parallel()
			b, f := opened(t)
			exec(b, `UPDATE users SET role = 'READER' WHERE id = $1`, f.person.ID)
			f.refused()
		})
		t.Run(name+": the session is revoked", func(t *testing.T) {
			t.Parallel()
			b, f := opened(t)
			exec(b, `UPDATE sessions SET revoked_at = $1`, b.Clock())
			f.refused()
		})
		t.Run(name+": the session expires", func(t *testing.T) {
			t.Parallel()
			b, f := opened(t)
			exec(b, `UPDATE sessions SET expires_at = $1`, b.Clock())
			f.refused()
		})
		t.Run(name+": an app's token is revoked", func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c := b.as(enum.RoleOperator)
			b.fill(1, c.person)
			made, secret, err := b.access.CreateAPIToken(t.Context(), access.NewAPIToken{UserID: c.person.ID, Name: "app", Scopes: []enum.Scope{access.Failures.Read()}})
			b.Must(err)
			c.token = secret
			f := c.begun(subscribe)
			exec(b, `UPDATE api_tokens SET revoked_at = $1 WHERE id = $2`, b.Clock(), made.ID)
			f.refused()
		})
	}
}

// TestFeedStreams follows the feed through what can go wrong with it, by both
// transports.
func TestFeedStreams(t *testing.T) {
	t.Parallel()
	for name, subscribe := range transports {
		t.Run(name+": the doorbell is lost", func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c := b.as(enum.RoleReader)
			b.fill(1, c.person)
			f := c.begun(subscribe)
			for n := 500; n < 503; n++ {
				began := time.Now()
				b.failSilently(c.person, n, 1, 1)
				if got := f.next(); got.Data.Failures.Failure.ID != row("flr", n) || time.Since(began) > promptly {
					t.Errorf("after %v: %+v", time.Since(began), got)
				}
			}
		})
		t.Run(name+": a cursor that is too old, of somebody else, or none", func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c, other := b.as(enum.RoleReader), b.as(enum.RoleReader)
			b.fill(5, c.person)
			_, err := b.Pool.Exec(`DELETE FROM deliveries WHERE sequence <= 3`)
			b.Must(err)
			for cursor, code := range map[string]string{
				billing.FeedCursor(c.person.ID, 2): "CURSOR_EXPIRED", billing.FeedCursor(c.person.ID, 6): "CURSOR_EXPIRED",
				billing.FeedCursor(other.person.ID, 3): "INVALID_CURSOR", "nonsense": "INVALID_CURSOR", "": "INVALID_CURSOR",
			} {
				if got := subscribe(c, followed, map[string]any{"after": cursor}).next(); got.code() != code {
					t.Errorf("%q: %+v instead of %s", cursor, got, code)
				}
			}
			f := subscribe(c, followed, map[string]any{"after": billing.FeedCursor(c.person.ID, 3)})
			for n := 4; n <= 5; n++ {
				if got := f.next(); got.Data.Failures.Failure.ID != row("flr", n) {
					t.Errorf("%+v", got)
				}
			}
		})
		t.Run(name+": many come with a thousand to catch up with, while more is told", func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			c := b.as(enum.RoleReader)
			b.fill(1, c.person)
			b.failSilently(c.person, 2, 1000, 10)
			const last = 1200
			var told sync.WaitGroup
			told.Go(func() {
				for n := 1002; n <= last; n++ {
					b.fail(c.person, n)
				}
			})
			all := []*following{c.begun(subscribe)}
			for range 8 {
				time.Sleep(50 * time.Millisecond)
				all = append(all, c.begun(subscribe))
			}
			for _, f := range all {
				for n := 2; n <= last; n++ {
					if got := f.next(); got.Data.Failures.Failure.ID != row("flr", n) {
						t.Fatalf("%s instead of %d", got.Data.Failures.Failure.ID, n)
					}
				}
			}
			told.Wait()
		})
	}

	t.Run("Last-Event-ID goes on after it, whatever the variables say", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		b.fill(4, c.person)
		first := c.streamFrom(followed, map[string]any{"after": billing.FeedCursor(c.person.ID, 1)}, nil)
		got := <-first
		if got.id != got.Data.Failures.Cursor || got.id == "" {
			t.Errorf("id %q, cursor %q", got.id, got.Data.Failures.Cursor)
		}
		again := c.streamFrom(followed, map[string]any{"after": billing.FeedCursor(c.person.ID, 1)}, http.Header{"Last-Event-Id": {got.id}})
		if got := <-again; got.Data.Failures.Failure.ID != row("flr", 3) {
			t.Errorf("%+v", got)
		}
	})

	t.Run("those who ask differently are answered differently", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		b.fill(1, c.person)
		const document = `subscription($after: Cursor, $cause: Boolean!) { failures(after: $after) { cursor failure { id cause @include(if: $cause) } } }`
		english := *c
		english.language = "en"
		for i, one := range []struct {
			asked *caller
			cause bool
			want  string
		}{{c, true, "Causa"}, {c, false, ""}, {&english, true, "Cause"}} {
			f := transports["WebSocket"](one.asked, document, map[string]any{"after": billing.FeedCursor(c.person.ID, 0), "cause": one.cause})
			for n := range 2 { // the second is told by the loop, which shares answers
				if n == 1 {
					b.fail(c.person, 400+i)
				}
				if got := f.next(); n == 1 && got.Data.Failures.Failure.Cause != one.want {
					t.Errorf("%q instead of %q", got.Data.Failures.Failure.Cause, one.want)
				}
			}
		}
	})

	t.Run("a hundred operations on a socket, and no more", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		w := b.as(enum.RoleReader).open()
		for n := range 101 {
			w.subscribe(fmt.Sprint(n), `subscription { chargeChanged { id } }`, nil)
		}
		if got := w.expect("error"); got.ID != "100" || !strings.Contains(string(got.Payload), "TOO_MANY_SUBSCRIPTIONS") {
			t.Errorf("%+v", got)
		}
		w.send(`{"type":"complete","id":"0"}`)
		w.subscribe("again", `{ system { version } }`, nil)
		w.expect("next")
	})
}

// smallBuffer is what the system keeps for a client that does not read.
const smallBuffer = 64 << 10

// slow subscribes over a connection that it does not read, with a small buffer.
func (c *caller) slow(handshake string) net.Conn {
	c.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	c.Must(err)
	c.Cleanup(func() { _ = conn.Close() })
	c.Must(conn.(*net.TCPConn).SetReadBuffer(smallBuffer))
	_, err = io.WriteString(conn, handshake)
	c.Must(err)
	return conn
}

// TestSlowReader has one client read nothing while much is told: the others are told
// at once, and the slow one is told why it was closed and goes on where it was.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	const count, size = 600, 20_000

	t.Run("WebSocket", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		b.fill(1, c.person)
		slow := c.slowSocket()
		fast := c.begun(transports["WebSocket"])
		time.Sleep(begins)
		b.failSilently(c.person, 10_000, count, size)
		began := time.Now()
		for n := range count {
			if got := fast.next(); got.Data.Failures.Failure.ID != row("flr", 10_000+n) {
				t.Fatalf("the other heard %s instead of %d", got.Data.Failures.Failure.ID, n)
			}
		}
		t.Logf("the other heard %d in %v", count, time.Since(began))
		b.untilSlow()
		heard, code := slow.rest()
		if code != 4413 || len(heard) == 0 || len(heard) >= count {
			t.Fatalf("closed with %d after %d", code, len(heard))
		}
		c.goOn(heard, 10_000, count)
	})

	t.Run("Server-Sent Events", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		b.fill(1, c.person)
		body, err := json.Marshal(map[string]any{"query": followed})
		b.Must(err)
		conn := c.slow(fmt.Sprintf("POST / HTTP/1.1\r\nHost: ponte\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: %d\r\n\r\n%s", c.token, len(body), body))
		time.Sleep(begins)
		b.failSilently(c.person, 10_000, count, size)
		b.untilSlow()
		b.Must(conn.SetReadDeadline(time.Now().Add(2 * patience)))
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		b.Must(err)
		content, err := io.ReadAll(response.Body)
		b.Must(err)
		var heard []told
		for line := range strings.Lines(string(content)) {
			if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok {
				var read told
				b.Must(json.Unmarshal([]byte(data), &read))
				heard = append(heard, read)
			}
		}
		last := heard[len(heard)-1]
		if last.code() != "SLOW_READER" || !strings.HasSuffix(string(content), "event: complete\ndata:\n\n") || len(heard) < 2 || len(heard) > count {
			t.Fatalf("%d events, the last %+v", len(heard), last)
		}
		c.goOn(heard[:len(heard)-1], 10_000, count)
	})
}

// untilSlow waits until a client was found to be slow.
func (b *bundle) untilSlow() {
	b.Helper()
	until(b.TB, "a client is closed", func() bool { return strings.Contains(strings.Join(b.logged.take(), ""), "reads too slowly") })
}

// goOn comes back with the last cursor, and shows that every failure from number n on
// was heard once and in order.
func (c *caller) goOn(heard []told, n, count int) {
	c.Helper()
	f := transports["WebSocket"](c, followed, map[string]any{"after": heard[len(heard)-1].Data.Failures.Cursor})
	numbers := []string{}
	for _, one := range heard {
		numbers = append(numbers, one.Data.Failures.Failure.ID)
	}
	numbers = slices.DeleteFunc(numbers, func(id string) bool { return id < row("flr", n) }) // those that began it
	for len(numbers) < count {
		numbers = append(numbers, f.next().Data.Failures.Failure.ID)
	}
	for i, id := range numbers {
		if id != row("flr", n+i) {
			c.Fatalf("heard %s instead of %d", id, n+i)
		}
	}
}

// slowSocket is a WebSocket whose client reads nothing until rest is called.
type slowSocket struct {
	*caller
	conn *websocket.Conn
}

func (c *caller) slowSocket() *slowSocket {
	c.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(smallBuffer)
		}
		return conn, err
	}}}
	conn, _, err := websocket.Dial(c.Context(), strings.Replace(c.url, "http", "ws", 1), &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: client})
	c.Must(err)
	c.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	w := &wire{c, conn}
	if code := w.signIn(c.token); code != 0 {
		c.Fatal(code)
	}
	w.subscribe("1", followed, nil)
	return &slowSocket{c, conn}
}

// rest reads what has come, and answers how the socket was closed.
func (s *slowSocket) rest() (heard []told, code websocket.StatusCode) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 2*patience)
	defer cancel()
	for {
		_, content, err := s.conn.Read(ctx)
		if err != nil {
			return heard, websocket.CloseStatus(err)
		}
		var got message
		s.Must(json.Unmarshal(content, &got))
		heard = append(heard, got.told(s.TB))
	}
}
