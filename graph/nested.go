package graph

import (
	"context"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"
	"github.com/lib/pq"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/ent/db"
	"ponte/ent/db/sale"
	"ponte/graph/gen"
)

// The pages inside the rows of a page: one statement reads those of all rows.

// salePages reads a page of the sales of each of many customers.
type salePages = loader[*page[db.Sale]]

func (r *Resolver) customerSales(ctx context.Context, customerID string, args pageArgs) (*gen.SaleConnection, error) {
	p, err := load(ctx).salePages(ctx, customerID, args).Load(ctx, customerID)
	if err != nil {
		return nil, err
	}
	return saleConnection(p), nil
}

// salePages answers the loader of one field of the query: the same field asks for
// the same page and the same columns in every row.
func (l *loaders) salePages(ctx context.Context, customerID string, args pageArgs) *salePages {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := placeOf(ctx)
	if l.customerSales[place] == nil {
		l.customerSales[place] = newLoader(func(ctx context.Context, ids []string) (map[string]*page[db.Sale], error) {
			return l.readSalePages(ctx, ids, args)
		})
	}
	l.customerSales[place].announce(l.customerGroups[customerID]...)
	return l.customerSales[place]
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

func (l *loaders) readSalePages(ctx context.Context, customerIDs []string, args pageArgs) (map[string]*page[db.Sale], error) {
	size, backwards, err := pageSize(args)
	if err != nil {
		return nil, err
	}
	by := saleKey(gen.SaleOrderCreatedDesc)
	var after any
	if args.after != nil {
		position, ok := by.position(*args.after)
		if !ok {
			return nil, invalidCursor("after")
		}
		after = position[0]
	}
	wanted := columns(ctx, sale.ValidColumn, saleNeeds, sale.FieldCustomerID)
	found, err := l.client.Sale.Query().Where(newestOfEach(customerIDs, after, size+1), selecting(wanted)).Order(db.Desc(sale.FieldID)).All(ctx)
	if err != nil {
		return nil, err
	}
	totals, err := saleTotals(ctx, l.client, customerIDs)
	if err != nil {
		return nil, err
	}
	pages := map[string]*page[db.Sale]{}
	for _, id := range customerIDs {
		pages[id] = &page[db.Sale]{info: &gen.PageInfo{}, total: totals[id]}
	}
	for _, one := range found {
		pages[one.CustomerID].nodes = append(pages[one.CustomerID].nodes, one)
	}
	for _, p := range pages {
		p.trim(size, backwards, args, by)
	}
	l.sawSales(found)
	return pages, nil
}

// newestOfEach selects the newest sales of each customer, those before a position
// when one is given, by one walk of an index for each.
func newestOfEach(customerIDs []string, before any, count int) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString(s.C(sale.FieldID) + " IN (SELECT newest.id FROM unnest(").Arg(pq.StringArray(customerIDs)).
				WriteString("::varchar[]) AS c (id) CROSS JOIN LATERAL (SELECT id FROM sales WHERE customer_id = c.id")
			if before != nil {
				b.WriteString(" AND id < ").Arg(before)
			}
			b.WriteString(" ORDER BY id DESC LIMIT ").Arg(count).WriteString(") AS newest)")
		}))
	}
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
