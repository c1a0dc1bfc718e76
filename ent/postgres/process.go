package postgres

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// process is the running server.
type process struct {
	command *exec.Cmd
	done    chan struct{} // closed when the server has ended
	err     error         // how it ended; read after done
}

// startProcess starts command from a goroutine that keeps its thread until the
// server has ended: Linux sends the parent-death signal when the thread that
// started a process ends, not only when the whole program does.
func startProcess(command *exec.Cmd) (*process, error) {
	p := &process{command: command, done: make(chan struct{})}
	command.WaitDelay = 5 * time.Second
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			p.err = command.Wait()
			close(p.done)
		}
	}()
	return p, <-started
}

// stop asks the server for a fast shutdown and waits for its end. When ctx ends
// first it takes the harder ways.
func (p *process) stop(ctx context.Context, home cluster, programs binaries) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := requestStop(p.command.Process, home, programs); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.kill()
	}
	if p.err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", p.err)
	}
	return nil
}

// kill ends the server without a shutdown and waits for its end. Its children
// see that it is gone and end too.
func (p *process) kill() {
	requestAbort(p.command.Process)
	select {
	case <-p.done:
		return
	case <-time.After(5 * time.Second):
	}
	_ = p.command.Process.Kill()
	<-p.done
}

// tailWriter passes on what the server logs and remembers the end of it.
type tailWriter struct {
	next io.Writer // nil: pass on nothing

	mu   sync.Mutex
	tail []byte
}

const maxTail = 4096

// Write never fails, so that a log that cannot be written does not stop the
// server.
func (w *tailWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.tail = append(w.tail, b...)
	if extra := len(w.tail) - maxTail; extra > 0 {
		w.tail = append(w.tail[:0], w.tail[extra:]...)
	}
	w.mu.Unlock()
	if w.next != nil {
		_, _ = w.next.Write(b)
	}
	return len(b), nil
}

func (w *tailWriter) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.tail)
}
