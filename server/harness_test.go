package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ponte/billing/billingtest"
)

func TestMain(m *testing.M) { billingtest.Main(m) }

// patience bounds everything that a test waits for.
const patience = 2 * time.Minute

var built struct {
	sync.Once
	path string
	err  error
}

// binary builds the real program once and answers its path.
func binary(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		prefix := filepath.Join(os.TempDir(), "ponte-binary-")
		clearAway(prefix)
		folder := prefix + strconv.Itoa(os.Getpid())
		built.path = filepath.Join(folder, "ponte")
		output, err := exec.Command("go", "build", "-o", built.path, ".").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("build: %w\n%s", err, output)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// clearAway removes the folders of test processes that are gone: a process that
// ends by os.Exit cannot remove its own.
func clearAway(prefix string) {
	folders, _ := filepath.Glob(prefix + "*")
	for _, folder := range folders {
		pid, err := strconv.Atoi(strings.TrimPrefix(folder, prefix))
		if err != nil {
			continue
		}
		if owner, err := os.FindProcess(pid); err == nil && errors.Is(owner.Signal(syscall.Signal(0)), os.ErrProcessDone) {
			_ = os.RemoveAll(folder)
		}
	}
}

// process is one server process on a world's database and simulators.
type process struct {
	t       *testing.T
	world   *billingtest.World
	address string
	command *exec.Cmd
	log     *lines
	ended   chan struct{}
}

// lines is a log that tests read while it is written.
type lines struct {
	mu      sync.Mutex
	content bytes.Buffer
}

// Write keeps a line.
func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.content.Write(line)
}

// String answers all lines.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.content.String()
}

// freeAddress answers a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// serverProcess starts a server whose durations are milliseconds.
func serverProcess(t *testing.T, w *billingtest.World, address string, environment ...string) *process {
	t.Helper()
	p := &process{t: t, world: w, address: address, log: &lines{}, ended: make(chan struct{})}
	p.command = exec.Command(binary(t), "serve")
	p.command.Env = append(os.Environ(),
		"DATABASE_URL="+w.DatabaseURL, "PONTE_ADDR="+address, "PONTE_ADMIN_ADDR=127.0.0.1:0", "PONTE_DATA="+t.TempDir(), "PONTE_SECRET_KEY="+billingtest.MasterKey,
		"PONTE_GERENCIANET_URL="+w.Gerencianet.URL, "PONTE_GERENCIANET_PIX_URL="+w.Pix.URL, "PONTE_PROVIDER_CA_FILE="+w.AuthorityFile(), "PONTE_VHSYS_URL="+w.Vhsys.URL, "PONTE_PROVIDER_TIMEOUT=1s", "PONTE_SETTLE_WINDOW=500ms",
		"PONTE_RETRY_BASE=20ms", "PONTE_RETRY_MAX=300ms", "PONTE_NOTICE_INTERVAL=20ms", "PONTE_SWEEP_INTERVAL=1s", "PONTE_WORKERS=8")
	p.command.Env = append(p.command.Env, environment...)
	p.command.Stderr = p.log
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// ready waits until the server answers.
func (p *process) ready() *process {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		response, err := http.Get("http://" + p.address + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return p
			}
		}
		select {
		case <-p.ended:
			p.t.Fatalf("the server has ended:\n%s", p.log)
		default:
		}
		if time.Now().After(end) {
			p.t.Fatalf("the server is not ready:\n%s", p.log)
		}
	}
}

// kill ends the process without a word.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// client is a person or an app that calls a server.
type client struct {
	t       *testing.T
	address string
	token   string
}

// signIn signs in or, with the path /auth/setup, makes the first owner.
func signIn(t *testing.T, address, path string, body map[string]string) *client {
	t.Helper()
	status, content := post(t, "http://"+address+path, "", body)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, content)
	}
	var tokens struct{ AccessToken string }
	if err := json.Unmarshal(content, &tokens); err != nil {
		t.Fatal(err)
	}
	return &client{t: t, address: address, token: tokens.AccessToken}
}

func post(t *testing.T, url, token string, body any) (status int, content []byte) {
	t.Helper()
	status, content, err := tryPost(url, token, body)
	if err != nil {
		t.Fatal(err)
	}
	return status, content
}

func tryPost(url, token string, body any) (status int, content []byte, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := (&http.Client{Timeout: patience}).Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err = io.ReadAll(response.Body)
	return response.StatusCode, content, err
}

// ask runs a GraphQL document and reads its data; errors end the test.
func (c *client) ask(document string, variables map[string]any, data any) {
	c.t.Helper()
	if err := c.tryAsk(document, variables, data); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) tryAsk(document string, variables map[string]any, data any) error {
	status, content, err := tryPost("http://"+c.address+"/graphql", c.token, map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(content, &answer); err != nil {
		return fmt.Errorf("%d %s: %w", status, content, err)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("%s: %s", strings.SplitN(document, "\n", 2)[0], content)
	}
	if data == nil {
		return nil
	}
	return json.Unmarshal(answer.Data, data)
}

// follow subscribes over WebSocket; each event's data is sent to the channel,
// which is closed with the stream.
func (c *client) follow(ctx context.Context, document string, variables map[string]any) <-chan json.RawMessage {
	c.t.Helper()
	socket, _, err := websocket.Dial(ctx, "ws://"+c.address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		c.t.Fatal(err)
	}
	send := func(message map[string]any) {
		encoded, _ := json.Marshal(message)
		if err := socket.Write(ctx, websocket.MessageText, encoded); err != nil && ctx.Err() == nil {
			c.t.Error(err)
		}
	}
	send(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + c.token}})
	events := make(chan json.RawMessage, 100)
	acknowledged := make(chan struct{})
	go func() {
		defer close(events)
		defer func() { _ = socket.CloseNow() }()
		for {
			_, content, err := socket.Read(ctx)
			if err != nil {
				return
			}
			var message struct {
				Type    string
				Payload struct{ Data json.RawMessage }
			}
			if err := json.Unmarshal(content, &message); err != nil {
				return
			}
			switch message.Type {
			case "connection_ack":
				send(map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{"query": document, "variables": variables}})
				close(acknowledged)
			case "ping":
				send(map[string]any{"type": "pong"})
			case "next":
				events <- message.Payload.Data
			case "error", "complete":
				return
			}
		}
	}()
	select {
	case <-acknowledged:
	case <-time.After(patience):
		c.t.Fatal("the WebSocket was not acknowledged")
	}
	return events
}

// until waits for a condition.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
