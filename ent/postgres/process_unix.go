//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// requestStop asks for a fast shutdown.
func requestStop(server *os.Process, _ cluster, _ binaries) error {
	return server.Signal(syscall.SIGINT)
}

// requestAbort asks for an immediate shutdown.
func requestAbort(server *os.Process) {
	_ = server.Signal(syscall.SIGQUIT)
}

// patience says what a leftover server gets to hear, and how long after it was
// found.
var patience = []struct {
	after  time.Duration
	signal syscall.Signal
}{
	{0, syscall.SIGINT},
	{10 * time.Second, syscall.SIGQUIT},
	{15 * time.Second, syscall.SIGKILL},
}

const patienceEnds = 20 * time.Second

// stopLeftover ends a server that still runs on the folder although the process
// that had started it is gone, and removes a postmaster.pid that would keep the
// next one from starting. The caller holds the folder's lock.
func stopLeftover(ctx context.Context, home cluster, _ binaries) error {
	left, ok := home.readPidFile()
	if !ok {
		return nil
	}
	found := time.Now()
	next := 0
	for {
		alive := serverProcesses(home, left.pid)
		if len(alive) == 0 {
			return removeStalePidFile(home, left.pid)
		}
		waited := time.Since(found)
		if waited > patienceEnds {
			return fmt.Errorf("a PostgreSQL (process %d) still runs on %s and does not end", left.pid, home.root)
		}
		if next < len(patience) && waited >= patience[next].after {
			tell(alive, left.pid, patience[next].signal)
			next++
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tell sends signal to the server's main process, which passes it on. Where
// that one is dead its children are about to end by themselves; they are only
// told when it is time for SIGKILL.
func tell(alive []int, main int, signal syscall.Signal) {
	for _, pid := range alive {
		if signal == syscall.SIGKILL || pid == main {
			_ = syscall.Kill(pid, signal)
		}
	}
}

// removeStalePidFile removes the file when its number now belongs to a process
// that is no server of this folder, or to a dead one that nobody has buried:
// PostgreSQL would take either for a server. When there is no such process
// PostgreSQL finds out by itself.
func removeStalePidFile(home cluster, pid int) error {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return nil
	}
	if err := os.Remove(home.pidFile()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
