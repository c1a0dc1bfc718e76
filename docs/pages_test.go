package docs_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"ponte/billing"
	"ponte/docs"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// block is a piece of code in a page.
type block struct{ language, text string }

var fence = regexp.MustCompile("(?ms)^```(\\w+)\\n(.*?)\\n```$")

func blocks(page string) []block {
	var found []block
	for _, one := range fence.FindAllStringSubmatch(page, -1) {
		found = append(found, block{one[1], one[2]})
	}
	return found
}

// pages answers the pages of a language by their names.
func pages(t *testing.T, language string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := fs.ReadDir(docs.Pages, path.Join("api", language))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		found[entry.Name()] = read(t, path.Join("docs/api", language, entry.Name()))
	}
	return found
}

// TestCodeOfPages has no piece of code in the pages for developers that nobody tries:
// bash, Go and TypeScript stand as they are in docs/examples, which
// scripts/api/examples.test.mjs runs; GraphQL fits the schema; JSON can be read.
func TestCodeOfPages(t *testing.T) {
	t.Parallel()
	var examples []string
	for _, ending := range []string{".sh", ".go", ".ts"} {
		for _, name := range files(t, "docs/examples", ending) {
			examples = append(examples, read(t, name))
		}
	}
	schema := gen.NewExecutableSchema(gen.Config{}).Schema()
	seen := map[string]int{}
	for _, language := range []string{"pt-BR", "en"} {
		for name, page := range pages(t, language) {
			for _, one := range blocks(page) {
				seen[one.language]++
				var err error
				switch one.language {
				case "sh", "go", "ts":
					if !slices.ContainsFunc(examples, func(example string) bool { return strings.Contains(example, one.text) }) {
						err = fmt.Errorf("is in no file of docs/examples")
					}
				case "graphql":
					if _, problems := gqlparser.LoadQueryWithRules(schema, one.text, rules.NewDefaultRules()); len(problems) > 0 {
						err = problems
					}
				case "json":
					err = json.Unmarshal([]byte(one.text), new(any))
				default:
					err = fmt.Errorf("is in a language that nothing checks")
				}
				if err != nil {
					t.Errorf("%s of %s: %v\n%s", name, language, err, one.text)
				}
			}
		}
	}
	for _, language := range []string{"sh", "go", "ts", "graphql", "json"} {
		if seen[language] == 0 {
			t.Errorf("no page has %s", language)
		}
	}
}

// TestPagesInBothLanguages has the same pages, with the same code, in both.
func TestPagesInBothLanguages(t *testing.T) {
	t.Parallel()
	portuguese, english := pages(t, "pt-BR"), pages(t, "en")
	if len(portuguese) < 12 || len(portuguese) != len(english) {
		t.Errorf("%d pages and %d", len(portuguese), len(english))
	}
	for name, page := range portuguese {
		other, has := english[name]
		if !has {
			t.Errorf("%s has no English", name)
		}
		if !slices.Equal(blocks(page), blocks(other)) {
			t.Errorf("%s has other code in English", name)
		}
		if strings.Count(page, "\n#") != strings.Count(other, "\n#") || strings.Count(page, "\n|") != strings.Count(other, "\n|") {
			t.Errorf("%s has other headings or rows in English", name)
		}
	}
}

// TestPagesNameEverything has every scope and every type of event in the pages about
// them.
func TestPagesNameEverything(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"pt-BR", "en"} {
		found := pages(t, language)
		for _, scope := range enum.Scope("").Values() {
			if !regexp.MustCompile(`\b` + scope + `\b`).MatchString(found["authentication.md"]) {
				t.Errorf("authentication.md of %s does not name %s", language, scope)
			}
		}
		for _, one := range billing.WebhookEventTypes {
			if !strings.Contains(found["webhooks.md"], "`"+one.Name+"`") {
				t.Errorf("webhooks.md of %s does not name %s", language, one.Name)
			}
		}
	}
}
