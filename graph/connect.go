package graph

import (
	"context"
	"strconv"
	"strings"

	"ponte/billing/brazil"
	"ponte/ent/db"
	"ponte/ent/db/account"
	"ponte/ent/db/charge"
	"ponte/ent/db/customer"
	"ponte/ent/db/difference"
	"ponte/ent/db/entry"
	"ponte/ent/db/invoice"
	"ponte/ent/db/operation"
	"ponte/ent/db/predicate"
	"ponte/ent/db/product"
	"ponte/ent/db/sale"
	"ponte/ent/db/user"
	"ponte/ent/enum"
	"ponte/graph/gen"
)

// The orders of the lists, and what each asked field needs of the row.

func chargeKey(order gen.ChargeOrder) key[db.Charge] {
	by := key[db.Charge]{name: "charges." + string(order), id: func(c *db.Charge) string { return c.ID }}
	switch order {
	case gen.ChargeOrderCreatedDesc:
		by.desc = true
	case gen.ChargeOrderDueAsc, gen.ChargeOrderDueDesc:
		by.column, by.desc, by.read = charge.FieldDueDate, order == gen.ChargeOrderDueDesc, asDate
		by.value = func(c *db.Charge) any { return string(c.DueDate) }
	case gen.ChargeOrderAmountDesc:
		by.column, by.desc, by.read = charge.FieldAmountCents, true, asNumber
		by.value = func(c *db.Charge) any { return c.AmountCents }
	}
	return by
}

var chargeNeeds = map[string][]string{
	"id": {}, "sale": {charge.FieldSaleID}, "customer": {charge.FieldCustomerID}, "carnet": {charge.FieldCarnetID}, "refunds": {},
	"events": {}, "operations": {}, "entries": {}, "failure": {}, "replaced": {charge.FieldReplacedAt},
	"actions": {charge.FieldStatus, charge.FieldReplacedAt, charge.FieldMethod, charge.FieldCarnetID, charge.FieldPixSeconds, charge.FieldPaidWith, charge.FieldPaidCents, charge.FieldRefundedCents},
	"terms": {charge.FieldFineHundredths, charge.FieldMonthlyInterestHundredths, charge.FieldDailyInterestThousandths, charge.FieldEarlyDiscountCents, charge.FieldEarlyDiscountHundredths,
		charge.FieldEarlyDiscountDays, charge.FieldDaysToWriteOff, charge.FieldMessage, charge.FieldDueDate},
}

func (r *Resolver) charges(ctx context.Context, args pageArgs, filter *gen.ChargeFilter, order gen.ChargeOrder) (*gen.ChargeConnection, error) {
	by := chargeKey(order)
	q := r.DB.Charge.Query().Where(chargeFilter(filter)...)
	p, err := paginate(ctx, q, args, by, columns(ctx, charge.ValidColumn, chargeNeeds, by.column)...)
	if err != nil {
		return nil, err
	}
	load(ctx).sawCharges(p.nodes)
	return &gen.ChargeConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Charge) *gen.ChargeEdge {
			return &gen.ChargeEdge{Cursor: cursor, Node: node}
		})}, nil
}

func chargeFilter(filter *gen.ChargeFilter) []predicate.Charge {
	if filter == nil {
		return nil
	}
	var where []predicate.Charge
	if len(filter.Status) > 0 {
		where = append(where, charge.StatusIn(filter.Status...))
	}
	if filter.Method != nil {
		where = append(where, charge.MethodEQ(*filter.Method))
	}
	if filter.CustomerID != nil {
		where = append(where, charge.CustomerID(*filter.CustomerID))
	}
	if filter.Environment != nil {
		where = append(where, charge.EnvironmentEQ(*filter.Environment))
	}
	if filter.DueFrom != nil {
		where = append(where, charge.DueDateGTE(*filter.DueFrom))
	}
	if filter.DueTo != nil {
		where = append(where, charge.DueDateLTE(*filter.DueTo))
	}
	if wanted := trimmed(filter.Search); wanted != "" {
		any := []predicate.Charge{charge.HasCustomerWith(customer.NameContainsFold(wanted)), charge.ProviderID(wanted), charge.Reference(wanted)}
		if number, err := strconv.Atoi(wanted); err == nil {
			any = append(any, charge.Number(number))
		}
		where = append(where, charge.Or(any...))
	}
	return where
}

func trimmed(text *string) string {
	if text == nil {
		return ""
	}
	return strings.TrimSpace(*text)
}

func saleKey(order gen.SaleOrder) key[db.Sale] {
	by := key[db.Sale]{name: "sales." + string(order), id: func(s *db.Sale) string { return s.ID }}
	switch order {
	case gen.SaleOrderCreatedDesc:
		by.desc = true
	case gen.SaleOrderTotalDesc:
		by.column, by.desc, by.read = sale.FieldTotalCents, true, asNumber
		by.value = func(s *db.Sale) any { return s.TotalCents }
	}
	return by
}

var saleNeeds = map[string][]string{"id": {}, "customer": {sale.FieldCustomerID}, "items": {}, "charges": {}, "carnet": {}, "order": {}, "invoices": {}, "differences": {}}

func (r *Resolver) sales(ctx context.Context, args pageArgs, filter *gen.SaleFilter, order gen.SaleOrder) (*gen.SaleConnection, error) {
	by := saleKey(order)
	q := r.DB.Sale.Query().Where(saleFilter(filter)...)
	p, err := paginate(ctx, q, args, by, columns(ctx, sale.ValidColumn, saleNeeds, by.column)...)
	if err != nil {
		return nil, err
	}
	load(ctx).sawSales(p.nodes)
	return saleConnection(p), nil
}

func saleConnection(p *page[db.Sale]) *gen.SaleConnection {
	return &gen.SaleConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Sale) *gen.SaleEdge { return &gen.SaleEdge{Cursor: cursor, Node: node} })}
}

func saleFilter(filter *gen.SaleFilter) []predicate.Sale {
	if filter == nil {
		return nil
	}
	var where []predicate.Sale
	if len(filter.Status) > 0 {
		where = append(where, sale.StatusIn(filter.Status...))
	}
	if filter.CustomerID != nil {
		where = append(where, sale.CustomerID(*filter.CustomerID))
	}
	if filter.CreatedFrom != nil {
		where = append(where, sale.CreatedAtGTE(filter.CreatedFrom.Start()))
	}
	if filter.CreatedTo != nil {
		where = append(where, sale.CreatedAtLT(filter.CreatedTo.AddDays(1).Start()))
	}
	if wanted := trimmed(filter.Search); wanted != "" {
		any := []predicate.Sale{sale.HasCustomerWith(customer.NameContainsFold(wanted))}
		if number, err := strconv.Atoi(wanted); err == nil {
			any = append(any, sale.Number(number))
		}
		where = append(where, sale.Or(any...))
	}
	return where
}

func (r *Resolver) customers(ctx context.Context, args pageArgs, search *string, order gen.CustomerOrder) (*gen.CustomerConnection, error) {
	by := key[db.Customer]{name: "customers." + string(order), id: func(c *db.Customer) string { return c.ID }, desc: true}
	if order == gen.CustomerOrderNameAsc {
		by.column, by.desc, by.read = customer.FieldName, false, asText
		by.value = func(c *db.Customer) any { return c.Name }
	}
	q := r.DB.Customer.Query()
	if wanted := trimmed(search); wanted != "" {
		any := []predicate.Customer{customer.NameContainsFold(wanted), customer.EmailContainsFold(wanted)}
		if taxID := brazil.NormalizeTaxID(wanted); taxID != "" { // buyers abroad have none
			any = append(any, customer.TaxID(taxID))
		}
		q.Where(customer.Or(any...))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawCustomers(p.nodes)
	return &gen.CustomerConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Customer) *gen.CustomerEdge {
			return &gen.CustomerEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (r *Resolver) products(ctx context.Context, args pageArgs, search *string, active *bool) (*gen.ProductConnection, error) {
	by := key[db.Product]{name: "products", column: product.FieldName, read: asText, id: func(p *db.Product) string { return p.ID }, value: func(p *db.Product) any { return p.Name }}
	q := r.DB.Product.Query()
	if wanted := trimmed(search); wanted != "" {
		q.Where(product.Or(product.NameContainsFold(wanted), product.CodeContainsFold(wanted)))
	}
	if active != nil {
		q.Where(product.Active(*active))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	return &gen.ProductConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Product) *gen.ProductEdge {
			return &gen.ProductEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (r *Resolver) users(ctx context.Context, args pageArgs, search *string) (*gen.UserConnection, error) {
	by := key[db.User]{name: "users", column: user.FieldName, read: asText, id: func(u *db.User) string { return u.ID }, value: func(u *db.User) any { return u.Name }}
	q := r.DB.User.Query()
	if wanted := trimmed(search); wanted != "" {
		q.Where(user.Or(user.NameContainsFold(wanted), user.EmailContainsFold(wanted)))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	return &gen.UserConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.User) *gen.UserEdge { return &gen.UserEdge{Cursor: cursor, Node: node} })}, nil
}

func (r *Resolver) operations(ctx context.Context, args pageArgs, filter *gen.OperationFilter) (*gen.OperationConnection, error) {
	by := key[db.Operation]{name: "operations", desc: true, id: func(o *db.Operation) string { return o.ID }}
	q := r.DB.Operation.Query()
	if filter != nil {
		if len(filter.State) > 0 {
			q.Where(operation.StateIn(filter.State...))
		}
		if len(filter.Kind) > 0 {
			q.Where(operation.KindIn(filter.Kind...))
		}
		if filter.Integration != nil {
			q.Where(operation.IntegrationEQ(*filter.Integration))
		}
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawOperations(p.nodes)
	return &gen.OperationConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Operation) *gen.OperationEdge {
			return &gen.OperationEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (r *Resolver) batches(ctx context.Context, args pageArgs) (*gen.BatchConnection, error) {
	by := key[db.Batch]{name: "batches", desc: true, id: func(b *db.Batch) string { return b.ID }}
	p, err := paginate(ctx, r.DB.Batch.Query(), args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawBatches(p.nodes)
	return &gen.BatchConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Batch) *gen.BatchEdge { return &gen.BatchEdge{Cursor: cursor, Node: node} })}, nil
}

func (r *Resolver) invoices(ctx context.Context, args pageArgs, filter *gen.InvoiceFilter) (*gen.InvoiceConnection, error) {
	by := key[db.Invoice]{name: "invoices", desc: true, id: func(i *db.Invoice) string { return i.ID }}
	q := r.DB.Invoice.Query()
	if filter != nil {
		if len(filter.State) > 0 {
			q.Where(invoice.StateIn(filter.State...))
		}
		if filter.Kind != nil {
			q.Where(invoice.KindEQ(*filter.Kind))
		}
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawInvoices(p.nodes)
	return &gen.InvoiceConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Invoice) *gen.InvoiceEdge {
			return &gen.InvoiceEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (r *Resolver) differences(ctx context.Context, args pageArgs, state []enum.DifferenceState) (*gen.DifferenceConnection, error) {
	by := key[db.Difference]{name: "differences", desc: true, id: func(d *db.Difference) string { return d.ID }}
	q := r.DB.Difference.Query()
	if len(state) > 0 {
		q.Where(difference.StateIn(state...))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawDifferences(p.nodes)
	return &gen.DifferenceConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Difference) *gen.DifferenceEdge {
			return &gen.DifferenceEdge{Cursor: cursor, Node: node}
		})}, nil
}

func (r *Resolver) approvals(ctx context.Context, args pageArgs, state []enum.ApprovalState) (*gen.ApprovalConnection, error) {
	by := key[db.Approval]{name: "approvals", desc: true, id: func(a *db.Approval) string { return a.ID }}
	q := r.DB.Approval.Query()
	if len(state) > 0 {
		q.Where(r.Billing.ApprovalsIn(state))
	}
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawApprovals(p.nodes)
	return &gen.ApprovalConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Approval) *gen.ApprovalEdge {
			return &gen.ApprovalEdge{Cursor: cursor, Node: node}
		})}, nil
}

// maxStatementDays bounds the period of a statement.
const maxStatementDays = 366

func (r *Resolver) statement(ctx context.Context, accountID string, period brazil.Period) (*gen.AccountStatement, error) {
	if days := period.From.DaysUntil(period.To); days < 0 || days > maxStatementDays {
		return nil, invalidArgument("period", "O período vai de 1 a 366 dias, do início ao fim.", "The period has 1 to 366 days, from its beginning to its end.")
	}
	kept, err := r.DB.Account.Query().Where(account.ID(accountID)).Only(ctx)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	made := &gen.AccountStatement{Account: kept, Period: &period}
	rows, err := r.DB.QueryContext(ctx, `
		SELECT COALESCE(sum(amount_cents) FILTER (WHERE booked_on < $2), 0),
			COALESCE(sum(amount_cents) FILTER (WHERE booked_on >= $2 AND amount_cents > 0), 0),
			COALESCE(sum(amount_cents) FILTER (WHERE booked_on >= $2 AND amount_cents < 0), 0)
		FROM entries WHERE account_id = $1 AND booked_on <= $3`, accountID, string(period.From), string(period.To))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		err = rows.Scan(&made.OpeningCents, &made.InCents, &made.OutCents)
	}
	made.ClosingCents = made.OpeningCents + made.InCents + made.OutCents
	return made, err
}

func (r *Resolver) statementEntries(ctx context.Context, of *gen.AccountStatement, args pageArgs) (*gen.EntryConnection, error) {
	by := key[db.Entry]{name: "entries." + of.Account.ID, column: entry.FieldPosition, read: asNumber, desc: true, id: func(e *db.Entry) string { return e.ID }, value: func(e *db.Entry) any { return *e.Position }}
	q := r.DB.Entry.Query().Where(entry.AccountID(of.Account.ID), entry.BookedOnGTE(of.Period.From), entry.BookedOnLTE(of.Period.To))
	p, err := paginate(ctx, q, args, by)
	if err != nil {
		return nil, err
	}
	load(ctx).sawEntries(p.nodes)
	return &gen.EntryConnection{Nodes: p.nodes, PageInfo: p.info, TotalCount: p.total,
		Edges: edges(p, func(cursor string, node *db.Entry) *gen.EntryEdge { return &gen.EntryEdge{Cursor: cursor, Node: node} })}, nil
}
