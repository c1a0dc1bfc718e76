//go:build unix

package postgres

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

func TestStartAsRootWithoutNamespaces(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root has to become somebody else")
	}
	folder := publicFolder(t)
	stop(t, start(t, Options{DataDir: folder, confined: true}))
	home, err := openCluster(folder)
	if err != nil {
		t.Fatal(err)
	}
	if owner, ok := ownerOf(home.data()); !ok || owner.uid == 0 {
		t.Errorf("the data belongs to %+v", owner)
	}
	// Later starts stay with the owner, whatever is possible by then.
	start(t, Options{DataDir: folder})
}

func TestStartAsOrdinaryUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("all other tests run as one already")
	}
	nobody, err := unprivileged()
	if err != nil {
		t.Skip(err)
	}
	program := filepath.Join(publicFolder(t), "postgres.test")
	copyProgram(t, os.Args[0], program)
	command := exec.Command(program, "-test.run", "^(TestStart|TestStopLeaves.*|TestStartStopsALeftoverServer)$")
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(nobody.uid), Gid: uint32(nobody.gid)}}
	command.Env = serverEnvironment()
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// publicFolder returns a temporary folder that every user may enter.
func publicFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{folder, filepath.Dir(folder)} {
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	source, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(target, source); err != nil {
		t.Fatal(err)
	}
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
}
