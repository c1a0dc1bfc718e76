package graph

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/vikstrous/dataloadgen"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/account"
	"ponte/ent/db/attempt"
	"ponte/ent/db/charge"
	"ponte/ent/db/chargeevent"
	"ponte/ent/db/convenio"
	"ponte/ent/db/customer"
	"ponte/ent/db/delivery"
	"ponte/ent/db/entry"
	"ponte/ent/db/failure"
	"ponte/ent/db/historico"
	"ponte/ent/db/integration"
	"ponte/ent/db/operation"
	"ponte/ent/db/order"
	"ponte/ent/db/product"
	"ponte/ent/db/sale"
	"ponte/ent/db/saleitem"
	"ponte/ent/db/user"
	"ponte/ent/enum"
)

// loadWait is how long a loader waits for more keys.
const loadWait = time.Millisecond

// loaders read the objects behind many others with one statement for each kind.
// They live for one answer, so that a subscription never reads an old object.
type loaders struct {
	client        *db.Client
	mu            sync.Mutex
	customerSales map[string]*salePages // by the field of the query

	user      *dataloadgen.Loader[string, *db.User]
	account   *dataloadgen.Loader[string, *db.Account]
	customer  *dataloadgen.Loader[string, *db.Customer]
	product   *dataloadgen.Loader[string, *db.Product]
	sale      *dataloadgen.Loader[string, *db.Sale]
	charge    *dataloadgen.Loader[string, *db.Charge]
	operation *dataloadgen.Loader[string, *db.Operation]
	convenio  *dataloadgen.Loader[string, *db.Convenio]
	historico *dataloadgen.Loader[string, *db.Historico]
	order     *dataloadgen.Loader[string, *db.Order]
	entry     *dataloadgen.Loader[string, *db.Entry]

	heardFailure *dataloadgen.Loader[string, *db.Failure] // those that the viewer may hear of
	integration  *dataloadgen.Loader[string, *db.Integration]

	saleItems         *dataloadgen.Loader[string, []*db.SaleItem]
	saleCharges       *dataloadgen.Loader[string, []*db.Charge]
	saleOrder         *dataloadgen.Loader[string, *db.Order]
	chargeEvents      *dataloadgen.Loader[string, []*db.ChargeEvent]
	chargeEntries     *dataloadgen.Loader[string, []*db.Entry]
	subjectOperations *dataloadgen.Loader[string, []*db.Operation]
	subjectFailure    *dataloadgen.Loader[string, *db.Failure]
	operationAttempts *dataloadgen.Loader[string, []*db.Attempt]
}

type loadersKey struct{}

func (r *Resolver) withLoaders(ctx context.Context) context.Context {
	return context.WithValue(ctx, loadersKey{}, newLoaders(r.DB, r.Billing))
}

func load(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*loaders) }

func newLoaders(client *db.Client, domain *billing.Service) *loaders {
	return &loaders{
		client: client, customerSales: map[string]*salePages{},
		user: one(func(ctx context.Context, ids []string) ([]*db.User, error) {
			return client.User.Query().Where(user.IDIn(ids...)).All(ctx)
		}, func(u *db.User) string { return u.ID }),
		account: one(func(ctx context.Context, ids []string) ([]*db.Account, error) {
			return client.Account.Query().Where(account.IDIn(ids...)).All(ctx)
		}, func(a *db.Account) string { return a.ID }),
		customer: one(func(ctx context.Context, ids []string) ([]*db.Customer, error) {
			return client.Customer.Query().Where(customer.IDIn(ids...)).All(ctx)
		}, func(c *db.Customer) string { return c.ID }),
		product: one(func(ctx context.Context, ids []string) ([]*db.Product, error) {
			return client.Product.Query().Where(product.IDIn(ids...)).All(ctx)
		}, func(p *db.Product) string { return p.ID }),
		sale: one(func(ctx context.Context, ids []string) ([]*db.Sale, error) {
			return client.Sale.Query().Where(sale.IDIn(ids...)).All(ctx)
		}, func(s *db.Sale) string { return s.ID }),
		charge: one(func(ctx context.Context, ids []string) ([]*db.Charge, error) {
			return client.Charge.Query().Where(charge.IDIn(ids...)).All(ctx)
		}, func(c *db.Charge) string { return c.ID }),
		operation: one(func(ctx context.Context, ids []string) ([]*db.Operation, error) {
			return client.Operation.Query().Where(operation.IDIn(ids...)).All(ctx)
		}, func(o *db.Operation) string { return o.ID }),

		convenio: one(func(ctx context.Context, ids []string) ([]*db.Convenio, error) {
			return client.Convenio.Query().Where(convenio.IDIn(ids...)).All(ctx)
		}, func(c *db.Convenio) string { return c.ID }),
		historico: one(func(ctx context.Context, ids []string) ([]*db.Historico, error) {
			return client.Historico.Query().Where(historico.IDIn(ids...)).All(ctx)
		}, func(h *db.Historico) string { return h.ID }),
		order: one(func(ctx context.Context, ids []string) ([]*db.Order, error) {
			return client.Order.Query().Where(order.IDIn(ids...)).All(ctx)
		}, func(o *db.Order) string { return o.ID }),
		entry: one(func(ctx context.Context, ids []string) ([]*db.Entry, error) {
			return client.Entry.Query().Where(entry.IDIn(ids...)).All(ctx)
		}, func(e *db.Entry) string { return e.ID }),
		heardFailure: one(func(ctx context.Context, ids []string) ([]*db.Failure, error) {
			me := viewerID(ctx)
			return client.Failure.Query().Where(failure.IDIn(ids...), failure.HasDeliveriesWith(delivery.UserID(me), billing.MayHear(me))).All(ctx)
		}, func(f *db.Failure) string { return f.ID }),
		integration: one(func(ctx context.Context, ids []string) ([]*db.Integration, error) {
			return wholeIntegrations(ctx, client, domain, ids)
		}, func(i *db.Integration) string { return i.ID }),
		saleItems: many(func(ctx context.Context, ids []string) ([]*db.SaleItem, error) {
			return client.SaleItem.Query().Where(saleitem.SaleIDIn(ids...)).Order(db.Asc(saleitem.FieldPosition)).All(ctx)
		}, func(i *db.SaleItem) string { return i.SaleID }),
		saleCharges: many(func(ctx context.Context, ids []string) ([]*db.Charge, error) {
			return client.Charge.Query().Where(charge.SaleIDIn(ids...)).Order(replacedLast, db.Asc(charge.FieldInstallment), db.Desc(charge.FieldID)).All(ctx)
		}, func(c *db.Charge) string { return c.SaleID }),
		saleOrder: one(func(ctx context.Context, ids []string) ([]*db.Order, error) {
			return client.Order.Query().Where(order.SaleIDIn(ids...)).All(ctx)
		}, func(o *db.Order) string { return o.SaleID }),
		chargeEvents: many(func(ctx context.Context, ids []string) ([]*db.ChargeEvent, error) {
			return client.ChargeEvent.Query().Where(chargeevent.ChargeIDIn(ids...)).Order(db.Asc(chargeevent.FieldID)).All(ctx)
		}, func(e *db.ChargeEvent) string { return e.ChargeID }),
		chargeEntries: many(func(ctx context.Context, ids []string) ([]*db.Entry, error) {
			return client.Entry.Query().Where(entry.ChargeIDIn(ids...)).Order(db.Asc(entry.FieldID)).All(ctx)
		}, func(e *db.Entry) string { return e.ChargeID }),
		subjectOperations: many(func(ctx context.Context, ids []string) ([]*db.Operation, error) {
			return client.Operation.Query().Where(operation.SubjectIDIn(ids...)).Order(db.Desc(operation.FieldID)).All(ctx)
		}, func(o *db.Operation) string { return o.SubjectID }),
		operationAttempts: many(func(ctx context.Context, ids []string) ([]*db.Attempt, error) {
			return client.Attempt.Query().Where(attempt.OperationIDIn(ids...)).Order(db.Asc(attempt.FieldID)).All(ctx)
		}, func(a *db.Attempt) string { return a.OperationID }),
		subjectFailure: one(func(ctx context.Context, ids []string) ([]*db.Failure, error) {
			return client.Failure.Query().Where(failure.SubjectIDIn(ids...), failure.StateNEQ(enum.FailureResolved)).Order(db.Asc(failure.FieldID)).All(ctx)
		}, func(f *db.Failure) string { return f.SubjectID }),
	}
}

// wholeIntegrations reads integrations with all that belongs to them.
func wholeIntegrations(ctx context.Context, client *db.Client, domain *billing.Service, ids []string) ([]*db.Integration, error) {
	wanted, err := client.Integration.Query().Where(integration.IDIn(ids...)).All(ctx)
	for i, one := range wanted {
		if wanted[i], err = domain.Integration(ctx, one.Kind); err != nil {
			return nil, err
		}
	}
	return wanted, err
}

// guarded turns a panic into an error: a loader reads in a goroutine of its own,
// where nobody else would catch it.
func guarded[N any](read func(context.Context, []string) ([]N, error)) func(context.Context, []string) ([]N, error) {
	return func(ctx context.Context, keys []string) (found []N, err error) {
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("panic while loading: %v\n%s", cause, debug.Stack())
			}
		}()
		return read(ctx, keys)
	}
}

// one loads at most one object for each key; nil when there is none.
func one[N any](read func(context.Context, []string) ([]*N, error), keyOf func(*N) string) *dataloadgen.Loader[string, *N] {
	return dataloadgen.NewLoader(func(ctx context.Context, keys []string) ([]*N, []error) {
		found, err := guarded(read)(ctx, keys)
		if err != nil {
			return nil, []error{err}
		}
		byKey := make(map[string]*N, len(found))
		for _, node := range found {
			byKey[keyOf(node)] = node
		}
		nodes := make([]*N, len(keys))
		for i, key := range keys {
			nodes[i] = byKey[key]
		}
		return nodes, nil
	}, dataloadgen.WithWait(loadWait))
}

// many loads any number of objects for each key, in the order that they are read.
func many[N any](read func(context.Context, []string) ([]*N, error), keyOf func(*N) string) *dataloadgen.Loader[string, []*N] {
	return dataloadgen.NewLoader(func(ctx context.Context, keys []string) ([][]*N, []error) {
		found, err := guarded(read)(ctx, keys)
		if err != nil {
			return nil, []error{err}
		}
		byKey := make(map[string][]*N, len(keys))
		for _, node := range found {
			byKey[keyOf(node)] = append(byKey[keyOf(node)], node)
		}
		lists := make([][]*N, len(keys))
		for i, key := range keys {
			if lists[i] = byKey[key]; lists[i] == nil {
				lists[i] = []*N{}
			}
		}
		return lists, nil
	}, dataloadgen.WithWait(loadWait))
}

// optional loads what a nullable reference points at.
func optional[N any](ctx context.Context, loader *dataloadgen.Loader[string, *N], id *string) (*N, error) {
	if id == nil || *id == "" {
		return nil, nil
	}
	return loader.Load(ctx, *id)
}

func replacedLast(s *sql.Selector) {
	s.OrderExpr(sql.Expr(s.C(charge.FieldReplacedAt) + " IS NOT NULL"))
}
