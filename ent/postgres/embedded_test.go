//go:build unix

package postgres

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// helperFolder names the data folder when the test binary runs as the helper
// that is going to be killed.
const helperFolder = "PONTE_POSTGRES_TEST_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(helperFolder); folder != "" {
		os.Exit(runHelper(folder))
	}
	os.Exit(m.Run())
}

// runHelper starts a server, says so, and waits to be killed.
func runHelper(folder string) int {
	server, err := Start(context.Background(), Options{DataDir: folder, Fast: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready")
	<-server.Done()
	return 0
}

func TestStart(t *testing.T) {
	t.Parallel()
	server := start(t, Options{DataDir: t.TempDir()})
	db := open(t, server.URL("postgres"))

	for query, want := range map[string]string{
		"SHOW server_encoding":  "UTF8",
		"SHOW timezone":         "UTC",
		"SHOW fsync":            "off",
		"SHOW listen_addresses": "",
		"SHOW application_name": "ponte",
		"SELECT lower('AÇÃO')":  "ação",
		"SELECT min(x) FROM (VALUES ('a'), ('B')) AS v(x)": "B",
	} {
		if got := ask(t, db, query); got != want {
			t.Errorf("%s = %q, want %q", query, got, want)
		}
	}
	information, err := os.Stat(server.endpoint.socketFolder)
	if err != nil || information.Mode().Perm() != 0o700 {
		t.Errorf("socket's folder: %v, %v", information.Mode(), err)
	}
}

func TestStartOnLoopback(t *testing.T) {
	t.Parallel()
	server := start(t, Options{DataDir: t.TempDir(), loopback: true})
	db := open(t, server.URL("postgres"))
	if got := ask(t, db, "SHOW listen_addresses"); got != "127.0.0.1" {
		t.Errorf("listen_addresses = %q", got)
	}
	wrong := strings.Replace(server.URL("postgres"), server.endpoint.password, "guess", 1)
	if _, err := Open(t.Context(), wrong); err == nil {
		t.Error("a wrong password was let in")
	}
}

func TestStopLeavesNothingAndRestartKeepsData(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	server := start(t, Options{DataDir: folder})
	if err := server.CreateDatabase(t.Context(), "ponte"); err != nil {
		t.Fatal(err)
	}
	if err := server.CreateDatabase(t.Context(), "ponte"); err != nil {
		t.Errorf("creating a database that is there: %v", err)
	}
	write(t, server.URL("ponte"))
	stop(t, server)
	stop(t, server)
	if left := processesOf(t, folder); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
	if _, err := os.Stat(server.endpoint.socketFolder); err == nil {
		t.Error("the socket's folder is left")
	}

	began := time.Now()
	server = start(t, Options{DataDir: folder})
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("a warm start took %v", took)
	}
	if got := ask(t, open(t, server.URL("ponte")), "SELECT word FROM kept"); got != "olá" {
		t.Errorf("kept %q", got)
	}
}

func TestStartAfterTheStarterWasKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	helper := startHelper(t, folder)
	joined := start(t, Options{DataDir: folder, Join: true})
	write(t, joined.URL("postgres"))
	stop(t, joined) // must leave the helper's server alone
	write(t, joined.URL("postgres"))

	kill(t, helper)
	server := start(t, Options{DataDir: folder})
	if got := ask(t, open(t, server.URL("postgres")), "SELECT word FROM kept"); got != "olá" {
		t.Errorf("kept %q", got)
	}
	if server.endpoint.socketFolder == joined.endpoint.socketFolder {
		t.Error("the old server's socket is still in use")
	}
	if _, err := os.Stat(joined.endpoint.socketFolder); err == nil {
		t.Error("the killed starter's socket folder is left")
	}
}

func TestKilledStarterTakesItsServerAlong(t *testing.T) {
	t.Parallel()
	if !canNamespace {
		t.Skip("only Linux tells the server")
	}
	folder := t.TempDir()
	kill(t, startHelper(t, folder))
	deadline := time.Now().Add(10 * time.Second)
	for len(processesOf(t, folder)) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("processes left: %v", processesOf(t, folder))
		}
		time.Sleep(20 * time.Millisecond)
	}
	start(t, Options{DataDir: folder})
}

func TestStartStopsALeftoverServer(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	left := start(t, Options{DataDir: folder})
	if err := left.lock.release(); err != nil { // as the system does for a dead process
		t.Fatal(err)
	}
	start(t, Options{DataDir: folder})
	select {
	case <-left.Done():
	default:
		t.Error("the leftover still runs")
	}
}

func TestStartDespiteAStalePidFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	stop(t, start(t, Options{DataDir: folder}))
	stale := strconv.Itoa(os.Getpid()) + "\n"
	if err := os.WriteFile(filepath.Join(folder, "cluster", "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, Options{DataDir: folder})
}

func TestStartAfterAnInterruptedFirstStart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "cluster.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	start(t, Options{DataDir: folder})
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	t.Run("without programs", func(t *testing.T) {
		t.Parallel()
		refused(t, Options{DataDir: t.TempDir(), folders: []string{}}, "npm ci --include=optional")
	})
	t.Run("data of another major version", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		if err := os.Mkdir(filepath.Join(folder, "cluster"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "cluster", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, Options{DataDir: folder}, "belongs to PostgreSQL 9")
	})
	t.Run("a folder in use", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		lock, err := acquireLock(filepath.Join(folder, "lock"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = lock.release() }()
		refused(t, Options{DataDir: folder}, "already uses the folder")
	})
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{DataDir: folder}); err == nil {
		t.Fatal("started")
	}
	if left := processesOf(t, folder); len(left) > 0 {
		t.Errorf("processes left: %v", left)
	}
}

func refused(t *testing.T, o Options, want string) {
	t.Helper()
	_, err := Start(t.Context(), o)
	var problem *Problem
	if !errors.As(err, &problem) || !strings.Contains(problem.English, want) || problem.Portuguese == "" {
		t.Errorf("got %v, want a Problem with %q", err, want)
	}
}

func start(t *testing.T, o Options) *Embedded {
	t.Helper()
	o.Fast = true
	server, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, server) })
	return server
}

// startHelper starts a server from another process and waits until it answers.
func startHelper(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperFolder+"="+folder)
	helper.Stderr = os.Stderr
	output, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatalf("helper said %q: %v", line, err)
	}
	return helper
}

// kill ends the helper as kill -9 does.
func kill(t *testing.T, helper *exec.Cmd) {
	t.Helper()
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait()
}

func stop(t *testing.T, server *Embedded) {
	t.Helper()
	if err := server.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func open(t *testing.T, databaseURL string) *sql.DB {
	t.Helper()
	db, err := Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func ask(t *testing.T, db *sql.DB, query string) (answer string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// write leaves something behind for a later start to find.
func write(t *testing.T, databaseURL string) {
	t.Helper()
	_, err := open(t, databaseURL).ExecContext(t.Context(),
		"CREATE TABLE IF NOT EXISTS kept (word text); DELETE FROM kept; INSERT INTO kept VALUES ('olá')")
	if err != nil {
		t.Fatal(err)
	}
}

// processesOf lists the server processes that run on the folder.
func processesOf(t *testing.T, folder string) []int {
	t.Helper()
	home, err := openCluster(folder)
	if err != nil {
		t.Fatal(err)
	}
	left, _ := home.readPidFile()
	return serverProcesses(home, left.pid)
}
