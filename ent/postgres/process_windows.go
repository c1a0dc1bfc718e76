package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// account is whom the server's processes run as: always ourselves.
type account struct{}

func chooseAccount(cluster, binaries, bool) (account, error) { return account{}, nil }

func (account) own(string) error { return nil }

// apply makes command run in folder, with a small environment of its own, out
// of reach of the console's Ctrl-C.
func (account) apply(command *exec.Cmd, folder string) {
	command.Dir = folder
	command.Env = serverEnvironment()
	command.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// requestStop asks for a fast shutdown. Windows has no signals; pg_ctl knows
// the server's own way of hearing them.
func requestStop(_ *os.Process, home cluster, programs binaries) error {
	return stopByTool(context.Background(), home, programs)
}

func requestAbort(server *os.Process) {
	_ = server.Kill()
}

// stopLeftover ends a server that still runs on the folder although the process
// that had started it is gone. The caller holds the folder's lock.
func stopLeftover(ctx context.Context, home cluster, programs binaries) error {
	if _, ok := home.readPidFile(); !ok {
		return nil
	}
	if exec.CommandContext(ctx, programs.program("pg_ctl"), "status", "-D", home.data()).Run() != nil {
		return nil // the file is stale, and PostgreSQL sees that by itself
	}
	return stopByTool(ctx, home, programs)
}

func stopByTool(ctx context.Context, home cluster, programs binaries) error {
	command := exec.CommandContext(ctx, programs.program("pg_ctl"), "stop", "-D", home.data(), "-m", "fast", "-w")
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("pg_ctl stop: %w\n%s", err, output)
	}
	return err
}
