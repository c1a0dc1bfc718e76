package docs_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/gerencianet"
	"ponte/billing/provider"
	"ponte/billing/vhsys"
)

var update = flag.Bool("update", false, "write docs/failures.md anew")

const failuresIntro = `# Failures / Falhas

Every failure that is explained, from the tables that the server itself uses: ` + "`npm run gen`" + ` writes this page. A failure carries its code (` + "`Failure.code`" + `), its cause and remedy in the viewer's language, and the page of the panel that mends it (` + "`Failure.mendPath`" + `); :id stands for the customer or product that it is about, and no page for that of the charge, sale or invoice itself. What a provider tells under another code is shown in the provider's own words.

`

// TestFailures keeps the page of failures in step with the tables.
func TestFailures(t *testing.T) {
	t.Parallel()
	known := billing.KnownFailures(gerencianet.Known(), vhsys.Known())
	var page strings.Builder
	page.WriteString(failuresIntro)
	group := ""
	for _, one := range known {
		if one.Cause.PT == "" || one.Cause.EN == "" || one.Remedy.PT == "" || one.Remedy.EN == "" {
			t.Errorf("%s lacks a text: %+v", one.Code, one)
		}
		if of, _, _ := strings.Cut(one.Code, "."); of != group {
			group = of
			fmt.Fprintf(&page, "## %s\n\n| Code | Cause / Causa | Remedy / O que fazer | Page |\n|---|---|---|---|\n", of)
		}
		mended := ""
		if one.Page != "" {
			mended = "`" + one.Page + "`"
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s |\n", one.Code, both(one.Cause), both(one.Remedy), mended)
	}
	if len(known) < 60 {
		t.Errorf("%d failures are explained", len(known))
	}
	failurePages(t, known)
	name := filepath.Join(root, "docs", "failures.md")
	if *update {
		if err := os.WriteFile(name, []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if read(t, "docs/failures.md") != page.String() {
		t.Error("docs/failures.md is not what the tables say: run npm run gen")
	}
}

var failureHeads = map[string]string{
	"pt-BR": "# Falhas\n\nO que pode dar errado nos provedores e tem explicação, das mesmas tabelas que a Ponte usa. Uma falha traz o código em `Failure.code`, e a causa e o que fazer no idioma de quem lê. O que um provedor diz com outro código vem nas palavras dele.\n\n| código | causa | o que fazer |\n|---|---|---|\n",
	"en":    "# Failures\n\nWhat can go wrong at the providers and is explained, from the tables that Ponte itself uses. A failure carries its code in `Failure.code`, and its cause and remedy in the reader's language. What a provider tells under another code comes in the provider's own words.\n\n| code | cause | remedy |\n|---|---|---|\n",
}

// failurePages keeps the pages for developers in step, too.
func failurePages(t *testing.T, known []billing.KnownFailure) {
	t.Helper()
	for language, head := range failureHeads {
		page := strings.Builder{}
		page.WriteString(head)
		for _, one := range known {
			fmt.Fprintf(&page, "| `%s` | %s | %s |\n", one.Code, cell(one.Cause.In(language)), cell(one.Remedy.In(language)))
		}
		isFresh(t, filepath.Join("docs", "api", language, "failures.md"), page.String())
	}
}

func both(text provider.Text) string {
	return strings.ReplaceAll(text.PT+"<br>"+text.EN, "|", `\|`)
}
