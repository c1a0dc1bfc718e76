package graph

import (
	"context"
	"sync"

	"entgo.io/ent/dialect/sql"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/account"
	"ponte/ent/db/approval"
	"ponte/ent/db/attempt"
	"ponte/ent/db/auditentry"
	"ponte/ent/db/batch"
	"ponte/ent/db/carnet"
	"ponte/ent/db/charge"
	"ponte/ent/db/chargeevent"
	"ponte/ent/db/convenio"
	"ponte/ent/db/customer"
	"ponte/ent/db/delivery"
	"ponte/ent/db/difference"
	"ponte/ent/db/entry"
	"ponte/ent/db/failure"
	"ponte/ent/db/historico"
	"ponte/ent/db/integration"
	"ponte/ent/db/invoice"
	"ponte/ent/db/operation"
	"ponte/ent/db/order"
	"ponte/ent/db/product"
	"ponte/ent/db/refund"
	"ponte/ent/db/sale"
	"ponte/ent/db/saleitem"
	"ponte/ent/enum"
)

// loader reads what belongs to many keys with one statement. Whoever has read a
// list announces the keys that its rows lead to; the first of them that is asked
// for has all of them read. So the number of statements follows from the query
// alone, however many rows there are and however slowly they are asked for.
type loader[V any] struct {
	read func(ctx context.Context, keys []string) (map[string]V, error)

	mu     sync.Mutex
	groups map[string]*group[V]
}

// group is the keys that are read together.
type group[V any] struct {
	keys  []string
	once  sync.Once
	found map[string]V
	err   error
}

func newLoader[V any](read func(ctx context.Context, keys []string) (map[string]V, error)) *loader[V] {
	return &loader[V]{read: read, groups: map[string]*group[V]{}}
}

// announce tells of keys that may be asked for.
func (l *loader[V]) announce(keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	made := &group[V]{}
	for _, key := range keys {
		if _, known := l.groups[key]; !known && key != "" {
			made.keys = append(made.keys, key)
			l.groups[key] = made
		}
	}
}

// Load answers what belongs to a key, the zero value when there is nothing.
func (l *loader[V]) Load(ctx context.Context, key string) (V, error) {
	l.announce(key)
	l.mu.Lock()
	chosen := l.groups[key]
	l.mu.Unlock()
	var none V
	if chosen == nil { // the empty key
		return none, nil
	}
	chosen.once.Do(func() {
		chosen.err = caught(func() (err error) {
			chosen.found, err = l.read(ctx, chosen.keys)
			return err
		})
	})
	return chosen.found[key], chosen.err
}

// one loads at most one object for each key; saw is told of all of them.
func one[N any](read func(context.Context, []string) ([]*N, error), keyOf func(*N) string, saw func([]*N)) *loader[*N] {
	return newLoader(func(ctx context.Context, keys []string) (map[string]*N, error) {
		list, err := read(ctx, keys)
		found := make(map[string]*N, len(list))
		for _, node := range list {
			found[keyOf(node)] = node
		}
		saw(list)
		return found, err
	})
}

// many loads any number of objects for each key, in the order that they are read.
func many[N any](read func(context.Context, []string) ([]*N, error), keyOf func(*N) string, saw func([]*N)) *loader[[]*N] {
	return newLoader(func(ctx context.Context, keys []string) (map[string][]*N, error) {
		list, err := read(ctx, keys)
		found := make(map[string][]*N, len(keys))
		for _, key := range keys {
			found[key] = []*N{}
		}
		for _, node := range list {
			found[keyOf(node)] = append(found[keyOf(node)], node)
		}
		saw(list)
		return found, err
	})
}

// optional loads what a nullable reference points at.
func optional[N any](ctx context.Context, from *loader[*N], id *string) (*N, error) {
	return from.Load(ctx, orEmpty(id))
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// loaders are those of one answer, so that a subscription never reads an old
// object.
type loaders struct {
	client *db.Client
	domain *billing.Service

	user         *loader[*db.User]
	token        *loader[*db.APIToken]
	account      *loader[*db.Account]
	customer     *loader[*db.Customer]
	product      *loader[*db.Product]
	sale         *loader[*db.Sale]
	charge       *loader[*db.Charge]
	carnet       *loader[*db.Carnet]
	refund       *loader[*db.Refund]
	batch        *loader[*db.Batch]
	invoice      *loader[*db.Invoice]
	difference   *loader[*db.Difference]
	approval     *loader[*db.Approval]
	operation    *loader[*db.Operation]
	convenio     *loader[*db.Convenio]
	historico    *loader[*db.Historico]
	order        *loader[*db.Order]
	entry        *loader[*db.Entry]
	integration  *loader[*db.Integration]
	pixSettings  *loader[billing.PixSettings] // by the integration
	heardFailure *loader[*db.Failure]         // those that the viewer may hear of

	saleItems         *loader[[]*db.SaleItem]
	saleCharges       *loader[[]*db.Charge]
	saleCarnet        *loader[*db.Carnet]
	saleOrder         *loader[*db.Order]
	saleInvoices      *loader[[]*db.Invoice]
	saleDifferences   *loader[[]*db.Difference] // the open ones
	carnetCharges     *loader[[]*db.Charge]
	chargeRefunds     *loader[[]*db.Refund]
	chargeEvents      *loader[[]*db.ChargeEvent]
	chargeEntries     *loader[[]*db.Entry]
	subjectOperations *loader[[]*db.Operation]
	subjectFailure    *loader[*db.Failure]
	operationAttempts *loader[[]*db.Attempt]
	failureChanges    *loader[[]*db.AuditEntry] // what people did to a failure
	batchCounts       *loader[batchCounts]
	channelMessages   *loader[[]*db.Message] // the newest
	messageAttempts   *loader[[]*db.MessageAttempt]
	messageEvents     *loader[int]

	webhookEndpoint *loader[*db.WebhookEndpoint]
	webhookDelivery *loader[*db.WebhookDelivery]
	webhookEvent    *loader[*db.WebhookEvent]
	webhookAttempts *loader[[]*db.WebhookAttempt]

	customerSales     *nested[db.Sale]
	batchItems        *nested[db.BatchItem]
	webhookDeliveries *nested[db.WebhookDelivery]
}

type loadersKey struct{}

func (r *Resolver) withLoaders(ctx context.Context) context.Context {
	return context.WithValue(ctx, loadersKey{}, newLoaders(r.DB, r.Billing))
}

func load(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*loaders) }

func newLoaders(client *db.Client, domain *billing.Service) *loaders {
	l := &loaders{client: client, domain: domain, customerSales: newNested[db.Sale](), batchItems: newNested[db.BatchItem]()}
	l.readByID()
	l.readByParent()
	l.readMessages()
	l.readWebhooks()
	return l
}

// readByID makes the loaders of objects by their ids.
func (l *loaders) readByID() {
	l.readPeople()
	l.account = one(func(ctx context.Context, ids []string) ([]*db.Account, error) {
		return l.client.Account.Query().Where(account.IDIn(ids...)).All(ctx)
	}, func(a *db.Account) string { return a.ID }, nothing)
	l.customer = one(func(ctx context.Context, ids []string) ([]*db.Customer, error) {
		return l.client.Customer.Query().Where(customer.IDIn(ids...)).All(ctx)
	}, func(c *db.Customer) string { return c.ID }, l.sawCustomers)
	l.product = one(func(ctx context.Context, ids []string) ([]*db.Product, error) {
		return l.client.Product.Query().Where(product.IDIn(ids...)).All(ctx)
	}, func(p *db.Product) string { return p.ID }, nothing)
	l.sale = one(func(ctx context.Context, ids []string) ([]*db.Sale, error) {
		return l.client.Sale.Query().Where(sale.IDIn(ids...)).All(ctx)
	}, func(s *db.Sale) string { return s.ID }, l.sawSales)
	l.charge = one(func(ctx context.Context, ids []string) ([]*db.Charge, error) {
		return l.client.Charge.Query().Where(charge.IDIn(ids...)).All(ctx)
	}, func(c *db.Charge) string { return c.ID }, l.sawCharges)
	l.carnet = one(func(ctx context.Context, ids []string) ([]*db.Carnet, error) {
		return l.client.Carnet.Query().Where(carnet.IDIn(ids...)).All(ctx)
	}, func(c *db.Carnet) string { return c.ID }, l.sawCarnets)
	l.refund = one(func(ctx context.Context, ids []string) ([]*db.Refund, error) {
		return l.client.Refund.Query().Where(refund.IDIn(ids...)).All(ctx)
	}, func(f *db.Refund) string { return f.ID }, l.sawRefunds)
	l.batch = one(func(ctx context.Context, ids []string) ([]*db.Batch, error) {
		return l.client.Batch.Query().Where(batch.IDIn(ids...)).All(ctx)
	}, func(b *db.Batch) string { return b.ID }, l.sawBatches)
	l.invoice = one(func(ctx context.Context, ids []string) ([]*db.Invoice, error) {
		return l.client.Invoice.Query().Where(invoice.IDIn(ids...)).All(ctx)
	}, func(i *db.Invoice) string { return i.ID }, l.sawInvoices)
	l.difference = one(func(ctx context.Context, ids []string) ([]*db.Difference, error) {
		return l.client.Difference.Query().Where(difference.IDIn(ids...)).All(ctx)
	}, func(d *db.Difference) string { return d.ID }, l.sawDifferences)
	l.approval = one(func(ctx context.Context, ids []string) ([]*db.Approval, error) {
		return l.client.Approval.Query().Where(approval.IDIn(ids...)).All(ctx)
	}, func(a *db.Approval) string { return a.ID }, l.sawApprovals)
	l.operation = one(func(ctx context.Context, ids []string) ([]*db.Operation, error) {
		return l.client.Operation.Query().Where(operation.IDIn(ids...)).All(ctx)
	}, func(o *db.Operation) string { return o.ID }, l.sawOperations)
	l.convenio = one(func(ctx context.Context, ids []string) ([]*db.Convenio, error) {
		return l.client.Convenio.Query().Where(convenio.IDIn(ids...)).All(ctx)
	}, func(c *db.Convenio) string { return c.ID }, l.sawConvenios)
	l.historico = one(func(ctx context.Context, ids []string) ([]*db.Historico, error) {
		return l.client.Historico.Query().Where(historico.IDIn(ids...)).All(ctx)
	}, func(h *db.Historico) string { return h.ID }, nothing)
	l.order = one(func(ctx context.Context, ids []string) ([]*db.Order, error) {
		return l.client.Order.Query().Where(order.IDIn(ids...)).All(ctx)
	}, func(o *db.Order) string { return o.ID }, l.sawOrders)
	l.entry = one(func(ctx context.Context, ids []string) ([]*db.Entry, error) {
		return l.client.Entry.Query().Where(entry.IDIn(ids...)).All(ctx)
	}, func(e *db.Entry) string { return e.ID }, l.sawEntries)
	l.pixSettings = newLoader(l.readPixSettings)
	l.integration = one(l.wholeIntegrations, func(i *db.Integration) string { return i.ID }, nothing)
	l.heardFailure = one(func(ctx context.Context, ids []string) ([]*db.Failure, error) {
		me := viewerID(ctx)
		return l.client.Failure.Query().Where(failure.IDIn(ids...), failure.HasDeliveriesWith(delivery.UserID(me), billing.MayHear(me))).All(ctx)
	}, func(f *db.Failure) string { return f.ID }, l.sawFailures)
}

// readByParent makes the loaders of what belongs to objects.
func (l *loaders) readByParent() {
	l.saleItems = many(func(ctx context.Context, ids []string) ([]*db.SaleItem, error) {
		return l.client.SaleItem.Query().Where(saleitem.SaleIDIn(ids...)).Order(db.Asc(saleitem.FieldPosition)).All(ctx)
	}, func(i *db.SaleItem) string { return i.SaleID }, l.sawItems)
	l.saleCharges = many(func(ctx context.Context, ids []string) ([]*db.Charge, error) {
		return l.client.Charge.Query().Where(charge.SaleIDIn(ids...)).Order(replacedLast, db.Asc(charge.FieldInstallment), db.Desc(charge.FieldID)).All(ctx)
	}, func(c *db.Charge) string { return c.SaleID }, l.sawCharges)
	l.saleCarnet = one(func(ctx context.Context, ids []string) ([]*db.Carnet, error) {
		return l.client.Carnet.Query().Where(carnet.SaleIDIn(ids...)).Order(db.Asc(carnet.FieldID)).All(ctx)
	}, func(c *db.Carnet) string { return c.SaleID }, l.sawCarnets)
	l.carnetCharges = many(func(ctx context.Context, ids []string) ([]*db.Charge, error) {
		return l.client.Charge.Query().Where(charge.CarnetIDIn(ids...)).Order(db.Asc(charge.FieldInstallment)).All(ctx)
	}, func(c *db.Charge) string { return orEmpty(c.CarnetID) }, l.sawCharges)
	l.chargeRefunds = many(func(ctx context.Context, ids []string) ([]*db.Refund, error) {
		return l.client.Refund.Query().Where(refund.ChargeIDIn(ids...)).Order(db.Asc(refund.FieldID)).All(ctx)
	}, func(f *db.Refund) string { return f.ChargeID }, l.sawRefunds)
	l.saleOrder = one(func(ctx context.Context, ids []string) ([]*db.Order, error) {
		return l.client.Order.Query().Where(order.SaleIDIn(ids...)).All(ctx)
	}, func(o *db.Order) string { return o.SaleID }, l.sawOrders)
	l.saleInvoices = many(func(ctx context.Context, ids []string) ([]*db.Invoice, error) {
		return l.client.Invoice.Query().Where(invoice.SaleIDIn(ids...)).Order(db.Asc(invoice.FieldID)).All(ctx)
	}, func(i *db.Invoice) string { return i.SaleID }, l.sawInvoices)
	l.saleDifferences = many(func(ctx context.Context, ids []string) ([]*db.Difference, error) {
		return l.client.Difference.Query().Where(difference.SaleIDIn(ids...), difference.StateEQ(enum.DifferenceOpen)).Order(db.Asc(difference.FieldID)).All(ctx)
	}, func(d *db.Difference) string { return d.SaleID }, l.sawDifferences)
	l.chargeEvents = many(func(ctx context.Context, ids []string) ([]*db.ChargeEvent, error) {
		return l.client.ChargeEvent.Query().Where(chargeevent.ChargeIDIn(ids...)).Order(db.Asc(chargeevent.FieldID)).All(ctx)
	}, func(e *db.ChargeEvent) string { return e.ChargeID }, l.sawEvents)
	l.chargeEntries = many(func(ctx context.Context, ids []string) ([]*db.Entry, error) {
		return l.client.Entry.Query().Where(entry.ChargeIDIn(ids...)).Order(db.Asc(entry.FieldID)).All(ctx)
	}, func(e *db.Entry) string { return e.ChargeID }, l.sawEntries)
	l.subjectOperations = many(func(ctx context.Context, ids []string) ([]*db.Operation, error) {
		return l.client.Operation.Query().Where(operation.SubjectIDIn(ids...)).Order(db.Desc(operation.FieldID)).All(ctx)
	}, func(o *db.Operation) string { return o.SubjectID }, l.sawOperations)
	l.operationAttempts = many(func(ctx context.Context, ids []string) ([]*db.Attempt, error) {
		return l.client.Attempt.Query().Where(attempt.OperationIDIn(ids...)).Order(db.Asc(attempt.FieldID)).All(ctx)
	}, func(a *db.Attempt) string { return a.OperationID }, nothing)
	l.failureChanges = many(func(ctx context.Context, ids []string) ([]*db.AuditEntry, error) {
		return l.client.AuditEntry.Query().Where(auditentry.ObjectIDIn(ids...), auditentry.Kind("failures")).Order(db.Asc(auditentry.FieldID)).All(ctx)
	}, func(e *db.AuditEntry) string { return e.ObjectID }, l.sawFailureChanges)
	l.batchCounts = newLoader(l.readBatchCounts)
	l.subjectFailure = one(func(ctx context.Context, ids []string) ([]*db.Failure, error) {
		return l.client.Failure.Query().Where(failure.SubjectIDIn(ids...), failure.StateNEQ(enum.FailureResolved)).Order(db.Asc(failure.FieldID)).All(ctx)
	}, func(f *db.Failure) string { return f.SubjectID }, l.sawFailures)
}

func replacedLast(s *sql.Selector) {
	s.OrderExpr(sql.Expr(s.C(charge.FieldReplacedAt) + " IS NOT NULL"))
}

// wholeIntegrations reads integrations with all that belongs to them.
func (l *loaders) wholeIntegrations(ctx context.Context, ids []string) ([]*db.Integration, error) {
	wanted, err := l.client.Integration.Query().Where(integration.IDIn(ids...)).All(ctx)
	for i, one := range wanted {
		if wanted[i], err = l.domain.Integration(ctx, one.Kind); err != nil {
			return nil, err
		}
	}
	return wanted, err
}

// readPixSettings opens what is kept sealed of integrations, once in an answer.
func (l *loaders) readPixSettings(ctx context.Context, ids []string) (map[string]billing.PixSettings, error) {
	found := map[string]billing.PixSettings{}
	wanted, err := l.client.Integration.Query().Where(integration.IDIn(ids...)).All(ctx)
	for _, one := range wanted {
		if found[one.ID], err = l.domain.PixSettings(ctx, one); err != nil {
			return nil, err
		}
	}
	return found, err
}

// What the rows of a list lead to. A column that was not read is empty, and an
// empty key is nothing.

func nothing[N any]([]*N) {}

func announce[N, V any](to *loader[V], list []*N, key func(*N) string) {
	to.announce(idsOf(list, key)...)
}

func idsOf[N any](list []*N, key func(*N) string) []string {
	keys := make([]string, len(list))
	for i, node := range list {
		keys[i] = key(node)
	}
	return keys
}

func (l *loaders) sawSales(list []*db.Sale) {
	id := func(s *db.Sale) string { return s.ID }
	announce(l.sale, list, id) // what belongs to them leads back, in no order of its own
	announce(l.customer, list, func(s *db.Sale) string { return s.CustomerID })
	announce(l.saleItems, list, id)
	announce(l.saleCharges, list, id)
	announce(l.saleCarnet, list, id)
	announce(l.saleOrder, list, id)
	announce(l.saleInvoices, list, id)
	announce(l.saleDifferences, list, id)
}

func (l *loaders) sawCharges(list []*db.Charge) {
	id := func(c *db.Charge) string { return c.ID }
	announce(l.sale, list, func(c *db.Charge) string { return c.SaleID })
	announce(l.customer, list, func(c *db.Charge) string { return c.CustomerID })
	announce(l.carnet, list, func(c *db.Charge) string { return orEmpty(c.CarnetID) })
	announce(l.chargeRefunds, list, id)
	announce(l.chargeEvents, list, id)
	announce(l.chargeEntries, list, id)
	announce(l.subjectOperations, list, id)
	announce(l.subjectFailure, list, id)
}

func (l *loaders) sawCarnets(list []*db.Carnet) {
	id := func(c *db.Carnet) string { return c.ID }
	announce(l.sale, list, func(c *db.Carnet) string { return c.SaleID })
	announce(l.carnetCharges, list, id)
	announce(l.subjectOperations, list, id)
	announce(l.subjectFailure, list, id)
}

func (l *loaders) sawRefunds(list []*db.Refund) {
	announce(l.charge, list, func(f *db.Refund) string { return f.ChargeID })
	announce(l.user, list, func(f *db.Refund) string { return orEmpty(f.RequestedByID) })
}

func (l *loaders) sawBatches(list []*db.Batch) {
	announce(l.user, list, func(b *db.Batch) string { return orEmpty(b.RequestedByID) })
	announce(l.batchCounts, list, func(b *db.Batch) string { return b.ID })
	l.batchItems.saw(idsOf(list, func(b *db.Batch) string { return b.ID }))
}

func (l *loaders) sawBatchItems(list []*db.BatchItem) {
	announce(l.sale, list, func(i *db.BatchItem) string { return orEmpty(i.SaleID) })
	announce(l.charge, list, func(i *db.BatchItem) string { return orEmpty(i.ChargeID) })
	announce(l.operation, list, func(i *db.BatchItem) string { return orEmpty(i.OperationID) })
}

func (l *loaders) sawInvoices(list []*db.Invoice) {
	id := func(i *db.Invoice) string { return i.ID }
	announce(l.sale, list, func(i *db.Invoice) string { return i.SaleID })
	announce(l.subjectOperations, list, id)
	announce(l.subjectFailure, list, id)
}

func (l *loaders) sawDifferences(list []*db.Difference) {
	announce(l.sale, list, func(d *db.Difference) string { return d.SaleID })
}

func (l *loaders) sawApprovals(list []*db.Approval) {
	announce(l.user, list, func(a *db.Approval) string { return a.AskedByID })
	announce(l.user, list, func(a *db.Approval) string { return orEmpty(a.DecidedByID) })
	var charges, started []string
	for _, one := range list {
		if asked, err := billing.ReadApproval(one); err == nil { // otherwise the field answers it
			charges = append(charges, asked.ChargeIDs[:min(len(asked.ChargeIDs), fewCharges)]...)
		}
		started = append(started, orEmpty(one.StartedID))
	}
	l.charge.announce(charges...)
	l.sawIDs(started)
}

func (l *loaders) sawItems(list []*db.SaleItem) {
	announce(l.product, list, func(i *db.SaleItem) string { return orEmpty(i.ProductID) })
}

func (l *loaders) sawOrders(list []*db.Order) {
	saleID := func(o *db.Order) string { return o.SaleID }
	announce(l.sale, list, saleID)
	announce(l.subjectFailure, list, saleID)
}

func (l *loaders) sawEvents(list []*db.ChargeEvent) {
	announce(l.user, list, func(e *db.ChargeEvent) string { return orEmpty(e.UserID) })
}

func (l *loaders) sawEntries(list []*db.Entry) {
	announce(l.account, list, func(e *db.Entry) string { return orEmpty(e.AccountID) })
	announce(l.charge, list, func(e *db.Entry) string { return e.ChargeID })
}

func (l *loaders) sawConvenios(list []*db.Convenio) {
	announce(l.account, list, func(c *db.Convenio) string { return c.AccountID })
}

func (l *loaders) sawOperations(list []*db.Operation) {
	announce(l.user, list, func(o *db.Operation) string { return orEmpty(o.RequestedByID) })
	announce(l.operationAttempts, list, func(o *db.Operation) string { return o.ID })
	l.sawIDs(idsOf(list, func(o *db.Operation) string { return o.SubjectID }))
}

func (l *loaders) sawFailures(list []*db.Failure) {
	announce(l.user, list, func(f *db.Failure) string { return orEmpty(f.HandledByID) })
	announce(l.operation, list, func(f *db.Failure) string { return orEmpty(f.OperationID) })
	announce(l.failureChanges, list, func(f *db.Failure) string { return f.ID })
	l.sawIDs(idsOf(list, func(f *db.Failure) string { return f.SubjectID }))
}

func (l *loaders) sawFailureChanges(list []*db.AuditEntry) {
	announce(l.user, list, func(e *db.AuditEntry) string { return orEmpty(e.UserID) })
}

// sawCustomers remembers who was read together, for the pages of their sales.
func (l *loaders) sawCustomers(list []*db.Customer) {
	l.customerSales.saw(idsOf(list, func(c *db.Customer) string { return c.ID }))
}

// sawIDs announces objects of any kind.
func (l *loaders) sawIDs(ids []string) {
	byKind := map[string][]string{}
	for _, id := range ids {
		byKind[prefix(id)] = append(byKind[prefix(id)], id)
	}
	for kind, of := range map[string]interface{ announce(...string) }{
		"chg": l.charge, "crn": l.carnet, "rfd": l.refund, "bat": l.batch, "inv": l.invoice, "dif": l.difference, "apr": l.approval, "sal": l.sale, "cus": l.customer, "prd": l.product, "acc": l.account, "opr": l.operation, "cnv": l.convenio,
		"his": l.historico, "ord": l.order, "ent": l.entry, "flr": l.heardFailure, "usr": l.user, "tok": l.token, "int": l.integration,
		"whe": l.webhookEndpoint, "whd": l.webhookDelivery,
	} {
		of.announce(byKind[kind]...)
	}
}
