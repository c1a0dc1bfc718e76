package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"ponte/billing/billingtest"
)

// outcome is what a run of the program left.
type outcome struct {
	code           int
	output, errors string
}

// runPonte runs the program to its end, in a folder of its own, with no variables
// but those given.
func runPonte(t *testing.T, environment []string, arguments ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, binary(t), arguments...)
	command.Dir = t.TempDir()
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + command.Dir}, environment...)
	var output, problems strings.Builder
	command.Stdout, command.Stderr = &output, &problems
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{command.ProcessState.ExitCode(), output.String(), problems.String()}
}

func TestConfig(t *testing.T) {
	t.Parallel()

	t.Run("every variable is read, and shown with secrets masked", func(t *testing.T) {
		t.Parallel()
		given := map[string]string{
			"DATABASE_URL": "postgres://ana:segredo-do-banco@db.example/ponte", "PONTE_DATA": "/tmp/dados", "PONTE_ADDR": "127.0.0.1:9999", "PONTE_PUBLIC_URL": "https://ponte.example",
			"PONTE_ADMIN_ADDR": "127.0.0.1:9998", "PONTE_SECRET_KEY": "segredo-da-chave", "PONTE_GERENCIANET_URL": "https://g.example", "PONTE_GERENCIANET_PIX_URL": "https://p.example", "PONTE_VHSYS_URL": "http://127.0.0.1:1",
			"PONTE_PROVIDER_CA_FILE": "/tmp/ca.pem", "PONTE_PROVIDER_TIMEOUT": "1s", "PONTE_SETTLE_WINDOW": "500ms", "PONTE_SWEEP_INTERVAL": "2m0s", "PONTE_NOTICE_INTERVAL": "3s", "PONTE_RETRY_BASE": "4s",
			"PONTE_RETRY_MAX": "5s", "PONTE_RETRY_END": "6s", "PONTE_WORKERS": "7", "PONTE_RATE_LIMIT": "8", "PONTE_TRUST_PROXY": "true", "PONTE_FREE_DOCUMENTS": "true", "PONTE_RECONCILE_INTERVAL": "9s", "PONTE_PROVIDER_RATE": "10", "PONTE_DAILY_CALLS": "11", "PONTE_PIX_CERTIFICATE_HEADER": "X-Client-Verify",
			"PONTE_ALARM_INTERVAL": "12s", "PONTE_ALARM_SILENCE": "13h0m0s", "PONTE_ALARM_SWEEP": "14h0m0s", "PONTE_ALARM_JOBS": "15m0s", "PONTE_SMTP_URL": "smtp://ana:segredo-do-correio@mail.example", "PONTE_MAIL_FROM": "avisos@mail.example", "PONTE_TELEGRAM_URL": "https://t.example", "PONTE_PRIVATE_TARGETS": "true",
		}
		var environment []string
		for name, value := range given {
			environment = append(environment, name+"="+value)
		}
		got := runPonte(t, environment, "config")
		if got.code != 0 || strings.Contains(got.output, "segredo") {
			t.Fatalf("%+v", got)
		}
		lines := strings.Split(strings.TrimSpace(got.output), "\n")
		for _, name := range variables() {
			value, tested := given[name]
			if !tested {
				t.Errorf("%s is not tested", name)
			}
			if slices.Contains(secretVariables, name) {
				value = "********"
			}
			if !slices.Contains(lines, name+"="+value) {
				t.Errorf("%s=%s is not among %v", name, value, lines)
			}
		}
	})

	t.Run("the defaults", func(t *testing.T) {
		t.Parallel()
		got := runPonte(t, nil, "config")
		for _, line := range []string{"DATABASE_URL=", "PONTE_DATA=./data", "PONTE_ADDR=127.0.0.1:8080", "PONTE_PUBLIC_URL=http://127.0.0.1:8080", "PONTE_ADMIN_ADDR=127.0.0.1:8081", "PONTE_SETTLE_WINDOW=3m0s", "PONTE_WORKERS=16", "PONTE_PROVIDER_RATE=30", "PONTE_DAILY_CALLS=15000"} {
			if !slices.Contains(strings.Split(got.output, "\n"), line) {
				t.Errorf("%q is not in\n%s", line, got.output)
			}
		}
	})

	t.Run("what makes no sense is wrong use, and says what to do", func(t *testing.T) {
		t.Parallel()
		for entry, told := range map[string]string{
			"PONTE_ADRR=x":                             "PONTE_ADDR?",
			"PONTE_SECRET=x":                           "PONTE_SECRET_KEY?",
			"PONTE_SETTLE_WINDOW=soon":                 "SettleWindow",
			"PONTE_SETTLE_WINDOW=-1s":                  "PONTE_SETTLE_WINDOW",
			"PONTE_WORKERS=-1":                         "PONTE_WORKERS",
			"PONTE_PUBLIC_URL=ponte.example":           "PONTE_PUBLIC_URL",
			"PONTE_GERENCIANET_URL=http://far.example": "PONTE_GERENCIANET_URL",
			"PONTE_VHSYS_URL=far.example":              "PONTE_VHSYS_URL",
		} {
			if got := runPonte(t, []string{entry}, "config"); got.code != exitWrongUse || !strings.Contains(got.errors, told) {
				t.Errorf("%s: %+v", entry, got)
			}
		}
		for _, arguments := range [][]string{{"nonsense"}, {"user", "create"}, {"check", "--nonsense"}, {"user"}} {
			if got := runPonte(t, nil, arguments...); got.code != exitWrongUse {
				t.Errorf("%v: %+v", arguments, got)
			}
		}
	})

	t.Run("a failure and a success", func(t *testing.T) {
		t.Parallel()
		if got := runPonte(t, []string{"DATABASE_URL=postgres://127.0.0.1:1/x"}, "migrate"); got.code != exitFailed {
			t.Errorf("no database: %+v", got)
		}
		if got := runPonte(t, nil, "version"); got.code != 0 || strings.TrimSpace(got.output) != version {
			t.Errorf("version: %+v", got)
		}
	})

	t.Run("a folder's .env counts, what is set already wins", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		text := "# desenvolvimento\n\nexport PONTE_ADDR=127.0.0.1:7001\nPONTE_WORKERS='3'\nPONTE_DATA=\"./outra pasta\"\r\nPONTE_PUBLIC_URL=https://a.example/?x=1#y\n"
		if err := os.WriteFile(filepath.Join(folder, ".env"), []byte(text), private); err != nil {
			t.Fatal(err)
		}
		command := exec.Command(binary(t), "config")
		command.Dir, command.Env = folder, []string{"PONTE_WORKERS=5"}
		output, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"PONTE_ADDR=127.0.0.1:7001", "PONTE_WORKERS=5", "PONTE_DATA=./outra pasta", "PONTE_PUBLIC_URL=https://a.example/?x=1#y"} {
			if !slices.Contains(strings.Split(string(output), "\n"), line) {
				t.Errorf("%q is not in\n%s", line, output)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, ".env"), []byte("PONTE_ADDR\n"), private); err != nil {
			t.Fatal(err)
		}
		command = exec.Command(binary(t), "config")
		command.Dir = folder
		if err := command.Run(); err == nil || command.ProcessState.ExitCode() != exitWrongUse {
			t.Errorf("a line without a value: %v", err)
		}
	})
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{":8080": "127.0.0.1:8080", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", "10.0.0.1:80": "10.0.0.1:80", "ponte:80": "ponte:80"} {
		if got := reachable(addr); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
}

func TestSecretKey(t *testing.T) {
	t.Parallel()

	t.Run("many make one key", func(t *testing.T) {
		t.Parallel()
		c := config{Data: filepath.Join(t.TempDir(), "data")}
		keys := make([][]byte, 32)
		var busy sync.WaitGroup
		for i := range keys {
			busy.Go(func() {
				sealer, err := c.sealer()
				if err != nil {
					t.Error(err)
					return
				}
				keys[i] = sealer.Derive("test")
			})
		}
		busy.Wait()
		for _, key := range keys {
			if !reflect.DeepEqual(key, keys[0]) {
				t.Error("two keys were made")
			}
		}
		left, err := os.ReadDir(c.Data)
		if err != nil || len(left) != 1 {
			t.Errorf("%v %v", left, err)
		}
		info, err := os.Stat(filepath.Join(c.Data, secretKeyFile))
		if err != nil || info.Mode().Perm() != private {
			t.Errorf("%v %v", info.Mode(), err)
		}
	})

	t.Run("eight processes at once all become ready with one key", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still)
		data := filepath.Join(t.TempDir(), "data")
		var starting sync.WaitGroup
		for range 8 {
			starting.Go(func() {
				if got := runPonte(t, []string{"DATABASE_URL=" + w.DatabaseURL, "PONTE_DATA=" + data}, "check", "--json"); got.code != 0 {
					t.Errorf("%+v", got)
				}
			})
		}
		starting.Wait()
		if left, err := os.ReadDir(data); err != nil || len(left) != 1 {
			t.Errorf("%v %v", left, err)
		}
	})

	t.Run("a key that is none", func(t *testing.T) {
		t.Parallel()
		if _, err := (config{SecretKey: "curta"}).sealer(); err == nil {
			t.Error("it was taken")
		}
	})
}
