// Package docs_test keeps the documents true: what they name exists, and what the
// code cites of them is there.
package docs_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = ".."

// files answers the names of files below a folder that end so, without what is
// generated or not ours.
func files(t *testing.T, folder, ending string) []string {
	t.Helper()
	skipped := []string{"node_modules", "ent/db", "graph/gen", "frontend/dist", "frontend/src/gen", "data", ".git", ".build"}
	var found []string
	err := fs.WalkDir(os.DirFS(root), folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains(skipped, name) {
			return fs.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(name, ending) {
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func documents(t *testing.T) []string {
	t.Helper()
	return append(files(t, "docs", ".md"), "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
}

func exists(name string) bool {
	found, err := filepath.Glob(filepath.Join(root, name))
	return err == nil && len(found) > 0
}

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	unwanted = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors answers what a link into a document may name.
func anchors(document string) []string {
	var found []string
	for _, one := range heading.FindAllStringSubmatch(document, -1) {
		found = append(found, strings.ReplaceAll(unwanted.ReplaceAllString(strings.ToLower(one[1]), ""), " ", "-"))
	}
	return found
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, name := range documents(t) {
		for _, one := range link.FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(one[1], "://") {
				continue
			}
			target, anchor, _ := strings.Cut(one[1], "#")
			target = path.Join(path.Dir(name), target)
			if strings.HasPrefix(one[1], "#") {
				target = name
			}
			if !exists(target) {
				t.Errorf("%s links to %s, which does not exist", name, one[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s links to %s, which has no such heading", name, one[1])
			}
		}
	}
}

// ourPath is a path between backticks that begins with one of our folders.
var ourPath = regexp.MustCompile("`((?:access|billing|docs|ent|frontend|graph|scripts|server|\\.ci)/[A-Za-z0-9_./*-]+)`")

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, name := range documents(t) {
		for _, one := range ourPath.FindAllStringSubmatch(read(t, name), -1) {
			if !exists(one[1]) {
				t.Errorf("%s names %s, which does not exist", name, one[1])
			}
		}
	}
}

var (
	comment  = regexp.MustCompile(`\s*\n\s*(?://|--|\*)?\s*`)
	citation = regexp.MustCompile(`(providers/[a-z]+\.md)(?:, ((?:\d+(?:\.\d+)*(?:, | and | to )?)+))?`)
	number   = regexp.MustCompile(`\d+(?:\.\d+)*`)
	numbered = regexp.MustCompile(`(?m)^#+ (\d+(?:\.\d+)*)\.? `)
)

func TestCitedSections(t *testing.T) {
	t.Parallel()
	sections := map[string][]string{}
	for _, name := range files(t, "docs/providers", ".md") {
		for _, one := range numbered.FindAllStringSubmatch(read(t, name), -1) {
			sections[name] = append(sections[name], one[1])
		}
	}
	cited := 0
	for _, name := range files(t, ".", ".go") {
		text := comment.ReplaceAllString(read(t, name), " ")
		for _, one := range citation.FindAllStringSubmatch(text, -1) {
			document := "docs/" + one[1]
			if _, known := sections[document]; !known {
				t.Errorf("%s cites %s, which does not exist", name, document)
			}
			for _, section := range number.FindAllString(one[2], -1) {
				cited++
				if !slices.Contains(sections[document], section) {
					t.Errorf("%s cites %s, %s, which does not exist", name, document, section)
				}
			}
		}
	}
	if cited < 20 {
		t.Errorf("only %d citations were found", cited)
	}
}

var citedDocument = regexp.MustCompile(`\bdocs/[a-z0-9/-]+\.md\b`)

func TestCitedDocuments(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, ".", ".go") {
		for _, cited := range citedDocument.FindAllString(read(t, name), -1) {
			if !exists(cited) {
				t.Errorf("%s cites %s, which does not exist", name, cited)
			}
		}
	}
}

var (
	namedTest = regexp.MustCompile("`(Test[A-Z][A-Za-z0-9]*)`")
	function  = regexp.MustCompile(`(?m)^func (Test[A-Z][A-Za-z0-9]*)\(`)
)

// TestNamedTests looks for the tests by which the documents say that something is
// proven.
func TestNamedTests(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, name := range files(t, ".", "_test.go") {
		for _, one := range function.FindAllStringSubmatch(read(t, name), -1) {
			known[one[1]] = true
		}
	}
	for _, name := range documents(t) {
		for _, one := range namedTest.FindAllStringSubmatch(read(t, name), -1) {
			if !known[one[1]] {
				t.Errorf("%s names %s, which does not exist", name, one[1])
			}
		}
	}
}

// code finds the codes that are written out where an input or a request is refused.
var code = regexp.MustCompile(`(?:refuse|problem|\.add|tooMuch|denied|refuseRequest)\((?:w, [A-Za-z.]+, )?"([A-Z][A-Z_]+)"|Code: "([A-Z][A-Z_]+)"|"code": "([A-Z][A-Z_]+)"|"extensions":\{"code":"([A-Z][A-Z_]+)"`)

func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	documents := map[string]string{"docs/api.md": read(t, "docs/api.md")}
	for _, language := range []string{"pt-BR", "en"} {
		documents["docs/api/"+language] = read(t, "docs/api/"+language+"/errors.md") + read(t, "docs/api/"+language+"/error-codes.md")
	}
	found := 0
	for _, folder := range []string{"access", "billing", "graph"} {
		for _, name := range files(t, folder, ".go") {
			if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "billingtest") {
				continue
			}
			for _, one := range code.FindAllStringSubmatch(read(t, name), -1) {
				found++
				word := one[1] + one[2] + one[3] + one[4]
				for where, document := range documents {
					if !regexp.MustCompile(`\b` + word + `\b`).MatchString(document) {
						t.Errorf("%s answers %s, which %s does not name", name, word, where)
					}
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d codes were found", found)
	}
}

var variable = regexp.MustCompile(`env:"([A-Z_]+)"`)

func TestVariablesAreDocumented(t *testing.T) {
	t.Parallel()
	document := read(t, "docs/operating.md")
	for _, one := range variable.FindAllStringSubmatch(read(t, "server/config.go"), -1) {
		if !strings.Contains(document, "| `"+one[1]+"` |") {
			t.Errorf("docs/operating.md does not have %s in its table", one[1])
		}
	}
}
