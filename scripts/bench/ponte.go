package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	_ "github.com/lib/pq" // the driver
)

// measurePonte measures the real server on a database of its own.
func (o options) measurePonte(ctx context.Context) (measured, error) {
	pool, databaseURL, err := makeDatabase(ctx)
	if err != nil {
		return measured{}, err
	}
	defer func() { _ = pool.Close() }()
	address, err := freeAddress()
	if err != nil {
		return measured{}, err
	}
	data, err := os.MkdirTemp("", "ponte-bench-")
	if err != nil {
		return measured{}, err
	}
	defer func() { _ = os.RemoveAll(data) }()
	server := exec.CommandContext(ctx, o.server, "serve")
	server.Env = append(os.Environ(), "DATABASE_URL="+databaseURL, "PONTE_DATA="+data, "PONTE_ADDR="+address, "PONTE_ADMIN_ADDR="+o.admin, "PONTE_RATE_LIMIT=0")
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		return measured{}, err
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	if err := isReady(ctx, address); err != nil {
		return measured{}, fmt.Errorf("%w\n%s", err, log.String())
	}
	if err := o.makePeople(ctx, pool); err != nil {
		return measured{}, err
	}
	return o.measure(ctx, server, func(i int) (*listener, error) { return subscribe(ctx, address, secretOf(i%o.people)) },
		func(n int) error { return tellEverybody(ctx, pool, n) })
}

// makeDatabase makes an empty database on the server of PONTE_TEST_DATABASE_URL.
func makeDatabase(ctx context.Context) (*sql.DB, string, error) {
	address, err := url.Parse(os.Getenv("PONTE_TEST_DATABASE_URL"))
	if err != nil || address.Path == "" {
		return nil, "", errors.New("PONTE_TEST_DATABASE_URL names no database: npm run bench")
	}
	admin, err := sql.Open("postgres", address.String())
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = admin.Close() }()
	name := fmt.Sprintf("bench_%d", time.Now().UnixNano())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, "", err
	}
	address.Path = "/" + name
	pool, err := sql.Open("postgres", address.String())
	return pool, address.String(), err
}

func isReady(ctx context.Context, address string) error {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(end) {
			return fmt.Errorf("the server is not ready: %w", err)
		}
	}
}

func secretOf(person int) string { return fmt.Sprintf("ponte_bench%d", person) }

// makePeople makes owners, who hear of what concerns Ponte itself, with a token each.
func (o options) makePeople(ctx context.Context, pool *sql.DB) error {
	for i := range o.people {
		hash := sha256.Sum256([]byte(secretOf(i)))
		for _, one := range []struct {
			statement string
			arguments []any
		}{
			{`INSERT INTO users (id, name, email, password_hash, role, created_at) VALUES ('usr_' || $1, 'Pessoa ' || $1, $1 || '@example.test', '', 'OWNER', now())`, []any{fmt.Sprint(i)}},
			{`INSERT INTO api_tokens (id, user_id, name, hint, scopes, secret_hash, origin, created_at) VALUES ('tok_' || $1, 'usr_' || $1, 'bench', '', '["FAILURES_READ"]', $2, 'COMMAND_LINE', now())`, []any{fmt.Sprint(i), hash[:]}},
		} {
			if _, err := pool.ExecContext(ctx, one.statement, one.arguments...); err != nil {
				return fmt.Errorf("make person %d: %w", i, err)
			}
		}
	}
	return nil
}

// tellEverybody writes a failure with its deliveries, as billing does.
func tellEverybody(ctx context.Context, pool *sql.DB, n int) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		`INSERT INTO failures (id, cause_key, code, cause, remedy, subject_label, first_at, last_at) VALUES ('flr_' || $1::text, 'bench' || $1::text, 'ponte.bench', '{"pt":"O provedor não respondeu.","en":""}', '{"pt":"Espere, ou tente de novo.","en":""}', '{"pt":"Cobrança 42","en":""}', now(), now())`,
		`WITH told AS (UPDATE users SET feed_sequence = feed_sequence + 1 WHERE role = 'OWNER' RETURNING id, feed_sequence) INSERT INTO deliveries (id, sequence, kind, created_at, user_id, failure_id) SELECT 'dlv_' || $1::text || id, feed_sequence, 'OPENED', now(), id, 'flr_' || $1::text FROM told`,
		`SELECT pg_notify('ponte', 'user:' || id), $1::text FROM users`,
	} {
		if _, err := tx.ExecContext(ctx, statement, n); err != nil {
			return fmt.Errorf("tell everybody: %w", err)
		}
	}
	return tx.Commit()
}

const document = `subscription { failures { cursor kind at failure { id code state cause remedy subjectLabel count lastAt } } }`

// subscribe connects, signs in and follows the feed.
func subscribe(ctx context.Context, address, secret string) (*listener, error) {
	dialer := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, ReadBufferSize: 512, WriteBufferSize: 512}
	conn, rest, _, err := dialer.Dial(ctx, "ws://"+address+"/graphql")
	if err != nil {
		return nil, err
	}
	payload, _ := json.Marshal(map[string]string{"query": document})
	for _, message := range []string{
		fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":"Bearer %s"}}`, secret),
		fmt.Sprintf(`{"type":"subscribe","id":"3f0c1a52-7a0e-4f55-9d8a-0f3f6e5f8c11","payload":%s}`, payload),
	} {
		if err := wsutil.WriteClientText(conn, []byte(message)); err != nil {
			return nil, err
		}
		if message[9] != 'c' { // of connection_init alone there is an answer
			continue
		}
		if err := acknowledged(conn, rest); err != nil {
			return nil, err
		}
	}
	return &listener{conn: conn}, nil
}

func acknowledged(conn net.Conn, rest *bufio.Reader) error {
	if rest != nil && rest.Buffered() > 0 {
		return errors.New("the server spoke first")
	}
	answer, err := wsutil.ReadServerText(conn)
	if err == nil && string(answer) != `{"type":"connection_ack"}` {
		err = fmt.Errorf("%s instead of connection_ack", answer)
	}
	return err
}
