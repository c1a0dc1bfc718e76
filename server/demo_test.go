package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ponte/billing/billingtest"
)

// startProgram starts the real program in a process group of its own.
func startProgram(t *testing.T, environment []string, arguments ...string) *process {
	t.Helper()
	p := &process{t: t, log: &lines{}, ended: make(chan struct{})}
	p.command = exec.Command(binary(t), arguments...)
	p.command.Env = append(append(os.Environ(), "PONTE_ADMIN_ADDR=off"), environment...)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// startDemo starts the demonstration in a folder, with a PostgreSQL of its own.
func startDemo(t *testing.T, folder string, arguments ...string) *process {
	t.Helper()
	address := freeAddress(t)
	p := startProgram(t, []string{"PONTE_DATA=" + folder, "PONTE_ADDR=" + address, "DATABASE_URL="}, append([]string{"demo"}, arguments...)...)
	p.address = address
	return p
}

// dataFolder answers a folder that is short enough for a socket's path, outside of
// the test's own.
func dataFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "ponte-demo-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return filepath.Join(folder, "data")
}

// servers lists the processes whose working directory is below a folder: its
// PostgreSQL.
func servers(t *testing.T, folder string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(links, func(link string) bool {
		target, err := os.Readlink(link)
		return err != nil || !strings.HasPrefix(target, folder)
	})
}

func demoSales(t *testing.T, address string) []int {
	t.Helper()
	c := signIn(t, address, "/auth/login", map[string]string{"email": demoOwner, "password": demoPassword})
	var seen struct {
		Sales struct {
			Nodes []struct {
				Number  int
				Charges []struct{ Status string }
			}
		}
	}
	read := func() bool {
		c.ask(`{ sales(first: 100) { nodes { number charges { status } } } }`, nil, &seen)
		for _, one := range seen.Sales.Nodes {
			for _, charge := range one.Charges {
				if charge.Status != "WAITING" {
					return false
				}
			}
		}
		return len(seen.Sales.Nodes) > 0
	}
	until(t, "the demonstration's boletos are issued", read)
	var numbers []int
	for _, one := range seen.Sales.Nodes {
		numbers = append(numbers, one.Number)
	}
	return numbers
}

func TestDemo(t *testing.T) {
	t.Parallel()
	folder := dataFolder(t)
	p := startDemo(t, folder).ready()
	until(t, "it says where it is", func() bool { return strings.Contains(p.log.String(), "http://"+p.address) })
	for _, said := range []string{demoOwner, demoPassword, "--fresh"} {
		if !strings.Contains(p.log.String(), said) {
			t.Errorf("it does not say %s:\n%s", said, p.log)
		}
	}
	numbers := demoSales(t, p.address)
	if len(numbers) < 5 {
		t.Errorf("%d sales", len(numbers))
	}
	c := signIn(t, p.address, "/auth/login", map[string]string{"email": demoOwner, "password": demoPassword})
	c.id(createCharge, "charge", input{"i": input{"customerId": firstCustomer(c), "description": "nova", "amountCents": 5000, "dueDate": "2030-01-02"}})

	t.Run("a second one, and fresh, are refused while it runs", func(t *testing.T) {
		for _, arguments := range [][]string{{"demo"}, {"demo", "--fresh"}} {
			got := runPonte(t, []string{"PONTE_DATA=" + folder, "PONTE_ADDR=" + freeAddress(t), "DATABASE_URL="}, arguments...)
			if got.code != exitFailed || !strings.Contains(got.errors, folder) {
				t.Errorf("%v: %+v", arguments, got)
			}
		}
		c.ask(`{ viewer { user { id } } }`, nil, nil)
	})
	t.Run("commands work beside it", func(t *testing.T) {
		for _, command := range []string{"check", "doctor", "migrate"} {
			if got := runPonte(t, []string{"PONTE_DATA=" + folder, "DATABASE_URL="}, command); got.code != 0 {
				t.Errorf("%s: %+v", command, got)
			}
		}
	})
	t.Run("Ctrl-C leaves nothing behind", func(t *testing.T) {
		if err := syscall.Kill(-p.command.Process.Pid, syscall.SIGINT); err != nil { // the whole group, as a terminal does
			t.Fatal(err)
		}
		select {
		case <-p.ended:
		case <-time.After(10 * time.Second):
			t.Fatal("it does not end")
		}
		if code := p.command.ProcessState.ExitCode(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, p.log)
		}
		if left := servers(t, folder); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
	t.Run("a second start is quick and keeps the data", func(t *testing.T) {
		started := time.Now()
		p = startDemo(t, folder).ready()
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		if kept := demoSales(t, p.address); len(kept) != len(numbers)+1 || !slices.Equal(kept[1:], numbers) {
			t.Errorf("%v, then %v", numbers, kept)
		}
		if took := p.signalled(syscall.SIGINT); took > 10*time.Second || p.command.ProcessState.ExitCode() != 0 {
			t.Errorf("it ended after %v with %d:\n%s", took, p.command.ProcessState.ExitCode(), p.log)
		}
		if left := servers(t, folder); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
	t.Run("a start that ended halfway begins anew, and so does fresh", func(t *testing.T) {
		if err := os.Remove(filepath.Join(folder, demoSeeded)); err != nil {
			t.Fatal(err)
		}
		for _, arguments := range [][]string{nil, {"--fresh"}} {
			p = startDemo(t, folder, arguments...).ready()
			if anew := demoSales(t, p.address); !slices.Equal(anew, numbers) {
				t.Errorf("%v: %v, then %v", arguments, numbers, anew)
			}
			p.signalled(syscall.SIGTERM)
		}
	})
	t.Run("killed, its PostgreSQL goes too", func(t *testing.T) {
		p = startDemo(t, folder).ready()
		p.kill()
		until(t, "nothing is left", func() bool { return len(servers(t, folder)) == 0 })
	})
}

func firstCustomer(c *client) string {
	var seen struct {
		Customers struct{ Nodes []struct{ ID string } }
	}
	c.ask(`{ customers(first: 1) { nodes { id } } }`, nil, &seen)
	return seen.Customers.Nodes[0].ID
}

func TestDemoRefusesWhatIsNotIts(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", secretKeyFile} {
		folder := t.TempDir()
		if err := os.Mkdir(filepath.Join(folder, name), privateFolder); err != nil {
			t.Fatal(err)
		}
		for _, arguments := range [][]string{{"demo"}, {"demo", "--fresh"}} {
			got := runPonte(t, []string{"PONTE_DATA=" + folder, "DATABASE_URL="}, arguments...)
			if got.code != exitFailed || !strings.Contains(got.errors, "PONTE_DATA") || !exists(filepath.Join(folder, name)) {
				t.Errorf("%s, %v: %+v", name, arguments, got)
			}
		}
	}
	w := billingtest.New(t, billingtest.Still)
	w.Ready()
	got := runPonte(t, []string{"PONTE_DATA=" + t.TempDir(), "DATABASE_URL=" + w.DatabaseURL, "PONTE_ADDR=127.0.0.1:0"}, "demo")
	if got.code != exitFailed || !strings.Contains(got.errors, "DATABASE_URL") {
		t.Errorf("a company's database: %+v", got)
	}
}
