// Package postgres gives Ponte its database: a pool of connections to any
// PostgreSQL (Open), and a private server of Ponte's own for a first run and
// for tests (Start), so that nothing has to be installed beforehand.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/lib/pq"
)

const (
	defaultMaxOpen = 16
	minMajor       = 14
)

// An Option changes the pool that Open makes.
type Option func(*sql.DB)

// MaxOpen sets how many connections the pool may hold, busy and idle together.
// Without it the limit is 16.
func MaxOpen(n int) Option {
	return func(db *sql.DB) {
		db.SetMaxOpenConns(n)
		db.SetMaxIdleConns(n)
	}
}

// Open connects to the database at databaseURL and proves that it answers and
// is PostgreSQL 14 or newer. What the URL leaves out is filled in by Complete.
func Open(ctx context.Context, databaseURL string, options ...Option) (*sql.DB, error) {
	complete, err := Complete(databaseURL)
	if err != nil {
		return nil, err
	}
	connector, err := pq.NewConnector(complete)
	if err != nil {
		return nil, badURL(err)
	}
	db := sql.OpenDB(connector)
	MaxOpen(defaultMaxOpen)(db)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(time.Hour)
	for _, option := range options {
		option(db)
	}
	if err := checkServer(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Complete returns databaseURL with every setting that Ponte relies on spelt
// out. It serves those who connect without Open, such as a listener.
//
//   - sslmode: the URL's own word; without one, disable for a socket or a
//     loopback address, and verify-full for any other host, because a
//     connection that crosses a network unverified is nobody's wish.
//   - TimeZone is UTC, whatever the URL says.
//   - application_name: the URL's own, else ponte.
func Complete(databaseURL string) (string, error) {
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		// The parser's error repeats the URL, and with it the password.
		return "", badURL(errors.New("it is not a URL"))
	}
	if parsed.Scheme != "postgres" && parsed.Scheme != "postgresql" {
		return "", badURL(fmt.Errorf("its scheme is %q", parsed.Scheme))
	}
	query := parsed.Query()
	if query.Get("sslmode") == "" {
		query.Set("sslmode", defaultSSLMode(parsed))
	}
	if query.Get("application_name") == "" {
		query.Set("application_name", "ponte")
	}
	query.Del("timezone")
	query.Set("TimeZone", "UTC")
	parsed.RawQuery = query.Encode()
	return parsed.String(), nil
}

func badURL(cause error) error {
	return &Problem{
		Portuguese: "DATABASE_URL não serve: use postgres://usuario:senha@servidor:5432/banco?sslmode=verify-full",
		English:    "DATABASE_URL is not usable: write postgres://user:password@host:5432/database?sslmode=verify-full",
		Cause:      cause,
	}
}

func defaultSSLMode(parsed *url.URL) string {
	hosts := parsed.Query().Get("host")
	if hosts == "" {
		hosts = parsed.Hostname()
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if !isLocal(host) {
			return "verify-full"
		}
	}
	return "disable"
}

// isLocal tells whether host is this machine: a socket folder, an abstract
// socket, a loopback address, or nothing at all, which lib/pq takes as
// localhost.
func isLocal(host string) bool {
	if host == "" || host == "localhost" || filepath.IsAbs(host) || strings.HasPrefix(host, "@") {
		return true
	}
	address := net.ParseIP(host)
	return address != nil && address.IsLoopback()
}

func checkServer(ctx context.Context, db *sql.DB) error {
	var version int
	err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	if errors.Is(err, pq.ErrSSLNotSupported) {
		return &Problem{
			Portuguese: "O PostgreSQL não oferece TLS: ligue-o no servidor ou, numa rede de confiança, acrescente sslmode=disable a DATABASE_URL",
			English:    "PostgreSQL offers no TLS: turn it on at the server or, on a trusted network, add sslmode=disable to DATABASE_URL",
			Cause:      err,
		}
	}
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if version/10000 < minMajor {
		return &Problem{
			Portuguese: fmt.Sprintf("O servidor é PostgreSQL %d; Ponte precisa do %d ou mais novo", version/10000, minMajor),
			English:    fmt.Sprintf("The server is PostgreSQL %d; Ponte needs %d or newer", version/10000, minMajor),
		}
	}
	return nil
}
