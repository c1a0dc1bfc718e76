package docs_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// refused is a code with the field and the texts that it is answered with.
type refused struct{ code, field, pt, en string }

// refusals finds every place where an input is refused: calls of problem, refuse and
// add with a code, a field and a text in each language, and of denied, without a field.
func refusals(t *testing.T) []refused {
	t.Helper()
	var found []refused
	for _, folder := range []string{"access", "billing"} {
		constants := map[string]string{}
		var calls []*ast.CallExpr
		for _, name := range files(t, folder, ".go") {
			if strings.HasSuffix(name, "_test.go") || filepath.Dir(name) != folder {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(node ast.Node) bool {
				switch node := node.(type) {
				case *ast.ValueSpec:
					for i, value := range node.Values {
						constants[node.Names[i].Name] = textOf(value, nil)
					}
				case *ast.CallExpr:
					calls = append(calls, node)
				}
				return true
			})
		}
		for _, call := range calls {
			if one, is := refusalOf(call, constants); is && one.en != "…" {
				found = append(found, one)
			}
		}
	}
	slices.SortFunc(found, func(a, b refused) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.field, b.field), cmp.Compare(a.en, b.en))
	})
	return slices.Compact(found)
}

var isCode = regexp.MustCompile(`^[A-Z][A-Z_]+$`)

func refusalOf(call *ast.CallExpr, constants map[string]string) (refused, bool) {
	name := ""
	switch function := call.Fun.(type) {
	case *ast.Ident:
		name = function.Name
	case *ast.SelectorExpr:
		name = function.Sel.Name
	}
	var texts []string
	for _, argument := range call.Args {
		texts = append(texts, textOf(argument, constants))
	}
	switch {
	case slices.Contains([]string{"problem", "refuse", "add"}, name) && len(texts) == 4 && isCode.MatchString(texts[0]):
		return refused{texts[0], texts[1], texts[2], texts[3]}, true
	case name == "denied" && len(texts) == 3 && isCode.MatchString(texts[0]):
		return refused{texts[0], "", texts[1], texts[2]}, true
	}
	return refused{}, false
}

// textOf answers a text as it is written; what is put into it when it is told is "…".
func textOf(expression ast.Expr, constants map[string]string) string {
	switch expression := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(expression.Value); err == nil {
			return text
		}
	case *ast.BinaryExpr:
		return textOf(expression.X, constants) + textOf(expression.Y, constants)
	case *ast.Ident:
		if text, known := constants[expression.Name]; known {
			return text
		}
	case *ast.CallExpr: // fmt.Sprintf
		if len(expression.Args) > 0 {
			if text := textOf(expression.Args[0], constants); strings.Contains(text, "%") {
				return verb.ReplaceAllString(text, "…")
			}
		}
	}
	return "…"
}

var verb = regexp.MustCompile(`%[dsqv]`)

var codePages = map[string]string{
	"pt-BR": "# Todos os códigos\n\nOs códigos de `userErrors`, e os de `/auth`, com que o painel entra; `npm run gen` os lê do código da Ponte. Onde está … vem um valor. Os de `errors` estão em [Erros](errors.md).\n\n| código | campo | mensagem |\n|---|---|---|\n",
	"en":    "# All codes\n\nThe codes of `userErrors`, and those of `/auth`, by which the panel signs in; `npm run gen` reads them from Ponte's code. A value stands where there is an … . Those of `errors` are in [Errors](errors.md).\n\n| code | field | message |\n|---|---|---|\n",
}

// TestErrorCodes keeps the pages of all codes in step with the code.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	found := refusals(t)
	if len(found) < 150 {
		t.Errorf("only %d refusals were found", len(found))
	}
	for language, head := range codePages {
		var text strings.Builder
		text.WriteString(head)
		for _, one := range found {
			field := ""
			if one.field != "" {
				field = "`" + one.field + "`"
			}
			message := map[string]string{"pt-BR": one.pt, "en": one.en}[language]
			fmt.Fprintf(&text, "| %s | %s | %s |\n", one.code, field, cell(message))
		}
		isFresh(t, filepath.Join("docs", "api", language, "error-codes.md"), text.String())
	}
}

var markup = regexp.MustCompile(`[|<>*_]`)

// cell is a text in a table, its signs taken as they are.
func cell(text string) string { return markup.ReplaceAllString(text, `\$0`) }

// isFresh compares a generated page with what it should be, or writes it.
func isFresh(t *testing.T, name, content string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if read(t, name) != content {
		t.Errorf("%s is not what the code says: run npm run gen", name)
	}
}
