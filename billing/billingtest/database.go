// Package billingtest gives tests what the domain stands on: a fresh migrated
// database (Database), and a World in which both providers are simulated over
// HTTP, the real clients call them, and the workers run.
package billingtest

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ponte/ent/migrations"
	"ponte/ent/postgres"
)

const (
	// poolSize is small, so that many tests share one server.
	poolSize = 6
	// parallelTests is how many tests run at once: they wait more than they work.
	parallelTests = "12"
	// templateLock is the advisory lock under which the template is made.
	templateLock = 7_401_955
	// patience bounds everything that a test waits for, on a busy machine too.
	patience = 2 * time.Minute
)

// Main runs the tests of a package. It ends the embedded server that they may
// have started, and fails when they left goroutines behind.
func Main(m *testing.M) {
	flag.Parse()
	if chosen := flag.Lookup("test.parallel"); chosen.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = chosen.Value.Set(parallelTests)
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	if left := leftGoroutines(before); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines were left behind:\n%s\n", left)
		code = 1
	}
	server.stop()
	os.Exit(code)
}

// leftGoroutines answers the stacks of what still runs, "" when nothing does.
func leftGoroutines(before int) string {
	if server.embedded != nil {
		before += 2 // those that watch the embedded server
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return ""
		}
	}
	stacks := make([]byte, 1<<20)
	return string(stacks[:runtime.Stack(stacks, true)])
}

// server is the PostgreSQL of this test process.
var server shared

type shared struct {
	once     sync.Once
	url      string // of the database postgres
	template string
	err      error
	embedded *postgres.Embedded
	folder   string
	count    atomic.Int64
}

// Database answers a fresh migrated database, which is dropped when the test
// ends. Its server is the one of PONTE_TEST_DATABASE_URL, or else an embedded one
// that ends with the test process.
func Database(t testing.TB) (pool *sql.DB, databaseURL string) {
	t.Helper()
	databaseURL = create(t, "TEMPLATE "+template(t))
	return open(t, databaseURL), databaseURL
}

// EmptyDatabase is like Database, but nothing was migrated.
func EmptyDatabase(t testing.TB) (pool *sql.DB, databaseURL string) {
	t.Helper()
	template(t)
	databaseURL = create(t, "")
	return open(t, databaseURL), databaseURL
}

// Open answers one more pool on a database, closed when the test ends.
func Open(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	return open(t, databaseURL)
}

func template(t testing.TB) string {
	t.Helper()
	server.once.Do(func() { server.err = server.start() })
	if server.err != nil {
		t.Fatalf("start the test server: %v", server.err)
	}
	return server.template
}

func create(t testing.TB, from string) string {
	t.Helper()
	name := fmt.Sprintf("ponte_test_%d_%d", os.Getpid(), server.count.Add(1))
	administer(t, "CREATE DATABASE "+name+" "+from)
	t.Cleanup(func() { administer(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withDatabase(server.url, name)
}

func administer(t testing.TB, statement string) {
	t.Helper()
	admin, err := postgres.Open(context.Background(), server.url, postgres.MaxOpen(1))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func open(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	pool, err := postgres.Open(context.Background(), databaseURL, postgres.MaxOpen(poolSize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func withDatabase(address, name string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		panic("billingtest: " + err.Error()) // it was opened before
	}
	parsed.Path = "/" + name
	return parsed.String()
}

func (s *shared) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if s.url = os.Getenv("PONTE_TEST_DATABASE_URL"); s.url == "" {
		if err := s.startEmbedded(ctx); err != nil {
			return err
		}
	}
	complete, err := postgres.Complete(s.url)
	if err != nil {
		return err
	}
	s.url = complete
	s.template = "ponte_template_" + migrations.Digest()
	return s.makeTemplate(ctx)
}

// startEmbedded runs a server of our own in a folder that carries our process
// id. Folders of processes that are gone are cleared away.
func (s *shared) startEmbedded(ctx context.Context) error {
	prefix := filepath.Join(os.TempDir(), "ponte-test-postgres-")
	folders, _ := filepath.Glob(prefix + "*")
	for _, folder := range folders {
		pid, err := strconv.Atoi(strings.TrimPrefix(folder, prefix))
		if err == nil && isGone(pid) {
			_ = os.RemoveAll(folder)
		}
	}
	s.folder = prefix + strconv.Itoa(os.Getpid())
	embedded, err := postgres.Start(ctx, postgres.Options{DataDir: s.folder, Fast: true})
	if err != nil {
		return err
	}
	s.embedded, s.url = embedded, embedded.URL("postgres")
	return nil
}

func isGone(pid int) bool {
	process, err := os.FindProcess(pid)
	return err == nil && errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

func (s *shared) stop() {
	if s.embedded == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.embedded.Stop(ctx)
	_ = os.RemoveAll(s.folder)
}

// makeTemplate migrates the template once for all test processes of one set of
// migrations. It is marked as a template when it is whole.
func (s *shared) makeTemplate(ctx context.Context) error {
	pool, err := postgres.Open(ctx, s.url, postgres.MaxOpen(1))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	if _, err := pool.ExecContext(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	var whole bool
	err = pool.QueryRowContext(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", s.template).Scan(&whole)
	if err == nil && whole {
		return nil
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + s.template + " WITH (FORCE)", "CREATE DATABASE " + s.template} {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrate(ctx, withDatabase(s.url, s.template)); err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, "ALTER DATABASE "+s.template+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
	return err
}

func migrate(ctx context.Context, databaseURL string) error {
	pool, err := postgres.Open(ctx, databaseURL, postgres.MaxOpen(2))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	return migrations.Up(ctx, pool)
}
