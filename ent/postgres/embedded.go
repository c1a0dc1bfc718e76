package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Options says how Start runs the embedded server.
type Options struct {
	// DataDir is the folder that holds the server's data and nothing else. It
	// is made when it is missing.
	DataDir string

	// Fast gives up durability for speed: after a crash of the machine the data
	// may be gone. It is for tests.
	Fast bool

	// Join uses the server that another process already runs on DataDir instead
	// of refusing. Stop then leaves that server alone.
	Join bool

	// Log receives the server's log. Without it only its end is kept, for the
	// error of a start that failed.
	Log io.Writer

	folders  []string // where to look for programs, instead of binaryFolders
	loopback bool     // listen on a port even where sockets are to be had
	confined bool     // as root, do as if user namespaces were refused
}

// Embedded is a private PostgreSQL server. It ends with the process that
// started it: by Stop, on Linux also when that process is killed, and elsewhere
// at the latest when the next Start finds it.
type Embedded struct {
	cluster  cluster
	programs binaries
	endpoint endpoint
	process  *process // nil when the server is another process's
	lock     *fileLock
}

// Start runs PostgreSQL on o.DataDir and returns when it answers. The first
// start makes the data folder. Whatever the person at the keyboard can solve
// comes back as a *Problem. The end of ctx ends only an unfinished start.
func Start(ctx context.Context, o Options) (*Embedded, error) {
	if o.folders == nil {
		o.folders = binaryFolders()
	}
	home, err := openCluster(o.DataDir)
	if err != nil {
		return nil, err
	}
	lock, err := acquireLock(home.lockFile())
	if errors.Is(err, errLocked) {
		if o.Join {
			return join(ctx, home)
		}
		return nil, inUse(home.root)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	started, err := startLocked(ctx, home, lock, o)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return started, nil
}

func inUse(root string) error {
	return &Problem{
		Portuguese: fmt.Sprintf("Outra Ponte já usa a pasta %s. Encerre-a, ou escolha outra pasta em PONTE_DATA.", root),
		English:    fmt.Sprintf("Another Ponte already uses the folder %s. Stop it, or choose another folder in PONTE_DATA.", root),
	}
}

// startLocked does the work of Start for the only process that may.
func startLocked(ctx context.Context, home cluster, lock *fileLock, o Options) (*Embedded, error) {
	major, err := home.major()
	if err != nil {
		return nil, err
	}
	programs, err := findBinaries(ctx, o.folders, major)
	if err != nil {
		return nil, err
	}
	password, err := home.password()
	if err != nil {
		return nil, fmt.Errorf("superuser's password: %w", err)
	}
	as, err := chooseAccount(home, programs, o.confined)
	if err != nil {
		return nil, err
	}
	if err := stopLeftover(ctx, home, programs); err != nil {
		return nil, err
	}
	if err := home.forgetSocket(); err != nil {
		return nil, fmt.Errorf("clear away the last socket: %w", err)
	}
	if major == 0 {
		if err := home.initialise(ctx, programs, as, o.Fast); err != nil {
			return nil, err
		}
	}
	address, err := newEndpoint(password, o.loopback)
	if err != nil {
		return nil, err
	}
	e := &Embedded{cluster: home, programs: programs, endpoint: address, lock: lock}
	if err := e.launch(ctx, as, o); err != nil {
		return nil, errors.Join(err, home.forgetSocket())
	}
	return e, nil
}

// launch starts the server's process and waits until it answers.
func (e *Embedded) launch(ctx context.Context, as account, o Options) error {
	if err := e.cluster.rememberSocket(e.endpoint); err != nil {
		return fmt.Errorf("remember the socket's folder: %w", err)
	}
	if err := as.own(e.endpoint.socketFolder); err != nil {
		return fmt.Errorf("hand over the socket's folder: %w", err)
	}
	log := &tailWriter{next: o.Log}
	command := exec.Command(e.programs.program("postgres"), e.arguments(o.Fast)...)
	command.Stdout, command.Stderr = log, log
	as.apply(command, e.cluster.root)
	var err error
	if e.process, err = startProcess(command); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := e.awaitReady(ctx); err != nil {
		e.process.kill()
		return fmt.Errorf("start PostgreSQL: %w\n%s", err, log.text())
	}
	return nil
}

func (e *Embedded) arguments(fast bool) []string {
	settings := append(e.endpoint.settings(),
		"log_destination=stderr",
		"logging_collector=off",
		"log_timezone=UTC",
		"timezone=UTC",
		"cluster_name=ponte",
	)
	if fast {
		settings = append(settings,
			"fsync=off",
			"synchronous_commit=off",
			"full_page_writes=off",
			"max_connections=300",
		)
	}
	arguments := []string{"-D", e.cluster.data()}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	return arguments
}

// awaitReady asks the server until it answers, ends, or ctx does.
func (e *Embedded) awaitReady(ctx context.Context) error {
	var ended <-chan struct{}
	if e.process != nil {
		ended = e.process.done
	}
	for {
		err := e.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("%w while it does not answer: %w", ctx.Err(), err)
		case <-time.After(15 * time.Millisecond):
		}
	}
}

func (e *Embedded) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	db, err := Open(ctx, e.URL("postgres"))
	if err != nil {
		return err
	}
	return db.Close()
}

// join finds the server that another process runs, or is about to.
func join(ctx context.Context, home cluster) (*Embedded, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		if e, err := attach(home); err == nil && e.ping(ctx) == nil {
			return e, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("join the PostgreSQL of %s: %w", home.root, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func attach(home cluster) (*Embedded, error) {
	server, ok := home.readPidFile()
	if !ok || server.endpoint.port == 0 {
		return nil, errors.New("no server has written its address")
	}
	password, err := home.password()
	if err != nil {
		return nil, err
	}
	server.endpoint.password = password
	return &Embedded{cluster: home, endpoint: server.endpoint}, nil
}

// URL returns the address of one of the server's databases, for Open and
// Complete. The database "postgres" is always there.
func (e *Embedded) URL(database string) string { return e.endpoint.url(database) }

// CreateDatabase makes the database when it is not there yet.
func (e *Embedded) CreateDatabase(ctx context.Context, database string) error {
	db, err := Open(ctx, e.URL("postgres"), MaxOpen(1))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(database))
	if pq.As(err, pqerror.DuplicateDatabase, pqerror.UniqueViolation) != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", database, err)
	}
	return nil
}

// Done is closed when the server has ended, whoever ended it. It is nil, and so
// never closed, for a server that was joined.
func (e *Embedded) Done() <-chan struct{} {
	if e.process == nil {
		return nil
	}
	return e.process.done
}

// Stop ends the server: open connections are cut, what was committed is
// written. When ctx ends first the server is ended at once, and its next start
// recovers. A second Stop does nothing.
func (e *Embedded) Stop(ctx context.Context) error {
	if e.process == nil {
		return nil
	}
	err := e.process.stop(ctx, e.cluster, e.programs)
	return errors.Join(err, e.cluster.forgetSocket(), e.lock.release())
}
