package billing

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/difference"
	"ponte/ent/db/integration"
	"ponte/ent/db/invoice"
	"ponte/ent/db/operation"
	"ponte/ent/db/order"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
)

// The ERP tells nothing of orders and invoices by itself, so it is asked: what
// changed there since the last time is compared with ours, and what differs is
// shown with its repair (providers/vhsys.md, 2.6).

// reconcileMargin is looked back beyond the last comparison, because the two clocks
// differ and a record may be missing from a list for a while.
const reconcileMargin = 15 * time.Minute

// firstReconcile is how far the first comparison looks back.
const firstReconcile = 30 * 24 * time.Hour

// ReconcileOnTime enqueues a comparison whenever the last one is Timing.Reconcile
// old, until the context ends.
func (s *Service) ReconcileOnTime(ctx context.Context) {
	ticker := time.NewTicker(max(s.Timing.Reconcile/10, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		if err := s.reconcileIfDue(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("enqueue the reconciliation", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) reconcileIfDue(ctx context.Context) error {
	due, err := s.DB.Integration.Query().Where(integration.KindEQ(enum.Vhsys), integration.Active(true),
		integration.Or(integration.ReconciledAtIsNil(), integration.ReconciledAtLTE(s.Now().Add(-s.Timing.Reconcile)))).Exist(ctx)
	if err != nil || !due {
		return err
	}
	_, err = s.Reconcile(ctx)
	return err
}

// Reconcile has the ERP compared with us now.
func (s *Service) Reconcile(ctx context.Context) (*db.Operation, error) {
	var op *db.Operation
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if err := s.mustBeActive(ctx, tx, enum.Vhsys); err != nil {
			return err
		}
		op, _, err = s.enqueue(ctx, tx, request{kind: enum.KindReconcile, integration: enum.Vhsys})
		return err
	})
	if err != nil {
		return nil, err
	}
	return op.Unwrap(), nil
}

// ReceiveVhsys has the ERP compared soon because it called. Nothing in the call is
// believed, so it is not even read.
func (s *Service) ReceiveVhsys(ctx context.Context, secret string) error {
	settings, err := s.settings(ctx, enum.Vhsys)
	if db.IsNotFound(err) {
		return ErrUnknownCallback
	}
	if err != nil {
		return err
	}
	known := false
	for _, ours := range s.callbackSecrets(settings, enum.EnvironmentProduction) {
		known = known || subtle.ConstantTimeCompare([]byte(secret), []byte(ours)) == 1
	}
	if !known {
		return ErrUnknownCallback
	}
	return s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := s.enqueue(ctx, tx, request{kind: enum.KindReconcile, integration: enum.Vhsys, delay: s.Timing.NoticeInterval})
		return err
	})
}

// VhsysCallbackURL is the address that the ERP may call.
func (s *Service) VhsysCallbackURL(settings *db.Integration) string {
	return s.PublicURL + "/callbacks/vhsys/" + s.callbackSecrets(settings, enum.EnvironmentProduction)[0]
}

// webhookUser fills in the user that the ERP wants for a webhook. What protects the
// address is the secret in it; that user and password come back is not known
// (providers/vhsys.md, 2.6).
const webhookUser = "ponte-webhook"

// RegisterVhsysWebhooks has the ERP call us when customers or receivables change. It
// may be called again, for example after the address has changed.
func (s *Service) RegisterVhsysWebhooks(ctx context.Context) (*db.Integration, error) {
	settings, err := s.settings(ctx, enum.Vhsys)
	if db.IsNotFound(err) {
		return nil, refuse("NOT_CONFIGURED", "", "Salve a integração antes.", "Save the integration first.")
	}
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(s.PublicURL, "https://") {
		return nil, refuse("PUBLIC_URL_NOT_HTTPS", "", "O Vhsys só chama um endereço https: configure PONTE_PUBLIC_URL com o endereço público deste servidor.", "Vhsys calls an https address only: set PONTE_PUBLIC_URL to this server's public address.")
	}
	client, err := s.mirror(ctx)
	if err != nil {
		return nil, err
	}
	if err := client.RegisterWebhook(ctx, s.VhsysCallbackURL(settings), webhookUser, rand.Text()); err != nil {
		return nil, err
	}
	err = s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Integration.UpdateOneID(settings.ID).SetWebhooksRegisteredAt(s.Now()).Exec(ctx)
	})
	if err != nil {
		return nil, err
	}
	return s.Integration(ctx, enum.Vhsys)
}

// finding is one difference before it is written.
type finding struct {
	saleID       string
	kind         enum.DifferenceKind
	ours, theirs string
}

// compared is what a comparison has found: the differences, and the sales that it
// looked at, by kind.
type compared struct {
	found    []finding
	looked   map[string]map[enum.DifferenceKind]bool
	invoices []heardInvoice
	twice    bool // the ERP's own app settles the same receivables
}

type heardInvoice struct {
	id   string
	told provider.Invoice
}

func (c *compared) look(saleID string, kind enum.DifferenceKind) {
	if c.looked[saleID] == nil {
		c.looked[saleID] = map[enum.DifferenceKind]bool{}
	}
	c.looked[saleID][kind] = true
}

func (c *compared) note(saleID string, kind enum.DifferenceKind, differs bool, ours, theirs string) {
	c.look(saleID, kind)
	if differs {
		c.found = append(c.found, finding{saleID, kind, ours, theirs})
	}
}

// reconcile asks the ERP what changed and compares it with ours.
func (s *Service) reconcile(ctx context.Context, _ *db.Operation) (finish, error) {
	started := s.Now()
	settings, err := s.settings(ctx, enum.Vhsys)
	if err != nil {
		return nil, err
	}
	client, err := s.mirror(ctx)
	if err != nil {
		return nil, err
	}
	since := started.Add(-firstReconcile)
	if settings.ReconciledAt != nil {
		since = settings.ReconciledAt.Add(-reconcileMargin)
	}
	result := &compared{looked: map[string]map[enum.DifferenceKind]bool{}}
	for _, compare := range []func(context.Context, provider.Mirror, time.Time, *compared) error{s.compareOrders, s.compareReceivables, s.compareInvoices, s.compareApp} {
		if err := compare(ctx, client, since, result); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx *db.Tx) error {
		if err := s.writeComparison(ctx, tx, result); err != nil {
			return err
		}
		return tx.Integration.UpdateOneID(settings.ID).SetReconciledAt(started).Exec(ctx)
	}, nil
}

func (s *Service) compareApp(ctx context.Context, client provider.Mirror, _ time.Time, result *compared) (err error) {
	result.twice, err = client.SettlesByItself(ctx)
	return err
}

// compareOrders compares every order of ours that changed at the ERP. One whose
// mirror is on its way is left to it.
func (s *Service) compareOrders(ctx context.Context, client provider.Mirror, since time.Time, result *compared) error {
	var failed error
	err := client.ChangedOrders(ctx, since, func(told provider.Order) bool {
		failed = s.compareOrder(ctx, client, told, result)
		return failed == nil
	})
	if err != nil {
		return err
	}
	return failed
}

func (s *Service) compareOrder(ctx context.Context, client provider.Mirror, told provider.Order, result *compared) error {
	ours, err := s.DB.Order.Query().Where(order.RemoteOrderID(told.ID)).Only(ctx)
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if moving, err := s.isMoving(ctx, ours); err != nil || moving {
		return err
	}
	result.note(ours.SaleID, enum.DifferenceOrderMissing, told.Trashed, "pedido "+told.ID, "na lixeira")
	if told.Trashed {
		return nil
	}
	_, plan, err := s.planSale(ctx, s.DB, ours.SaleID)
	if err != nil || plan.Status == nil || len(plan.Problems) > 0 {
		return err
	}
	result.note(ours.SaleID, enum.DifferenceOrderTotal, told.TotalCents != plan.TotalCents, brazil.FormatCents(plan.TotalCents), brazil.FormatCents(told.TotalCents))
	result.note(ours.SaleID, enum.DifferenceOrderStatus, differentStatus(*plan.Status, told.Status), plan.Status.Name, firstText(told.Status.Name, told.Status.Base))
	if len(plan.Installments) == 0 {
		return nil
	}
	there, err := client.Installments(ctx, told.ID)
	if err != nil {
		return err
	}
	result.note(ours.SaleID, enum.DifferenceInstallments, !sameInstallments(there, plan.Installments), showInstallments(plan.Installments), showInstallments(there))
	return nil
}

// isMoving tells whether the mirror is bringing an order in step, or has done so a
// moment ago: what the ERP shows may be older. The next comparison sees it again.
func (s *Service) isMoving(ctx context.Context, ours *db.Order) (bool, error) {
	if ours.Step != enum.StepDone || ours.SyncedAt != nil && ours.SyncedAt.After(s.Now().Add(-min(s.Timing.SettleWindow, reconcileMargin/2))) {
		return true, nil
	}
	return s.DB.Operation.Query().Where(operation.KindEQ(enum.KindMirrorSale), operation.SubjectID(ours.SaleID),
		operation.StateIn(enum.OperationQueued, enum.OperationRunning, enum.OperationUnknown)).Exist(ctx)
}

// differentStatus compares the base and, when both have one, the custom status.
func differentStatus(ours, theirs provider.OrderStatus) bool {
	return ours.Base != theirs.Base || ours.CustomID != "" && theirs.CustomID != "" && ours.CustomID != theirs.CustomID
}

func sameInstallments(a, b []provider.OrderInstallment) bool {
	if len(a) != len(b) {
		return false
	}
	count := map[string]int{}
	for i := range a {
		count[fmt.Sprint(a[i].DueDate, a[i].AmountCents)]++
		count[fmt.Sprint(b[i].DueDate, b[i].AmountCents)]--
	}
	for _, rest := range count {
		if rest != 0 {
			return false
		}
	}
	return true
}

func showInstallments(installments []provider.OrderInstallment) string {
	var sum int64
	for _, one := range installments {
		sum += one.AmountCents
	}
	return fmt.Sprintf("%d × = %s", len(installments), brazil.FormatCents(sum))
}

// compareReceivables finds what is settled at the ERP and open here. The opposite is
// the bookkeeper's own affair.
func (s *Service) compareReceivables(ctx context.Context, client provider.Mirror, since time.Time, result *compared) error {
	var failed error
	err := client.Receivables(ctx, since, func(told provider.Receivable) bool {
		failed = s.compareReceivable(ctx, told, result)
		return failed == nil
	})
	if err != nil {
		return err
	}
	return failed
}

func (s *Service) compareReceivable(ctx context.Context, told provider.Receivable, result *compared) error {
	if told.OrderID == "" || told.Trashed {
		return nil
	}
	ours, err := s.DB.Order.Query().Where(order.RemoteOrderID(told.OrderID)).WithSale().Only(ctx)
	if db.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	differs := told.Settled && ours.Edges.Sale.Status == enum.SalePending
	result.note(ours.SaleID, enum.DifferenceReceivable, differs, "pendente", "baixado: "+brazil.FormatCents(told.PaidCents))
	return nil
}

// openInvoices are compared each time, others when they were issued lately.
const invoiceWatch = 60 * 24 * time.Hour

// compareInvoices reads the invoices that a person may cancel at the ERP.
func (s *Service) compareInvoices(ctx context.Context, client provider.Mirror, _ time.Time, result *compared) error {
	watched, err := s.DB.Invoice.Query().Where(invoice.RemoteIDNotNil(), invoice.Or(
		invoice.StateEQ(enum.InvoiceCancelAsked),
		invoice.And(invoice.StateEQ(enum.InvoiceIssued), invoice.IssuedAtGT(s.Now().Add(-invoiceWatch))))).
		Order(db.Asc(invoice.FieldUpdatedAt)).Limit(maxWatched).All(ctx)
	if err != nil {
		return err
	}
	for _, one := range watched {
		told, err := client.GetInvoice(ctx, provider.InvoiceKind(one.Kind), *one.RemoteID)
		if provider.ClassOf(err) == provider.NotFound && err != nil {
			result.note(one.SaleID, enum.DifferenceInvoiceMissing, true, one.Number, "não encontrada")
			continue
		}
		if err != nil {
			return err
		}
		result.note(one.SaleID, enum.DifferenceInvoiceMissing, told.Trashed, one.Number, "na lixeira")
		canceled := told.Status == provider.InvoiceCanceled
		result.note(one.SaleID, enum.DifferenceInvoiceCanceled, canceled && one.State == enum.InvoiceIssued, "emitida", "cancelada")
		if canceled {
			result.invoices = append(result.invoices, heardInvoice{one.ID, told})
		}
	}
	return nil
}

// maxWatched is how many invoices one comparison reads; the longest unread first.
const maxWatched = 500

// writeComparison keeps what differs, ends what no longer does, and tells people
// once while anything is open.
func (s *Service) writeComparison(ctx context.Context, tx *db.Tx, result *compared) error {
	for _, one := range result.found {
		if err := s.writeDifference(ctx, tx, one); err != nil {
			return err
		}
	}
	for saleID, kinds := range result.looked {
		for kind := range kinds {
			if differs(result.found, saleID, kind) {
				continue
			}
			if err := tx.Difference.Update().Where(difference.SaleID(saleID), difference.KindEQ(kind), difference.StateNEQ(enum.DifferenceGone)).
				SetState(enum.DifferenceGone).SetLastAt(s.Now()).Exec(ctx); err != nil {
				return err
			}
		}
	}
	for _, heard := range result.invoices {
		one, err := tx.Invoice.Query().Where(invoice.ID(heard.id)).WithSale().ForUpdate().Only(ctx)
		if err != nil {
			return err
		}
		if err := s.noteCanceled(ctx, tx, one, heard.told); err != nil {
			return err
		}
	}
	if err := s.tellDifferences(ctx, tx); err != nil {
		return err
	}
	return s.tellWhole(ctx, tx, "vhsys.settles_by_itself", result.twice, "")
}

func differs(found []finding, saleID string, kind enum.DifferenceKind) bool {
	for _, one := range found {
		if one.saleID == saleID && one.kind == kind {
			return true
		}
	}
	return false
}

// writeDifference keeps a difference; one that was ignored stays so while nothing
// about it changes.
func (s *Service) writeDifference(ctx context.Context, tx *db.Tx, one finding) error {
	known, err := tx.Difference.Query().Where(difference.SaleID(one.saleID), difference.KindEQ(one.kind)).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return tx.Difference.Create().SetSaleID(one.saleID).SetKind(one.kind).SetOurs(one.ours).SetTheirs(one.theirs).SetFirstAt(s.Now()).SetLastAt(s.Now()).Exec(ctx)
	}
	if err != nil {
		return err
	}
	change := tx.Difference.UpdateOne(known).SetOurs(one.ours).SetTheirs(one.theirs).SetLastAt(s.Now())
	if known.State == enum.DifferenceGone {
		change.SetFirstAt(s.Now())
	}
	if known.State != enum.DifferenceIgnored || known.Ours != one.ours || known.Theirs != one.theirs {
		change.SetState(enum.DifferenceOpen)
	}
	return change.Exec(ctx)
}

// tellDifferences raises one failure while anything differs.
func (s *Service) tellDifferences(ctx context.Context, tx *db.Tx) error {
	open, err := tx.Difference.Query().Where(difference.StateEQ(enum.DifferenceOpen)).Count(ctx)
	if err != nil {
		return err
	}
	return s.tellWhole(ctx, tx, "mirror.differs", open > 0, fmt.Sprint(open))
}

// tellWhole raises a failure of the ERP's integration as a whole, or ends it.
func (s *Service) tellWhole(ctx context.Context, tx *db.Tx, code string, is bool, detail string) error {
	kind := enum.Vhsys
	if !is {
		return s.resolveCause(ctx, tx, code)
	}
	cause, remedy := explain(code, detail)
	return s.recordFailure(ctx, tx, problemReport{causeKey: code, code: ownCode + "." + code, integration: &kind, cause: cause, remedy: remedy, label: integrationLabel(kind)})
}

// RepairDifference brings the mirror in step again: what differs is sent anew.
func (s *Service) RepairDifference(ctx context.Context, id string) (*db.Difference, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := lockDifference(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mustBeActive(ctx, tx, enum.Vhsys); err != nil {
			return err
		}
		change, repairable := repairs[one.Kind]
		if !repairable {
			return refuse("DIFFERENCE_BY_HAND", "id", "Isto só pode ser resolvido no Vhsys: confira lá e compare de novo.", "This can only be settled at Vhsys: look there and compare again.")
		}
		update := tx.Order.Update().Where(order.SaleID(one.SaleID))
		change(update)
		if err := update.Exec(ctx); err != nil {
			return err
		}
		if err := tx.Difference.UpdateOne(one).SetState(enum.DifferenceRepairing).SetNillableHandledByID(actorID(ctx)).Exec(ctx); err != nil {
			return err
		}
		if err := s.tellDifferences(ctx, tx); err != nil {
			return err
		}
		_, _, err = s.enqueue(ctx, tx, mirrorRequest(one.SaleID))
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Difference.Get(ctx, id)
}

// repairs is what each difference makes the mirror send anew.
var repairs = map[enum.DifferenceKind]func(*db.OrderUpdate){
	enum.DifferenceOrderMissing: func(u *db.OrderUpdate) {
		u.ClearRemoteOrderID().ClearSentAt().ClearDiscountSentCents().SetItemsSent("").ClearRemoteStatusBase().ClearRemoteStatusCustomID().SetInstallmentsSent("").SetStep(enum.StepCustomer)
	},
	enum.DifferenceOrderTotal: func(u *db.OrderUpdate) {
		u.ClearDiscountSentCents().SetItemsSent("").SetInstallmentsSent("").SetStep(enum.StepItems)
	},
	enum.DifferenceInstallments: func(u *db.OrderUpdate) { u.SetInstallmentsSent("").SetStep(enum.StepInstallments) },
	enum.DifferenceOrderStatus: func(u *db.OrderUpdate) {
		u.ClearRemoteStatusBase().ClearRemoteStatusCustomID().SetStep(enum.StepStatus)
	},
}

// Repairable tells whether the mirror can send anew what differs.
func Repairable(kind enum.DifferenceKind) bool { return repairs[kind] != nil }

// IgnoreDifference notes that a difference is on purpose.
func (s *Service) IgnoreDifference(ctx context.Context, id string) (*db.Difference, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := lockDifference(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Difference.UpdateOne(one).SetState(enum.DifferenceIgnored).SetNillableHandledByID(actorID(ctx)).Exec(ctx); err != nil {
			return err
		}
		return s.tellDifferences(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Difference.Get(ctx, id)
}

func lockDifference(ctx context.Context, tx *db.Tx, id string) (*db.Difference, error) {
	one, err := tx.Difference.Query().Where(difference.ID(id)).ForUpdate().Only(ctx)
	if db.IsNotFound(err) {
		return nil, notFound("id", "A diferença", "The difference")
	}
	if err == nil && one.State != enum.DifferenceOpen {
		return nil, refuse("DIFFERENCE_STATE", "id", "Esta diferença já foi tratada: atualize a página.", "This difference was dealt with already: reload.")
	}
	return one, err
}

// repaired ends what the mirror has just sent anew.
func (s *Service) repaired(ctx context.Context, tx *db.Tx, saleID string) error {
	return tx.Difference.Update().Where(difference.SaleID(saleID), difference.StateEQ(enum.DifferenceRepairing)).
		SetState(enum.DifferenceGone).SetLastAt(s.Now()).Exec(ctx)
}

// MirrorOldSales has sales made between two days mirrored that were not yet, as a
// batch.
func (s *Service) MirrorOldSales(ctx context.Context, from, to brazil.Date) (*db.Batch, error) {
	if to < from {
		return nil, refuse("PERIOD_INVALID", "to", "O fim do período não pode ser antes do começo.", "The end of the period can't be before its start.")
	}
	var made *db.Batch
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mustBeActive(ctx, tx, enum.Vhsys); err != nil {
			return err
		}
		ids, err := tx.Sale.Query().Where(sale.CreatedAtGTE(from.Start()), sale.CreatedAtLT(to.AddDays(1).Start()), sale.Not(sale.HasOrder())).
			Order(db.Asc(sale.FieldID)).Limit(maxOldSales + 1).IDs(ctx)
		if err != nil {
			return err
		}
		if len(ids) == 0 || len(ids) > maxOldSales {
			return refuse("TOO_MANY", "from", "O período precisa ter de 1 a 10.000 vendas que ainda não estão no Vhsys.", "The period needs 1 to 10,000 sales that are not at Vhsys yet.")
		}
		made, err = s.writeSalesBatch(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made.Unwrap(), nil
}

const maxOldSales = 10_000
