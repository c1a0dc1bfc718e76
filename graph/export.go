package graph

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ponte/access"
	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/audit"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// An export is a list of the API, read page by page by the same query that anybody
// could send: rights, scopes and masks are those of its fields, and the filter is
// the list's own. It is written as it is read, so that its size does not matter.

// exported is a list that can be exported.
type exported struct {
	arguments string // the list's own arguments with their types
	fields    string
	columns   []column
	at        []string // where in the answer the connection is
}

// column is one column of a table.
type column struct {
	title provider.Text
	path  string // of the value in a node, like customer.name
	kind  cellKind
	words map[string]provider.Text // of the values of an enum
}

type cellKind int

const (
	plain  cellKind = iota
	cents           // 1234 is written as 12,34
	day             // 2026-12-31 is written as 31/12/2026
	moment          // in São Paulo
)

// Exporter serves GET /export/{list}.csv and .json.
type Exporter struct {
	resolver *Resolver
	executor *executor.Executor
	log      *slog.Logger
}

// NewExporter answers the exporter of the API.
func NewExporter(r *Resolver, log *slog.Logger) *Exporter {
	made := executor.New(gen.NewExecutableSchema(gen.Config{Resolvers: r, Directives: gen.DirectiveRoot{Role: hasRole}, Complexity: complexity()}))
	made.SetQueryCache(lru.New[*ast.QueryDocument](len(exports)))
	made.SetErrorPresenter(presentError(log))
	made.SetRecoverFunc(recovered(log))
	made.Use(scopes{})
	made.AroundResponses(r.aroundResponse)
	return &Exporter{resolver: r, executor: made, log: log}
}

// ServeHTTP writes a list. The query parameter variables holds, as JSON, the
// arguments that the list has in the API but for its paging.
func (e *Exporter) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	ctx, signedIn := e.resolver.signedIn(w, request)
	if !signedIn {
		return
	}
	name, form, _ := strings.Cut(request.PathValue("file"), ".")
	list, known := exports[name]
	writers := map[string]func(io.Writer, exported) rowWriter{"csv": newTable, "json": newArray}
	if !known || writers[form] == nil {
		refuseRequest(w, http.StatusNotFound, "NOT_FOUND", "Não há esta exportação. / There is no such export.")
		return
	}
	variables := map[string]any{}
	if given := request.URL.Query().Get("variables"); given != "" && json.Unmarshal([]byte(given), &variables) != nil {
		refuseRequest(w, http.StatusBadRequest, "BAD_REQUEST", "variables precisa ser um objeto JSON. / variables must be a JSON object.")
		return
	}
	if variables == nil { // it was null
		variables = map[string]any{}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // it takes as long as the list is
	e.write(ctx, w, name+"."+form, list, variables, writers[form])
}

// ServePerson serves GET /export/customer/{id}.json: everything that is kept about
// a customer, for who asks for it (LGPD, art. 18, II and V). It is for an owner in
// person, and who asked is in the audit record before anything is sent.
func (e *Exporter) ServePerson(w http.ResponseWriter, request *http.Request) {
	ctx, signedIn := e.resolver.signedIn(w, request)
	if !signedIn {
		return
	}
	viewer := access.ViewerFrom(ctx)
	id, isJSON := strings.CutSuffix(request.PathValue("file"), ".json")
	switch {
	case !isJSON:
		refuseRequest(w, http.StatusNotFound, "NOT_FOUND", "Não há esta exportação. / There is no such export.")
		return
	case viewer.Token != nil || !viewer.May(enum.RoleOwner) || viewer.MustSetUpTOTP:
		refuseRequest(w, http.StatusForbidden, "FORBIDDEN", "Só um proprietário, no painel e não por token, exporta os dados de uma pessoa. / Only an owner, in the panel and not by a token, exports a person's data.")
		return
	}
	ctx = audit.WithAction(ctx, "exportCustomer")
	if err := e.resolver.Billing.RevealCustomer(ctx, id); err != nil {
		e.refusePerson(ctx, w, err)
		return
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="ponte-customer-%s.json"`, id))
	w.Header().Set("Cache-Control", "no-store")
	if err := e.resolver.Billing.ExportCustomer(ctx, id, patient{w, control}); err != nil {
		e.log.ErrorContext(ctx, "export a customer", "id", id, "error", err)
		panic(http.ErrAbortHandler) // half of it is never taken for the whole
	}
}

func (e *Exporter) refusePerson(ctx context.Context, w http.ResponseWriter, err error) {
	if refusal, refused := billing.AsRefusal(err); refused {
		refuseRequest(w, http.StatusNotFound, refusal[0].Code, refusal[0].Text.In(locale(ctx)))
		return
	}
	e.log.ErrorContext(ctx, "reveal a customer", "error", err)
	refuseRequest(w, http.StatusInternalServerError, "INTERNAL", "Erro interno. / Internal error.")
}

// write sends the first page only when it was read, so that a refusal has a status
// of its own; after that an error cuts the connection, so that half a list is never
// taken for the whole.
func (e *Exporter) write(ctx context.Context, w http.ResponseWriter, file string, list exported, variables map[string]any, form func(io.Writer, exported) rowWriter) {
	var rows rowWriter
	for {
		found, err := e.page(ctx, list, variables)
		switch {
		case err != nil && rows == nil:
			refuseExport(w, err)
			return
		case err != nil:
			e.log.ErrorContext(ctx, "export", "file", file, "error", err)
			panic(http.ErrAbortHandler)
		case rows == nil:
			w.Header().Set("Content-Type", map[bool]string{true: "text/csv; charset=utf-8", false: "application/json"}[strings.HasSuffix(file, ".csv")])
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="ponte-%s"`, file))
			w.Header().Set("Cache-Control", "no-store")
			rows = form(w, list)
			rows.begin(ctx)
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(readPatience))
		for _, node := range found.Nodes {
			rows.row(ctx, node)
		}
		if !found.PageInfo.HasNextPage {
			rows.end()
			return
		}
		variables["after"] = *found.PageInfo.EndCursor
		if err := e.resolver.Access.Recheck(ctx, access.ViewerFrom(ctx)); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

func refuseExport(w http.ResponseWriter, err error) {
	var refused gqlerror.List
	if !errors.As(err, &refused) {
		refuseRequest(w, http.StatusInternalServerError, "INTERNAL", "Erro interno. / Internal error.")
		return
	}
	code, _ := refused[0].Extensions["code"].(string)
	status := map[string]int{"FORBIDDEN": http.StatusForbidden, "INTERNAL": http.StatusInternalServerError}[code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	refuseRequest(w, status, code, refused[0].Message)
}

// exportedPage is a page of a list.
type exportedPage struct {
	Nodes    []json.RawMessage
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
}

func (e *Exporter) page(ctx context.Context, list exported, variables map[string]any) (*exportedPage, error) {
	ctx = graphql.StartOperationTrace(ctx)
	operation, problems := e.executor.CreateOperationContext(ctx, &graphql.RawParams{Query: list.query(), Variables: variables})
	if problems != nil {
		return nil, problems
	}
	responses, ctx := e.executor.DispatchOperation(ctx, operation)
	answer := responses(ctx)
	if len(answer.Errors) > 0 {
		return nil, answer.Errors
	}
	data := answer.Data
	for _, step := range list.at {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, fmt.Errorf("read %s: %w", step, err)
		}
		data = object[step]
	}
	if string(data) == "null" {
		return &exportedPage{}, nil
	}
	found := &exportedPage{}
	return found, json.Unmarshal(data, found)
}

const exportPage = maxPage

// readPatience is how long who exports may take to read a page.
const readPatience = time.Minute

// patient writes as long as what it writes is read.
type patient struct {
	io.Writer
	control *http.ResponseController
}

// Write gives the reader its time anew.
func (p patient) Write(content []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(readPatience))
	return p.Writer.Write(content)
}

// query is the operation that reads a page.
func (l exported) query() string {
	declared, passed := "$after: Cursor", ""
	for argument := range strings.SplitSeq(l.arguments, ", ") {
		if argument == "" {
			continue
		}
		name, _, _ := strings.Cut(argument, ":")
		declared += ", $" + argument
		passed += ", " + name + ": $" + name
	}
	opening, closing := l.at[0], ""
	page := fmt.Sprintf("first: %d, after: $after", exportPage)
	if len(l.at) == 1 {
		opening += "(" + page + passed + ")"
	} else { // the arguments belong to the outer field, the paging to the inner one
		opening += "(" + strings.TrimPrefix(passed, ", ") + ") { " + l.at[1] + "(" + page + ")"
		closing = " }"
	}
	return "query Export(" + declared + ") { " + opening + " { nodes { " + l.fields + " } pageInfo { hasNextPage endCursor } }" + closing + " }"
}

// rowWriter writes rows as they come.
type rowWriter interface {
	begin(ctx context.Context)
	row(ctx context.Context, node json.RawMessage)
	end()
}

// array writes a JSON array with one line for each row.
type array struct {
	out   io.Writer
	first bool
}

func newArray(out io.Writer, _ exported) rowWriter { return &array{out: out, first: true} }

func (a *array) begin(context.Context) { _, _ = io.WriteString(a.out, "[") }

func (a *array) row(_ context.Context, node json.RawMessage) {
	separator := ",\n"
	if a.first {
		separator = "\n"
	}
	a.first = false
	_, _ = io.WriteString(a.out, separator+string(node))
}

func (a *array) end() { _, _ = io.WriteString(a.out, "\n]\n") }

// table writes what a spreadsheet of Brazil opens: semicolons, decimal commas, and
// a mark that it is UTF-8.
type table struct {
	out  io.Writer
	csv  *csv.Writer
	list exported
}

func newTable(out io.Writer, list exported) rowWriter {
	made := &table{out: out, csv: csv.NewWriter(out), list: list}
	made.csv.Comma, made.csv.UseCRLF = ';', true
	return made
}

func (t *table) begin(ctx context.Context) {
	_, _ = io.WriteString(t.out, "\uFEFF")
	titles := make([]string, len(t.list.columns))
	for i, one := range t.list.columns {
		titles[i] = one.title.In(locale(ctx))
	}
	_ = t.csv.Write(titles)
}

func (t *table) row(ctx context.Context, node json.RawMessage) {
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(node)))
	decoder.UseNumber()
	_ = decoder.Decode(&values) // gqlgen wrote it
	cells := make([]string, len(t.list.columns))
	for i, one := range t.list.columns {
		cells[i] = unformula(one.cell(ctx, valueAt(values, one.path)))
	}
	_ = t.csv.Write(cells)
}

func (t *table) end() { t.csv.Flush() }

func valueAt(values map[string]any, path string) any {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		return values[name]
	}
	inner, _ := values[name].(map[string]any)
	return valueAt(inner, rest)
}

// cell writes a value as a person of the viewer's language reads it.
func (c column) cell(ctx context.Context, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case bool:
		return textOf(map[bool]string{true: "sim", false: "não"}[value], map[bool]string{true: "yes", false: "no"}[value]).In(locale(ctx))
	case json.Number:
		if number, err := value.Int64(); err == nil && c.kind == cents {
			return decimal(ctx, number)
		}
		return value.String()
	case string:
		return c.text(ctx, value)
	}
	return fmt.Sprint(value)
}

func (c column) text(ctx context.Context, value string) string {
	switch c.kind {
	case day:
		return shownDay(ctx, brazil.Date(value))
	case moment:
		at, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return value
		}
		at = at.In(brazil.SaoPaulo)
		return shownDay(ctx, brazil.DateOf(at)) + at.Format(" 15:04")
	}
	if text, known := c.words[value]; known {
		return text.In(locale(ctx))
	}
	return value
}

func shownDay(ctx context.Context, date brazil.Date) string {
	year, rest, _ := strings.Cut(string(date), "-")
	month, day, found := strings.Cut(rest, "-")
	if !found || locale(ctx) != "pt-BR" {
		return string(date)
	}
	return day + "/" + month + "/" + year
}

// decimal writes cents as reais, without marks between thousands.
func decimal(ctx context.Context, amount int64) string {
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	comma := ","
	if locale(ctx) != "pt-BR" {
		comma = "."
	}
	return sign + strconv.FormatInt(amount/100, 10) + comma + fmt.Sprintf("%02d", amount%100)
}

// unformula keeps a text that begins like a formula from being worked out by the
// spreadsheet. A number below 0 is no formula.
func unformula(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64); err == nil {
		return text
	}
	return "'" + text
}
