package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/text/language"
)

// docsPolicy lets a page of the documentation use our stylesheet and nothing else.
const docsPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPages are the pages for developers of apps in the order in which they are
// offered; each is a file of docs/api/pt-BR and of docs/api/en.
var docsPages = []string{
	"index", "quickstart", "authentication", "idempotency", "errors", "error-codes", "pagination", "limits", "subscriptions", "webhooks", "failures", "tables", "changes",
}

var docsLanguages = []docsLanguage{
	{Tag: "pt-BR", Name: "Português", Skip: "Ir para o conteúdo", Pages: "Páginas", Switch: "Idioma", Site: "Documentação da Ponte", Panel: "Painel"},
	{Tag: "en", Name: "English", Skip: "Skip to the content", Pages: "Pages", Switch: "Language", Site: "Ponte's documentation", Panel: "Panel"},
}

// docsLanguage is a language with the words around its pages.
type docsLanguage struct {
	Tag, Name, Skip, Pages, Switch, Site, Panel string
}

//go:embed docs
var docsLayout embed.FS

// docsSite serves the documentation at /docs/. Whoever wants may read it: there is
// nothing in it about this installation.
type docsSite struct {
	style []byte
	// pages has each page by its address below /docs/, made when the first is asked for.
	pages func() (map[string][]byte, error)
}

func newDocs(files fs.FS) *docsSite {
	style, err := docsLayout.ReadFile("docs/style.css")
	if err != nil {
		panic(err) // it is embedded
	}
	return &docsSite{style: style, pages: sync.OnceValues(func() (map[string][]byte, error) { return renderDocs(files) })}
}

// ServeHTTP serves one page.
func (d *docsSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", docsPolicy)
	name := strings.Trim(strings.TrimPrefix(r.URL.Path, "/docs"), "/")
	if name == "" {
		w.Header().Set("Vary", "Accept-Language")
		http.Redirect(w, r, "/docs/"+preferredDocs(r)+"/", http.StatusFound)
		return
	}
	if name == "style.css" {
		serveDocs(w, r, name, d.style)
		return
	}
	pages, err := d.pages()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	page, known := pages[name]
	if !known {
		http.NotFound(w, r)
		return
	}
	if isIndex := !strings.Contains(name, "/"); isIndex != strings.HasSuffix(r.URL.Path, "/") { // links are relative
		http.Redirect(w, r, "/docs/"+name+strings.Repeat("/", map[bool]int{true: 1}[isIndex]), http.StatusMovedPermanently) //nolint:gosec // G710: the name is that of a page of ours
		return
	}
	serveDocs(w, r, "page.html", page)
}

func serveDocs(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	sum := sha256.Sum256(content)
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// preferredDocs answers the one of our languages that the browser likes best.
func preferredDocs(r *http.Request) string {
	wanted, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	_, index, _ := language.NewMatcher([]language.Tag{language.BrazilianPortuguese, language.English}).Match(wanted...)
	return docsLanguages[index].Tag
}

// docsPage is what the layout shows.
type docsPage struct {
	Language docsLanguage
	Others   []docsLanguage
	Name     string // "" for the index
	Title    string
	Content  template.HTML
	Pages    []docsLink
}

type docsLink struct{ Name, Title string }

// renderDocs turns every page into HTML.
func renderDocs(files fs.FS) (map[string][]byte, error) {
	layout, err := template.ParseFS(docsLayout, "docs/page.gohtml")
	if err != nil {
		return nil, err
	}
	rendered := map[string][]byte{}
	for _, language := range docsLanguages {
		pages, err := readDocs(files, language)
		if err != nil {
			return nil, err
		}
		for _, page := range pages {
			var html bytes.Buffer
			if err := layout.Execute(&html, page); err != nil {
				return nil, err
			}
			rendered[path.Join(language.Tag, page.Name)] = html.Bytes()
		}
	}
	return rendered, nil
}

func readDocs(files fs.FS, language docsLanguage) ([]docsPage, error) {
	var pages []docsPage
	var links []docsLink
	for _, name := range docsPages {
		source, err := fs.ReadFile(files, path.Join("api", language.Tag, name+".md"))
		if err != nil {
			return nil, err
		}
		content, title, err := renderMarkdown(source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		address := strings.TrimSuffix(name, "index")
		links = append(links, docsLink{address, title})
		pages = append(pages, docsPage{Language: language, Name: address, Title: title, Content: content})
	}
	for i := range pages {
		pages[i].Pages = links
		for _, other := range docsLanguages {
			if other != language {
				pages[i].Others = append(pages[i].Others, other)
			}
		}
	}
	return pages, nil
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table),
	goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(pageLinks{}, 100))))

// renderMarkdown answers a page and its title, the text of its first heading. Markup
// in it is not passed on.
func renderMarkdown(source []byte) (content template.HTML, title string, err error) {
	document := markdown.Parser().Parse(text.NewReader(source))
	heading, isHeading := document.FirstChild().(*ast.Heading)
	if !isHeading {
		return "", "", fmt.Errorf("it does not begin with a heading")
	}
	var html bytes.Buffer
	if err := markdown.Renderer().Render(&html, source, document); err != nil {
		return "", "", err
	}
	return template.HTML(html.String()), string(heading.Lines().Value(source)), nil //nolint:gosec // G203: the pages are ours, and goldmark leaves out markup
}

// pageLinks lets the links between the files lead from page to page.
type pageLinks struct{}

// Transform takes the ending of the files off.
func (pageLinks) Transform(document *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, isLink := node.(*ast.Link); isLink && entering && !bytes.Contains(link.Destination, []byte("://")) {
			link.Destination = bytes.Replace(link.Destination, []byte(".md"), nil, 1)
		}
		return ast.WalkContinue, nil
	})
}
