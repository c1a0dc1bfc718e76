package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"ponte/billing"
	"ponte/billing/brazil"
	"ponte/graph/gen"
)

// The sizes of a page.
const (
	defaultPage = 50
	maxPage     = 100
)

// pageArgs are the arguments of a connection.
type pageArgs struct {
	first  *int
	after  *string
	last   *int
	before *string
}

// key is how a list is ordered: by a column and then by id, so that the order is
// total and a page is found by its index at any depth.
type key[N any] struct {
	name   string // of list and order, written into cursors: those of others are refused
	column string // "" when the id alone orders the list
	desc   bool
	value  func(*N) any // the column's value of a node
	read   func(written json.RawMessage) (value any, ok bool)
	id     func(*N) string
}

// query is what ent generates for every noun.
type query[Q, N any, P, O ~func(*sql.Selector)] interface {
	Where(...P) Q
	Order(...O) Q
	Limit(int) Q
	Clone() Q
	All(context.Context) ([]*N, error)
	Count(context.Context) (int, error)
}

// page is one page of a list.
type page[N any] struct {
	nodes   []*N
	cursors []string
	info    *gen.PageInfo
	total   int
}

// paginate reads one page with one statement, and one more when totalCount is
// asked for. The columns are those to read; none reads all.
func paginate[N, Q any, P, O ~func(*sql.Selector)](ctx context.Context, q query[Q, N, P, O], args pageArgs, by key[N], columns ...string) (*page[N], error) {
	size, backwards, err := pageSize(args)
	if err != nil {
		return nil, err
	}
	p := &page[N]{info: &gen.PageInfo{}}
	if asked(ctx, "totalCount") {
		if p.total, err = any(q.Clone()).(query[Q, N, P, O]).Count(ctx); err != nil {
			return nil, err
		}
	}
	bounds, err := by.bounds(args)
	if err != nil {
		return nil, err
	}
	for _, bound := range bounds {
		q.Where(P(bound))
	}
	q.Where(P(selecting(columns)))
	q.Order(O(by.order(backwards)))
	q.Limit(size + 1)
	if p.nodes, err = q.All(ctx); err != nil {
		return nil, err
	}
	p.trim(size, backwards, args, by)
	return p, nil
}

func pageSize(args pageArgs) (size int, backwards bool, err error) {
	size, field := defaultPage, "first"
	if args.last != nil {
		if args.first != nil {
			return 0, false, invalidArgument("last", "Use first ou last, não os dois.", "Use first or last, not both.")
		}
		size, backwards, field = *args.last, true, "last"
	}
	if args.first != nil {
		size = *args.first
	}
	if size < 1 || size > maxPage {
		return 0, false, invalidArgument(field, "Uma página tem de 1 a 100 itens.", "A page has 1 to 100 items.")
	}
	return size, backwards, nil
}

// trim takes off the row that only told whether there is more, and puts a page
// that was read backwards in order. On the side of a cursor there is more: the
// cursor's own row at least.
func (p *page[N]) trim(size int, backwards bool, args pageArgs, by key[N]) {
	more := len(p.nodes) > size
	if more {
		p.nodes = p.nodes[:size]
	}
	p.info.HasPreviousPage, p.info.HasNextPage = args.after != nil, args.before != nil
	if backwards {
		slices.Reverse(p.nodes)
		p.info.HasPreviousPage = p.info.HasPreviousPage || more
	} else {
		p.info.HasNextPage = p.info.HasNextPage || more
	}
	for _, node := range p.nodes {
		p.cursors = append(p.cursors, by.cursor(node))
	}
	if n := len(p.cursors); n > 0 {
		p.info.StartCursor, p.info.EndCursor = &p.cursors[0], &p.cursors[n-1]
	}
}

func (k key[N]) cursor(node *N) string {
	parts := []any{k.name, k.id(node)}
	if k.column != "" {
		parts = append(parts, k.value(node))
	}
	encoded, err := json.Marshal(parts)
	if err != nil {
		panic("graph: " + err.Error()) // strings and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// bounds selects the rows after one cursor and before the other.
func (k key[N]) bounds(args pageArgs) ([]func(*sql.Selector), error) {
	var bounds []func(*sql.Selector)
	for _, side := range []struct {
		field  string
		cursor *string
		desc   bool
	}{{"after", args.after, k.desc}, {"before", args.before, !k.desc}} {
		if side.cursor == nil {
			continue
		}
		position, ok := k.position(*side.cursor)
		if !ok {
			return nil, invalidCursor(side.field)
		}
		bounds = append(bounds, k.beyond(position, side.desc))
	}
	return bounds, nil
}

// position reads a cursor of this list and order: its id and, when a column
// orders the list, the column's value, which has the type that value answers.
func (k key[N]) position(cursor string) (parts []any, ok bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || !utf8.Valid(decoded) {
		return nil, false
	}
	var written []json.RawMessage
	if err := json.Unmarshal(decoded, &written); err != nil || len(written) < 2 || (len(written) == 3) != (k.column != "") {
		return nil, false
	}
	var name, id string
	if !readsAs(written[0], &name) || name != k.name || !readsAs(written[1], &id) || strings.ContainsRune(id, 0) {
		return nil, false
	}
	if k.column == "" {
		return []any{id}, true
	}
	value, ok := k.read(written[2])
	return []any{value, id}, ok
}

func readsAs(written json.RawMessage, target any) bool { return json.Unmarshal(written, target) == nil }

// asNumber, asText and asDate read the value of a cursor.
func asNumber(written json.RawMessage) (any, bool) {
	var number int64
	return number, readsAs(written, &number)
}

func asText(written json.RawMessage) (any, bool) {
	var text string
	ok := readsAs(written, &text)
	return text, ok && !strings.ContainsRune(text, 0)
}

func asDate(written json.RawMessage) (any, bool) {
	var text string
	if !readsAs(written, &text) {
		return nil, false
	}
	date, err := brazil.ParseDate(text)
	return string(date), err == nil
}

// beyond selects the rows on one side of a position by comparing whole rows, which
// an index on the same columns answers.
func (k key[N]) beyond(position []any, smaller bool) func(*sql.Selector) {
	operator := " > "
	if smaller {
		operator = " < "
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			if k.column == "" {
				b.WriteString(s.C("id") + operator).Arg(position[0])
				return
			}
			b.WriteString("(" + s.C(k.column) + ", " + s.C("id") + ")" + operator + "(").Arg(position[0]).WriteString(", ").Arg(position[1]).WriteString(")")
		}))
	}
}

func (k key[N]) order(backwards bool) func(*sql.Selector) {
	return func(s *sql.Selector) {
		direction := sql.Asc
		if k.desc != backwards {
			direction = sql.Desc
		}
		if k.column != "" {
			s.OrderBy(direction(s.C(k.column)))
		}
		s.OrderBy(direction(s.C("id")))
	}
}

// edges makes the edges of a page.
func edges[N, E any](p *page[N], edge func(cursor string, node *N) *E) []*E {
	made := make([]*E, len(p.nodes))
	for i, node := range p.nodes {
		made[i] = edge(p.cursors[i], node)
	}
	return made
}

// asked tells whether the field is selected below the one that is resolved.
func asked(ctx context.Context, name string) bool {
	for _, field := range graphql.CollectFieldsCtx(ctx, nil) {
		if field.Name == name {
			return true
		}
	}
	return false
}

// columns answers the columns that the nodes of a connection need: the id, the
// key's column, each asked field of the same name, and what needs declares for
// the others. An unknown field asks for all of them.
func columns(ctx context.Context, valid func(string) bool, needs map[string][]string, keyColumn string) []string {
	chosen := map[string]bool{"id": true}
	if keyColumn != "" {
		chosen[keyColumn] = true
	}
	for _, field := range nodeFields(ctx) {
		names, known := needs[field]
		if name := snake(field); !known && valid(name) {
			names, known = []string{name}, true
		}
		if !known {
			return nil
		}
		for _, name := range names {
			chosen[name] = true
		}
	}
	return slices.Sorted(maps.Keys(chosen))
}

// nodeFields answers the fields that are asked of the nodes of a connection.
func nodeFields(ctx context.Context) []string {
	operation := graphql.GetOperationContext(ctx)
	var names []string
	add := func(field graphql.CollectedField) {
		for _, inner := range graphql.CollectFields(operation, field.Selections, nil) {
			if inner.Name != "__typename" {
				names = append(names, inner.Name)
			}
		}
	}
	for _, field := range graphql.CollectFieldsCtx(ctx, nil) {
		switch field.Name {
		case "nodes":
			add(field)
		case "edges":
			for _, inner := range graphql.CollectFields(operation, field.Selections, nil) {
				if inner.Name == "node" {
					add(inner)
				}
			}
		}
	}
	return names
}

func snake(name string) string {
	var b strings.Builder
	for _, letter := range name {
		if letter >= 'A' && letter <= 'Z' {
			b.WriteByte('_')
			letter += 'a' - 'A'
		}
		b.WriteRune(letter)
	}
	return b.String()
}

// selecting reads these columns only; none reads all.
func selecting(columns []string) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if len(columns) > 0 {
			s.Select(s.Columns(columns...)...)
		}
	}
}

// invalidArgument is the refusal of a query's argument.
func invalidArgument(field, pt, en string) error {
	return billing.Refusal{{Code: "INVALID_ARGUMENT", Field: []string{field}, Text: textOf(pt, en)}}
}

// invalidCursor is the refusal of a position of another list or order.
func invalidCursor(field string) error {
	return billing.Refusal{{Code: "INVALID_CURSOR", Field: []string{field},
		Text: textOf("Esta posição não é desta lista: comece sem ela.", "This position is not of this list: begin without it.")}}
}
