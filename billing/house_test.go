package billing_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms say what of ours each folder may import. The first that matches counts.
var rooms = []struct {
	folder  string
	allowed []string
}{
	{"billing/brazil", nil},
	{"billing/provider", []string{"ponte/billing/brazil"}},
	{"billing/gerencianet", []string{"ponte/billing/brazil", "ponte/billing/provider"}},
	{"billing/outgoing", []string{"ponte/billing/brazil", "ponte/billing/provider"}},
	{"billing/vhsys", []string{"ponte/billing/brazil", "ponte/billing/provider"}},
	{"billing/billingtest", []string{"ponte/billing", "ponte/ent", "ponte/server/sandbox"}},
	{"billing", []string{"ponte/billing/brazil", "ponte/billing/provider", "ponte/ent"}},
	{"ent", []string{"ponte/billing/brazil", "ponte/billing/provider", "ponte/ent"}},
	{"access", []string{"ponte/ent", "ponte/billing"}},
	{"graph", []string{"ponte/graph", "ponte/billing", "ponte/access", "ponte/ent"}},
	{"server/sandbox", nil},
}

// TestHouse reads every import of the program, tests left out.
func TestHouse(t *testing.T) {
	t.Parallel()
	checked := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || len(entry.Name()) > 1 && entry.Name()[0] == '.') {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		checked++
		return checkImports(t, name)
	})
	if err != nil || checked < 50 {
		t.Fatalf("%d files, %v", checked, err)
	}
}

func checkImports(t *testing.T, name string) error {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "../"+name, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, one := range parsed.Imports {
		imported, err := strconv.Unquote(one.Path.Value)
		if err != nil {
			return err
		}
		if strings.HasPrefix(imported, "ponte/") && !mayImport(path.Dir(name), imported) {
			t.Errorf("%s must not import %s", name, imported)
		}
	}
	return nil
}

func mayImport(folder, imported string) bool {
	for _, room := range rooms {
		if !within(folder, room.folder) {
			continue
		}
		return within(imported, "ponte/"+room.folder) || slices.ContainsFunc(room.allowed, func(allowed string) bool {
			return within(imported, allowed) && (allowed != "ponte/billing" || !within(imported, "ponte/billing/billingtest"))
		})
	}
	return !within(imported, "ponte/billing/billingtest")
}

func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}
