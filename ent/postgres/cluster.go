package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// cluster is PostgreSQL's own folder with what belongs beside it:
//
//	lock       held by the process that runs the server
//	password   of the superuser, for loopback connections
//	socket     the path of the socket's folder
//	cluster/   the data
type cluster struct {
	root string
}

// openCluster makes the root folder when it is missing and resolves links, so
// that the path is the one that the system reports for the server's processes.
func openCluster(root string) (cluster, error) {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return cluster{}, err
	}
	if err := os.MkdirAll(absolute, 0o700); err != nil {
		return cluster{}, fmt.Errorf("make the data folder: %w", err)
	}
	resolved, err := filepath.EvalSymlinks(absolute)
	return cluster{root: resolved}, err
}

func (c cluster) data() string         { return filepath.Join(c.root, "cluster") }
func (c cluster) lockFile() string     { return filepath.Join(c.root, "lock") }
func (c cluster) passwordFile() string { return filepath.Join(c.root, "password") }
func (c cluster) socketFile() string   { return filepath.Join(c.root, "socket") }
func (c cluster) pidFile() string      { return filepath.Join(c.data(), "postmaster.pid") }

// major returns the version that wrote the data, or 0 when there is none yet.
func (c cluster) major() (int, error) {
	content, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the data folder's version: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("%s: PG_VERSION says %q", c.data(), content)
	}
	return major, nil
}

// password returns the superuser's password and makes it at first.
func (c cluster) password() (string, error) {
	content, err := os.ReadFile(c.passwordFile())
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	password := rand.Text()
	return password, os.WriteFile(c.passwordFile(), []byte(password+"\n"), 0o600)
}

// initialise runs initdb in a folder of its own and moves it into place when it
// is whole, so that an interrupted first start leaves nothing half-made.
func (c cluster) initialise(ctx context.Context, programs binaries, as account, fast bool) error {
	fresh := c.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove an unfinished data folder: %w", err)
	}
	arguments := []string{
		"--pgdata=" + fresh,
		"--username=" + superuser,
		"--pwfile=" + c.passwordFile(),
		"--auth-local=trust", // the socket's folder lets in nobody else
		"--auth-host=scram-sha-256",
		"--encoding=UTF8",
		"--no-instructions",
	}
	arguments = append(arguments, localeArguments(programs.major)...)
	if fast {
		arguments = append(arguments, "--no-sync")
	}
	command := exec.CommandContext(ctx, programs.program("initdb"), arguments...)
	as.apply(command, c.root)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, bytes.TrimSpace(output))
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("move the new data folder into place: %w", err)
	}
	return nil
}

// localeArguments chooses a locale that knows upper and lower case of every
// letter and sorts by code point, wherever the server runs. From version 17 on
// PostgreSQL brings it along; before, only Linux is sure to have it.
func localeArguments(major int) []string {
	switch {
	case major >= 17:
		return []string{"--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}
	case runtime.GOOS == "linux":
		return []string{"--locale=C.UTF-8"}
	default:
		return []string{"--locale=C"}
	}
}

// rememberSocket writes down where the socket's folder is, for forgetSocket.
func (c cluster) rememberSocket(e endpoint) error {
	return os.WriteFile(c.socketFile(), []byte(e.socketFolder), 0o600)
}

// forgetSocket clears away the socket's folder of the last server, which is
// still there when we were killed.
func (c cluster) forgetSocket() error {
	content, err := os.ReadFile(c.socketFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if folder := string(content); strings.HasPrefix(filepath.Base(folder), socketFolderPrefix) {
		err = os.RemoveAll(folder)
	}
	return errors.Join(err, os.Remove(c.socketFile()))
}

// pidFile is what postmaster.pid says of the server that wrote it.
type pidFile struct {
	pid      int
	endpoint endpoint // its port is 0 when the server did not get that far
}

// readPidFile returns false when there is no such file.
func (c cluster) readPidFile() (pidFile, bool) {
	content, err := os.ReadFile(c.pidFile())
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return pidFile{}, false
	}
	found := pidFile{pid: pid}
	if len(lines) > 5 {
		found.endpoint.socketFolder = strings.TrimSpace(lines[4])
		found.endpoint.port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
	}
	return found, true
}
