package billing

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/failure"
	"ponte/ent/db/invoice"
	"ponte/ent/db/sale"
	"ponte/ent/enum"
)

// A sale has at most one invoice of each kind, by a unique index: a button and the
// automatism that race find the same row. The row says how far it has come at the
// ERP; each step is committed when it is done, and what is not safe to repeat is
// asked for first (providers/vhsys.md, 3).

var invoiceNames = map[enum.InvoiceKind]string{enum.InvoiceNFe: "NF-e", enum.InvoiceNFSe: "NFS-e", enum.InvoiceNFCe: "NFC-e"}

func invoiceLabel(one *db.Invoice) provider.Text {
	return provider.Text{
		PT: fmt.Sprintf("%s da venda %d", invoiceNames[one.Kind], one.Edges.Sale.Number),
		EN: fmt.Sprintf("%s of sale %d", invoiceNames[one.Kind], one.Edges.Sale.Number),
	}
}

// followInvoices does what a new status of a sale means for its invoices.
func (s *Service) followInvoices(ctx context.Context, tx *db.Tx, saleID string, status enum.SaleStatus) error {
	switch status {
	case enum.SaleApproved:
		return s.planInvoices(ctx, tx, saleID)
	case enum.SaleRefunded, enum.SaleCanceled, enum.SaleExpired:
		return s.endInvoices(ctx, tx, saleID)
	}
	return nil
}

// planInvoices writes the invoices that the products of an approved sale ask for,
// and has those issued that need no person. It may be called again.
func (s *Service) planInvoices(ctx context.Context, tx *db.Tx, saleID string) error {
	active, skip, err := hearsOf(ctx, tx, saleID)
	if err != nil || !active || skip != "" {
		return err
	}
	_, plan, err := s.planSale(ctx, tx.Client(), saleID)
	if err != nil {
		return err
	}
	for _, one := range plan.Invoices {
		if one.Row != nil {
			continue
		}
		if err := s.planInvoice(ctx, tx, saleID, one); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) planInvoice(ctx context.Context, tx *db.Tx, saleID string, one *InvoicePlan) error {
	due := one.due(s.Now())
	create := tx.Invoice.Create().SetSaleID(saleID).SetKind(one.Kind).SetState(enum.InvoiceManual).SetTest(one.Request.Test).
		SetTotalCents(max(one.TotalCents, 1)).SetNillableDueAt(due).SetCreatedAt(s.Now())
	if due != nil {
		create.SetState(enum.InvoiceScheduled)
	}
	planned, err := create.Save(ctx)
	if err != nil {
		return fmt.Errorf("plan an invoice: %w", err)
	}
	if due == nil {
		return nil
	}
	_, _, err = s.enqueue(ctx, tx, invoiceRequest(planned.ID, due.Sub(s.Now())))
	return err
}

func invoiceRequest(id string, delay time.Duration) request {
	return request{kind: enum.KindIssueInvoice, integration: enum.Vhsys, subjectID: id, delay: max(delay, 0)}
}

// endInvoices follows the end of a sale: what was not begun is dropped; of what is
// issued the company's rule decides.
func (s *Service) endInvoices(ctx context.Context, tx *db.Tx, saleID string) error {
	all, err := tx.Invoice.Query().Where(invoice.SaleID(saleID)).WithSale().Order(db.Asc(invoice.FieldID)).ForUpdate().All(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		switch one.State {
		case enum.InvoiceManual, enum.InvoiceScheduled, enum.InvoiceRejected:
			err = tx.Invoice.UpdateOne(one).SetState(enum.InvoiceDropped).Exec(ctx)
		case enum.InvoiceIssuing, enum.InvoiceProcessing: // withdrawn, or followed to its answer
			_, _, err = s.enqueue(ctx, tx, invoiceRequest(one.ID, 0))
		case enum.InvoiceIssued:
			err = s.applyRefundRule(ctx, tx, one)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// applyRefundRule follows the refund of a sale whose invoice is issued.
func (s *Service) applyRefundRule(ctx context.Context, tx *db.Tx, one *db.Invoice) error {
	settings, err := settingsIn(ctx, tx, enum.Vhsys)
	if err != nil {
		return err
	}
	switch settings.RefundRule {
	case enum.RefundCancelInvoice:
		return s.askCancel(ctx, tx, one)
	case enum.RefundNotify:
		return s.recordFailure(ctx, tx, invoiceFailure(one, "invoice.sale_refunded", ""))
	}
	return nil
}

// askCancel makes the cancellation of an invoice a task for a person: no call for it
// is known (providers/vhsys.md, 2.5). The reconciliation notices when it was done.
func (s *Service) askCancel(ctx context.Context, tx *db.Tx, one *db.Invoice) error {
	if err := tx.Invoice.UpdateOne(one).SetState(enum.InvoiceCancelAsked).Exec(ctx); err != nil {
		return err
	}
	until := "?"
	if one.CancelUntil != nil {
		until = one.CancelUntil.In(brazil.SaoPaulo).Format("02/01/2006 15:04")
	}
	return s.recordFailure(ctx, tx, invoiceFailure(one, "invoice.cancel_by_hand", until))
}

// tellPartRefund tells of money given back of a sale whose invoice is issued.
func (s *Service) tellPartRefund(ctx context.Context, tx *db.Tx, c *db.Charge) error {
	issued, err := tx.Invoice.Query().Where(invoice.SaleID(c.SaleID), invoice.StateEQ(enum.InvoiceIssued)).WithSale().All(ctx)
	if err != nil {
		return err
	}
	for _, one := range issued {
		if err := s.recordFailure(ctx, tx, invoiceFailure(one, "invoice.partly_refunded", brazil.FormatCents(c.RefundedCents))); err != nil {
			return err
		}
	}
	return nil
}

// invoiceFailure reports something about an invoice that a person should know.
func invoiceFailure(one *db.Invoice, code, detail string) problemReport {
	kind := enum.Vhsys
	cause, remedy := explain(code, detail)
	return problemReport{
		causeKey: code + ":" + one.ID, code: ownCode + "." + code, integration: &kind,
		cause: cause, remedy: remedy, subjectID: one.ID, label: invoiceLabel(one),
	}
}

// InvoiceStarted is what a mutation on an invoice answers.
type InvoiceStarted struct {
	Invoice   *db.Invoice
	Operation *db.Operation
	Replayed  bool
}

// IssueInvoice issues the invoice of a kind of an approved sale now, planning it
// when the sale was approved before its products asked for it.
func (s *Service) IssueInvoice(ctx context.Context, saleID string, kind enum.InvoiceKind) (*InvoiceStarted, error) {
	started := &InvoiceStarted{}
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mustBeActive(ctx, tx, enum.Vhsys); err != nil {
			return err
		}
		sold, err := tx.Sale.Query().Where(sale.ID(saleID)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return notFound("saleId", "A venda", "The sale")
		}
		if err != nil {
			return err
		}
		buyer, err := tx.Customer.Get(ctx, sold.CustomerID)
		if err != nil {
			return err
		}
		if err := mustBeKnown(buyer, "saleId"); err != nil {
			return err
		}
		if sold.Status != enum.SaleApproved {
			return refuse("SALE_STATUS", "saleId", "Só uma venda aprovada tem nota fiscal: espere o pagamento.", "Only an approved sale has an invoice: wait for its payment.")
		}
		if err := s.planInvoices(ctx, tx, saleID); err != nil {
			return err
		}
		one, err := tx.Invoice.Query().Where(invoice.SaleID(saleID), invoice.KindEQ(kind)).ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return refuse("INVOICE_NOT_ASKED", "kind", "Nenhum item desta venda pede esta nota: confira a aba Faturamento dos produtos e o CPF/CNPJ do cliente.", "No item of this sale asks for this invoice: check the products' tab Faturamento and the customer's tax id.")
		}
		if err != nil {
			return err
		}
		return s.issueNow(ctx, tx, one, started)
	})
	if err != nil {
		return nil, err
	}
	started.Invoice, started.Operation = started.Invoice.Unwrap(), started.Operation.Unwrap()
	return started, nil
}

// issueNow makes an invoice due. One that was rejected is made anew.
func (s *Service) issueNow(ctx context.Context, tx *db.Tx, one *db.Invoice, started *InvoiceStarted) error {
	switch one.State {
	case enum.InvoiceManual, enum.InvoiceScheduled, enum.InvoiceRejected, enum.InvoiceIssuing, enum.InvoiceProcessing:
	default:
		return refuse("INVOICE_STATE", "kind", "Esta nota já foi emitida ou encerrada.", "This invoice was issued or has ended already.")
	}
	change := tx.Invoice.UpdateOne(one).SetNillableRequestedByID(actorID(ctx))
	if one.State == enum.InvoiceManual {
		change.SetState(enum.InvoiceScheduled).SetDueAt(s.Now())
	}
	if err := change.Exec(ctx); err != nil {
		return err
	}
	op, isNew, err := s.enqueue(ctx, tx, invoiceRequest(one.ID, 0))
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE operations SET next_try_at = LEAST(next_try_at, now()) WHERE id = $1 AND state = 'QUEUED'", op.ID); err != nil {
		return err
	}
	started.Operation, started.Replayed = op, !isNew
	started.Invoice, err = tx.Invoice.Get(ctx, one.ID)
	return err
}

// AskInvoiceCancel makes the cancellation of an issued invoice a task for a person.
func (s *Service) AskInvoiceCancel(ctx context.Context, id string) (*db.Invoice, error) {
	err := s.tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		one, err := tx.Invoice.Query().Where(invoice.ID(id)).WithSale().ForUpdate().Only(ctx)
		if db.IsNotFound(err) {
			return notFound("id", "A nota fiscal", "The invoice")
		}
		if err != nil {
			return err
		}
		if one.State != enum.InvoiceIssued {
			return refuse("INVOICE_STATE", "id", "Só uma nota emitida pode ser cancelada.", "Only an issued invoice can be cancelled.")
		}
		return s.askCancel(ctx, tx, one)
	})
	if err != nil {
		return nil, err
	}
	return s.DB.Invoice.Get(ctx, id)
}

// invoiceRun is one try of bringing an invoice to the authority.
type invoiceRun struct {
	*Service
	op     *db.Operation
	client provider.Mirror
	one    *db.Invoice
	sold   *db.Sale
	plan   *InvoicePlan
	wanted provider.InvoiceRequest
}

// issueInvoice brings an invoice to the authority, step by step, and follows it to
// its answer. A sale that is no longer approved drops it.
func (s *Service) issueInvoice(ctx context.Context, op *db.Operation) (finish, error) {
	run := &invoiceRun{Service: s, op: op}
	ready, err := run.load(ctx)
	if err != nil {
		return nil, err
	}
	if !ready {
		return func(ctx context.Context, tx *db.Tx) error { return s.dropInvoice(ctx, tx, op.SubjectID) }, nil
	}
	if run.isWithdrawn() {
		return run.withdraw(ctx)
	}
	for _, step := range []func(context.Context) error{run.begin, run.header, run.items, run.installments} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	told, err := run.send(ctx)
	if err != nil {
		return nil, err
	}
	return run.follow(ctx, told)
}

// dropInvoice gives up an invoice of which nothing was sent to the authority.
func (s *Service) dropInvoice(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Invoice.Update().Where(invoice.ID(id), invoice.StateIn(enum.InvoiceManual, enum.InvoiceScheduled, enum.InvoiceIssuing)).SetState(enum.InvoiceDropped).Exec(ctx)
}

// load reads everything; it answers false for an invoice that is not to be issued.
func (r *invoiceRun) load(ctx context.Context) (ready bool, err error) {
	if err := r.reload(ctx); err != nil {
		return false, err
	}
	begun := r.one.Step != enum.InvoiceHeader || r.one.SentAt != nil
	switch r.one.State {
	case enum.InvoiceIssued, enum.InvoiceCancelAsked, enum.InvoiceCanceled, enum.InvoiceDropped:
		return false, nil
	}
	sold, plan, err := r.planSale(ctx, r.DB, r.one.SaleID)
	if err != nil {
		return false, err
	}
	if r.sold = sold; sold.Status != enum.SaleApproved && !begun {
		return false, nil
	}
	if sold.Edges.Customer.RemoteID == nil || sold.Edges.Order == nil || sold.Edges.Order.RemoteOrderID == nil {
		return false, errLater // the order comes first
	}
	if r.client, err = r.mirror(ctx); err != nil {
		return false, err
	}
	for _, problem := range plan.Problems {
		return false, problem
	}
	if r.plan = plan.invoice(r.one.Kind); r.plan == nil {
		return false, ownProblem(provider.Invalid, "invoice.not_asked", "product.document", invoiceNames[r.one.Kind])
	}
	r.wanted = r.plan.Request
	return true, r.check()
}

// isWithdrawn tells whether the sale ended after the invoice was begun and before it
// was sent to the authority.
func (r *invoiceRun) isWithdrawn() bool {
	sent := r.one.State == enum.InvoiceProcessing || r.one.Step == enum.InvoiceSend && r.one.SentAt != nil
	return r.sold.Status != enum.SaleApproved && !sent
}

// withdraw throws the invoice away at the ERP.
func (r *invoiceRun) withdraw(ctx context.Context) (finish, error) {
	if r.one.RemoteID == nil && r.one.SentAt != nil {
		if err := r.findHeader(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.trash(ctx); err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) error { return r.dropInvoice(ctx, tx, r.one.ID) }, nil
}

// trash throws away what the ERP has of the invoice.
func (r *invoiceRun) trash(ctx context.Context) error {
	if r.one.RemoteID == nil {
		return nil
	}
	err := r.client.TrashInvoice(ctx, r.wanted.Kind, *r.one.RemoteID)
	if err != nil && provider.ClassOf(err) == provider.NotFound {
		return nil
	}
	return err
}

// check finds what would be refused, before anything of the invoice is at the ERP.
func (r *invoiceRun) check() error {
	switch r.one.State {
	case enum.InvoiceManual, enum.InvoiceScheduled, enum.InvoiceRejected:
		return r.client.CheckInvoice(r.wanted, r.plan.Installments)
	}
	return nil
}

func (r *invoiceRun) reload(ctx context.Context) (err error) {
	r.one, err = r.DB.Invoice.Get(ctx, r.op.SubjectID)
	return err
}

func (r *invoiceRun) save(ctx context.Context, change func(*db.InvoiceUpdateOne)) error {
	err := r.step(ctx, r.op, func(ctx context.Context, tx *db.Tx) error {
		update := tx.Invoice.UpdateOneID(r.one.ID)
		change(update)
		return update.Exec(ctx)
	})
	if err != nil {
		return err
	}
	return r.reload(ctx)
}

// begin shows that the invoice is being issued. One that was rejected is thrown
// away at the ERP and made anew, because its data may have been corrected.
func (r *invoiceRun) begin(ctx context.Context) error {
	if r.one.State == enum.InvoiceRejected {
		if err := r.trash(ctx); err != nil {
			return err
		}
		err := r.save(ctx, func(u *db.InvoiceUpdateOne) {
			u.AddEdition(1).SetStep(enum.InvoiceHeader).SetState(enum.InvoiceIssuing).ClearRemoteID().ClearSentAt().SetRejectionCode("").SetRejectionText("")
		})
		r.wanted.Reference = invoiceReference(r.one)
		return err
	}
	if r.one.State == enum.InvoiceIssuing || r.one.State == enum.InvoiceProcessing {
		return nil
	}
	return r.save(ctx, func(u *db.InvoiceUpdateOne) {
		u.SetState(enum.InvoiceIssuing).SetTotalCents(max(r.plan.TotalCents, 1))
	})
}

// header finds the invoice by our reference, or creates it.
func (r *invoiceRun) header(ctx context.Context) error {
	if r.one.RemoteID != nil {
		return nil
	}
	if r.one.SentAt != nil {
		if err := r.findHeader(ctx); err != nil || r.one.RemoteID != nil {
			return err
		}
	}
	if err := r.save(ctx, func(u *db.InvoiceUpdateOne) { u.Modify(sentNow(invoice.FieldSentAt)) }); err != nil {
		return err
	}
	created, err := r.client.CreateInvoice(ctx, r.wanted)
	if err != nil {
		return r.unsentUnlessDoubt(ctx, err)
	}
	return r.saveHeader(ctx, created)
}

// findHeader looks for the invoice that an unanswered request may have made. No
// error and no id mean that there is none and none can come any more.
func (r *invoiceRun) findHeader(ctx context.Context) error {
	settled, err := r.isSettled(ctx, "invoices", invoice.FieldSentAt, r.one.ID)
	if err != nil {
		return err
	}
	found, err := r.client.FindInvoice(ctx, r.wanted.Kind, r.wanted.Reference, r.wanted.CustomerName, r.one.CreatedAt.Add(-24*time.Hour))
	switch {
	case err != nil:
		return err
	case found != "":
		return r.saveHeader(ctx, found)
	case !settled:
		return errSettling
	}
	return nil
}

func (r *invoiceRun) saveHeader(ctx context.Context, id string) error {
	return r.save(ctx, func(u *db.InvoiceUpdateOne) { u.SetRemoteID(id).SetStep(enum.InvoiceItems).ClearSentAt() })
}

// unsentUnlessDoubt takes an intent back when the request certainly did nothing.
func (r *invoiceRun) unsentUnlessDoubt(ctx context.Context, cause error) error {
	if provider.ClassOf(cause) == provider.Ambiguous {
		return cause
	}
	if err := r.save(ctx, func(u *db.InvoiceUpdateOne) { u.ClearSentAt() }); err != nil {
		return err
	}
	return cause
}

// items sends the items once, as those of an order.
func (r *invoiceRun) items(ctx context.Context) error {
	if r.one.Step != enum.InvoiceItems {
		return nil
	}
	if r.one.Kind == enum.InvoiceNFSe { // the header has said it all
		return r.save(ctx, func(u *db.InvoiceUpdateOne) { u.SetStep(enum.InvoiceSend) })
	}
	settled, err := r.isSettled(ctx, "invoices", invoice.FieldSentAt, r.one.ID)
	if err != nil {
		return err
	}
	there, err := r.client.InvoiceItems(ctx, r.wanted.Kind, *r.one.RemoteID)
	if err != nil {
		return err
	}
	if !sameItems(there, orderItems(r.wanted.Items)) {
		if !settled {
			return errSettling
		}
		if err := r.sendItems(ctx, there); err != nil {
			return err
		}
	}
	return r.save(ctx, func(u *db.InvoiceUpdateOne) { u.SetStep(enum.InvoiceInstallments).ClearSentAt() })
}

func orderItems(items []provider.InvoiceItem) []provider.OrderItem {
	lines := make([]provider.OrderItem, len(items))
	for i, item := range items {
		lines[i] = item.OrderItem
	}
	return lines
}

func (r *invoiceRun) sendItems(ctx context.Context, there []provider.OrderItem) error {
	for _, item := range there {
		if err := r.client.RemoveInvoiceItem(ctx, r.wanted.Kind, *r.one.RemoteID, item.ID); err != nil {
			return err
		}
	}
	if err := r.save(ctx, func(u *db.InvoiceUpdateOne) { u.Modify(sentNow(invoice.FieldSentAt)) }); err != nil {
		return err
	}
	if err := r.client.AddInvoiceItems(ctx, r.wanted.Kind, *r.one.RemoteID, r.wanted.Items); err != nil {
		return r.unsentUnlessDoubt(ctx, err)
	}
	return nil
}

// installments are the invoice's share of those of the order; sending them twice is
// harmless.
func (r *invoiceRun) installments(ctx context.Context) error {
	if r.one.Step != enum.InvoiceInstallments {
		return nil
	}
	if installments := r.plan.Installments; len(installments) > 0 {
		if err := r.client.SetInvoiceInstallments(ctx, r.wanted.Kind, *r.one.RemoteID, installments); err != nil {
			return err
		}
	}
	return r.save(ctx, func(u *db.InvoiceUpdateOne) { u.SetStep(enum.InvoiceSend).ClearSentAt() })
}

// send has the ERP send the invoice to the authority, once. After a doubt the
// invoice is read until the settle window is over.
func (r *invoiceRun) send(ctx context.Context) (provider.Invoice, error) {
	if r.one.SentAt != nil || r.one.State == enum.InvoiceProcessing {
		settled, err := r.isSettled(ctx, "invoices", invoice.FieldSentAt, r.one.ID)
		if err != nil {
			return provider.Invoice{}, err
		}
		told, err := r.client.GetInvoice(ctx, r.wanted.Kind, *r.one.RemoteID)
		switch {
		case err != nil:
			return provider.Invoice{}, err
		case told.Status != provider.InvoiceOpen:
			return told, nil
		case !settled:
			return provider.Invoice{}, errSettling
		}
	}
	if stands, err := r.DB.Sale.Query().Where(sale.ID(r.sold.ID), sale.StatusEQ(enum.SaleApproved)).Exist(ctx); err != nil || !stands {
		return provider.Invoice{}, cmp.Or(err, errLater) // it ended meanwhile: the next try withdraws the invoice
	}
	if err := r.save(ctx, func(u *db.InvoiceUpdateOne) { u.Modify(sentNow(invoice.FieldSentAt)) }); err != nil {
		return provider.Invoice{}, err
	}
	told, err := r.client.IssueInvoice(ctx, r.wanted.Kind, *r.one.RemoteID)
	if err != nil {
		return provider.Invoice{}, r.unsentUnlessDoubt(ctx, err)
	}
	return told, nil
}

// follow writes the authority's answer down. Without one the invoice is looked at
// again; a rejection is a failure that names the field to correct.
func (r *invoiceRun) follow(ctx context.Context, told provider.Invoice) (finish, error) {
	switch told.Status {
	case provider.InvoiceOpen, provider.InvoiceProcessing:
		return nil, lookAgain{wait: max(r.Timing.RetryMax/8, r.Timing.RetryBase), done: func(ctx context.Context, tx *db.Tx) error {
			return tx.Invoice.UpdateOneID(r.one.ID).SetState(enum.InvoiceProcessing).Exec(ctx)
		}}
	case provider.InvoiceRejected:
		if err := r.rejected(ctx, told); err != nil {
			return nil, err
		}
		return nil, r.Providers.Rejection(told.RejectionCode, told.RejectionText)
	}
	return func(ctx context.Context, tx *db.Tx) error { return r.issued(ctx, tx, told) }, nil
}

func (r *invoiceRun) rejected(ctx context.Context, told provider.Invoice) error {
	err := r.step(ctx, r.op, func(ctx context.Context, tx *db.Tx) error {
		err := tx.Invoice.UpdateOneID(r.one.ID).SetState(enum.InvoiceRejected).ClearSentAt().SetRejectionCode(told.RejectionCode).SetRejectionText(told.RejectionText).Exec(ctx)
		if err != nil {
			return err
		}
		return r.announceInvoice(ctx, tx, r.one.ID)
	})
	if err != nil {
		return err
	}
	return r.reload(ctx)
}

func (r *invoiceRun) issued(ctx context.Context, tx *db.Tx, told provider.Invoice) error {
	one, err := tx.Invoice.Query().Where(invoice.ID(r.one.ID)).WithSale().ForUpdate().Only(ctx)
	if err != nil {
		return err
	}
	settings, err := settingsIn(ctx, tx, enum.Vhsys)
	if err != nil {
		return err
	}
	at := r.Now()
	if told.IssuedAt != nil {
		at = *told.IssuedAt
	}
	change := tx.Invoice.UpdateOne(one).SetState(enum.InvoiceIssued).SetStep(enum.InvoiceDone).ClearSentAt().SetIssuedAt(at).
		SetNumber(told.Number).SetAccessKey(told.AccessKey).SetProtocol(told.Protocol).SetPdf(told.PDF).SetXML(told.XML).
		SetRejectionCode("").SetRejectionText("").SetNillableCancelUntil(cancelUntil(one.Kind, settings.CompanyState, at))
	if told.Status == provider.InvoiceCanceled {
		change.SetState(enum.InvoiceCanceled).SetNillableCanceledAt(told.CanceledAt)
	}
	if one, err = change.Save(ctx); err != nil {
		return err
	}
	if err := r.announceInvoice(ctx, tx, one.ID); err != nil {
		return err
	}
	sold, err := tx.Sale.Get(ctx, one.SaleID)
	if err != nil || sold.Status == enum.SaleApproved || one.State != enum.InvoiceIssued {
		return err
	}
	one.Edges.Sale = sold
	return r.applyRefundRule(ctx, tx, one) // it was refunded while the note was on its way
}

// cancelHours is how long each state lets an NF-e be cancelled; 24 hours where it
// is not listed (providers/vhsys.md, 5).
var cancelHours = map[string]int{"MT": 2, "AL": 168, "PR": 168, "RS": 168}

const usualCancelHours = 24

// cancelUntil is the last moment at which an invoice can be cancelled; none for a
// service, whose town decides.
func cancelUntil(kind enum.InvoiceKind, state string, issued time.Time) *time.Time {
	if kind == enum.InvoiceNFSe {
		return nil
	}
	hours, listed := cancelHours[state]
	if !listed {
		hours = usualCancelHours
	}
	until := issued.Add(time.Duration(hours) * time.Hour)
	return &until
}

// noteCanceled writes down that a person has cancelled an invoice at the ERP.
func (s *Service) noteCanceled(ctx context.Context, tx *db.Tx, one *db.Invoice, told provider.Invoice) error {
	at := s.Now()
	if told.CanceledAt != nil {
		at = *told.CanceledAt
	}
	if err := tx.Invoice.UpdateOne(one).SetState(enum.InvoiceCanceled).SetCanceledAt(at).Exec(ctx); err != nil {
		return err
	}
	if err := s.announceInvoice(ctx, tx, one.ID); err != nil {
		return err
	}
	return s.resolveWhere(ctx, tx, failure.CauseKeyIn("invoice.cancel_by_hand:"+one.ID, "invoice.sale_refunded:"+one.ID))
}
