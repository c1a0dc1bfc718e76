package graph

import (
	"context"
	"strings"
	"sync"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"
	"github.com/lib/pq"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/ent/db"
	"ponte/ent/db/batchitem"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// nested reads the pages inside the rows of a page: one statement reads those of
// all rows.
type nested[N any] struct {
	mu      sync.Mutex
	groups  map[string][]string          // the parents that were read with a parent
	loaders map[string]*loader[*page[N]] // by the field of the query
}

func newNested[N any]() *nested[N] {
	return &nested[N]{groups: map[string][]string{}, loaders: map[string]*loader[*page[N]]{}}
}

// saw remembers which parents were read together.
func (n *nested[N]) saw(parentIDs []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range parentIDs {
		if n.groups[id] == nil {
			n.groups[id] = parentIDs
		}
	}
}

// page answers a parent's page. The same field of the query asks for the same page
// and the same columns in every row.
func (n *nested[N]) page(ctx context.Context, parentID string, read func(ctx context.Context, parentIDs []string) (map[string]*page[N], error)) (*page[N], error) {
	return n.loader(placeOf(ctx), parentID, read).Load(ctx, parentID)
}

func (n *nested[N]) loader(place, parentID string, read func(ctx context.Context, parentIDs []string) (map[string]*page[N], error)) *loader[*page[N]] {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.loaders[place] == nil {
		n.loaders[place] = newLoader(read)
	}
	n.loaders[place].announce(n.groups[parentID]...)
	return n.loaders[place]
}

// placeOf names the field that is resolved by its path, without the positions in
// lists.
func placeOf(ctx context.Context) string {
	var names []string
	for _, step := range graphql.GetPath(ctx) {
		if name, ok := step.(ast.PathName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}

// pagesOf sorts rows, read in order and at most one more than a page for each
// parent, into their parents' pages.
func pagesOf[N any](parentIDs []string, rows []*N, parentOf func(*N) string, args pageArgs, size int, by key[N]) map[string]*page[N] {
	pages := map[string]*page[N]{}
	for _, id := range parentIDs {
		pages[id] = &page[N]{info: &gen.PageInfo{}}
	}
	for _, one := range rows {
		pages[parentOf(one)].nodes = append(pages[parentOf(one)].nodes, one)
	}
	for _, p := range pages {
		p.trim(size, false, args, by)
	}
	return pages
}

// slice is which rows each parent's page begins with, ordered by one column.
type slice struct {
	table, parent, column string
	desc                  bool
	after                 any // the column's value before the first row; nil for the very first
	equal                 map[string]any
	count                 int
}

// ofEach selects the slice of each parent, by one walk of an index for each.
func (s slice) ofEach(parentIDs []string) func(*sql.Selector) {
	direction, operator := "", " > "
	if s.desc {
		direction, operator = " DESC", " < "
	}
	return func(selector *sql.Selector) {
		selector.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(selector.C("id") + " IN (SELECT chosen.id FROM unnest(").Arg(pq.StringArray(parentIDs)).
				WriteString("::varchar[]) AS parent (id) CROSS JOIN LATERAL (SELECT id FROM " + s.table + " WHERE " + s.parent + " = parent.id")
			for column, value := range s.equal {
				b.WriteString(" AND " + column + " = ").Arg(value)
			}
			if s.after != nil {
				b.WriteString(" AND " + s.column + operator).Arg(s.after)
			}
			b.WriteString(" ORDER BY " + s.column + direction + " LIMIT ").Arg(s.count).WriteString(") AS chosen)")
		}))
	}
}

// afterOf answers the value of the column that orders a list in the cursor that a
// page begins after; nil without one.
func afterOf[N any](by key[N], args pageArgs) (any, error) {
	if args.after == nil {
		return nil, nil
	}
	position, ok := by.position(*args.after)
	if !ok {
		return nil, invalidCursor("after")
	}
	return position[0], nil
}

// The sales of customers.

func (r *Resolver) customerSales(ctx context.Context, customerID string, args pageArgs) (*gen.SaleConnection, error) {
	l := load(ctx)
	p, err := l.customerSales.page(ctx, customerID, func(ctx context.Context, ids []string) (map[string]*page[db.Sale], error) {
		return l.readSalePages(ctx, ids, args)
	})
	if err != nil {
		return nil, err
	}
	return saleConnection(p), nil
}

func (l *loaders) readSalePages(ctx context.Context, customerIDs []string, args pageArgs) (map[string]*page[db.Sale], error) {
	size, _, err := pageSize(args)
	if err != nil {
		return nil, err
	}
	by := saleKey(gen.SaleOrderCreatedDesc)
	after, err := afterOf(by, args)
	if err != nil {
		return nil, err
	}
	newest := slice{table: sale.Table, parent: sale.FieldCustomerID, column: sale.FieldID, desc: true, after: after, count: size + 1}
	wanted := columns(ctx, sale.ValidColumn, saleNeeds, sale.FieldCustomerID)
	found, err := l.client.Sale.Query().Where(newest.ofEach(customerIDs), selecting(wanted)).Order(db.Desc(sale.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	totals, err := saleTotals(ctx, l.client, customerIDs)
	if err != nil {
		return nil, err
	}
	l.sawSales(found)
	pages := pagesOf(customerIDs, found, func(s *db.Sale) string { return s.CustomerID }, args, size, by)
	for id, p := range pages {
		p.total = totals[id]
	}
	return pages, nil
}

// saleTotals counts the sales of each customer, when totalCount is asked for.
func saleTotals(ctx context.Context, client *db.Client, customerIDs []string) (map[string]int, error) {
	totals := map[string]int{}
	if !asked(ctx, "totalCount") {
		return totals, nil
	}
	var counted []struct {
		CustomerID string `json:"customer_id"`
		Count      int    `json:"count"`
	}
	err := client.Sale.Query().Where(sale.CustomerIDIn(customerIDs...)).GroupBy(sale.FieldCustomerID).Aggregate(db.Count()).Scan(ctx, &counted)
	for _, one := range counted {
		totals[one.CustomerID] = one.Count
	}
	return totals, err
}

// The items of batches.

func (r *Resolver) batchItems(ctx context.Context, batchID string, args pageArgs, state *enum.BatchItemState) (*gen.BatchItemConnection, error) {
	l := load(ctx)
	p, err := l.batchItems.page(ctx, batchID, func(ctx context.Context, ids []string) (map[string]*page[db.BatchItem], error) {
		return l.readItemPages(ctx, ids, args, state)
	})
	if err != nil {
		return nil, err
	}
	return &gen.BatchItemConnection{Nodes: p.nodes, PageInfo: p.info,
		Edges: edges(p, func(cursor string, node *db.BatchItem) *gen.BatchItemEdge {
			return &gen.BatchItemEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (l *loaders) readItemPages(ctx context.Context, batchIDs []string, args pageArgs, state *enum.BatchItemState) (map[string]*page[db.BatchItem], error) {
	size, _, err := pageSize(args)
	if err != nil {
		return nil, err
	}
	by := key[db.BatchItem]{name: "batchItems", column: batchitem.FieldPosition, read: asNumber, id: func(i *db.BatchItem) string { return i.ID }, value: func(i *db.BatchItem) any { return i.Position }}
	after, err := afterOf(by, args)
	if err != nil {
		return nil, err
	}
	next := slice{table: batchitem.Table, parent: batchitem.FieldBatchID, column: batchitem.FieldPosition, after: after, count: size + 1}
	if state != nil {
		next.equal = map[string]any{batchitem.FieldState: *state}
	}
	found, err := l.client.BatchItem.Query().Where(next.ofEach(batchIDs)).Order(db.Asc(batchitem.FieldPosition)).All(ctx)
	if err != nil {
		return nil, err
	}
	l.sawBatchItems(found)
	return pagesOf(batchIDs, found, func(i *db.BatchItem) string { return i.BatchID }, args, size, by), nil
}

// batchCounts is how many items of a batch stand how.
type batchCounts map[enum.BatchItemState]int

func (l *loaders) readBatchCounts(ctx context.Context, batchIDs []string) (map[string]batchCounts, error) {
	var counted []struct {
		BatchID string              `json:"batch_id"`
		State   enum.BatchItemState `json:"state"`
		Count   int                 `json:"count"`
	}
	err := l.client.BatchItem.Query().Where(batchitem.BatchIDIn(batchIDs...)).GroupBy(batchitem.FieldBatchID, batchitem.FieldState).Aggregate(db.Count()).Scan(ctx, &counted)
	found := map[string]batchCounts{}
	for _, one := range counted {
		if found[one.BatchID] == nil {
			found[one.BatchID] = batchCounts{}
		}
		found[one.BatchID][one.State] = one.Count
	}
	return found, err
}
