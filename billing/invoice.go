package billing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/failure"
	"ponte/ent/db/invoice"
	"ponte/ent/db/sale"
	"ponte/ent/db/saleitem"
	"ponte/ent/enum"
)

// A sale has at most one invoice of each kind, by a unique index: a button and the
// automatism that race find the same row. The row says how far it has come at the
// ERP; each step is committed when it is done, and what is not safe to repeat is
// asked for first (providers/vhsys.md, 3).

// invoiceKinds are the documents of products that are invoices.
var invoiceKinds = map[enum.InvoiceDocument]enum.InvoiceKind{
	enum.DocumentNFe: enum.InvoiceNFe, enum.DocumentNFSe: enum.InvoiceNFSe, enum.DocumentNFCe: enum.InvoiceNFCe,
}

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
	settings, _, err := mirrorable(ctx, tx, saleID)
	if err != nil || settings == nil {
		return err
	}
	sold, err := tx.Sale.Query().Where(sale.ID(saleID)).WithCustomer().WithOrder().WithItems(func(q *db.SaleItemQuery) {
		q.WithProduct().Order(db.Asc(saleitem.FieldPosition))
	}).Only(ctx)
	if err != nil || sold.Edges.Customer.TaxID == "" { // an invoice needs a tax id
		return err
	}
	for kind, items := range itemsByKind(sold) {
		if err := s.planInvoice(ctx, tx, sold, settings, kind, items); err != nil {
			return err
		}
	}
	return nil
}

func itemsByKind(sold *db.Sale) map[enum.InvoiceKind][]*db.SaleItem {
	found := map[enum.InvoiceKind][]*db.SaleItem{}
	for _, item := range sold.Edges.Items {
		if item.Edges.Product == nil {
			continue
		}
		if kind, asked := invoiceKinds[item.Edges.Product.Document]; asked {
			found[kind] = append(found[kind], item)
		}
	}
	return found
}

func (s *Service) planInvoice(ctx context.Context, tx *db.Tx, sold *db.Sale, settings *db.Integration, kind enum.InvoiceKind, items []*db.SaleItem) error {
	known, err := tx.Invoice.Query().Where(invoice.SaleID(sold.ID), invoice.KindEQ(kind)).Exist(ctx)
	if err != nil || known {
		return err
	}
	due := dueOf(items, s.Now())
	var total int64
	for _, item := range items {
		total += item.UnitCents * int64(item.Quantity)
	}
	create := tx.Invoice.Create().SetSaleID(sold.ID).SetKind(kind).SetState(enum.InvoiceManual).SetTest(isTest(settings, kind)).
		SetTotalCents(max(total, 1)).SetNillableDueAt(due).SetCreatedAt(s.Now())
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

// dueOf is when an invoice of the items is issued by itself: the last moment that
// one of them asks for; none when one of them waits for a person.
func dueOf(items []*db.SaleItem, approved time.Time) *time.Time {
	due := approved
	for _, item := range items {
		switch product := item.Edges.Product; product.Timing {
		case enum.TimingManual:
			return nil
		case enum.TimingDaysAfterApproval:
			if later := approved.AddDate(0, 0, value(product.DaysAfterApproval)); later.After(due) {
				due = later
			}
		}
	}
	return &due
}

func isTest(settings *db.Integration, kind enum.InvoiceKind) bool {
	return map[enum.InvoiceKind]bool{enum.InvoiceNFe: settings.NfeTest, enum.InvoiceNFSe: settings.NfseTest, enum.InvoiceNFCe: settings.NfceTest}[kind]
}

func seriesOf(settings *db.Integration, kind enum.InvoiceKind) string {
	return map[enum.InvoiceKind]string{enum.InvoiceNFe: settings.NfeSeries, enum.InvoiceNFSe: settings.NfseSeries, enum.InvoiceNFCe: settings.NfceSeries}[kind]
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
	plan   *MirrorPlan
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

func (s *Service) dropInvoice(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Invoice.Update().Where(invoice.ID(id), invoice.StateIn(enum.InvoiceManual, enum.InvoiceScheduled)).SetState(enum.InvoiceDropped).Exec(ctx)
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
	if r.sold, err = r.saleForMirror(ctx, r.one.SaleID); err != nil {
		return false, err
	}
	if r.sold.Status != enum.SaleApproved && !begun {
		return false, nil
	}
	if r.sold.Edges.Customer.RemoteID == nil || r.sold.Edges.Order == nil || r.sold.Edges.Order.RemoteOrderID == nil {
		return false, errLater // the order comes first
	}
	settings, err := r.settings(ctx, enum.Vhsys)
	if err != nil {
		return false, err
	}
	if r.client, err = r.mirror(ctx); err != nil {
		return false, err
	}
	if r.plan, err = r.Service.plan(ctx, r.sold, settings); err != nil {
		return false, err
	}
	for _, problem := range r.plan.Problems {
		return false, problem
	}
	r.wanted = r.request(settings)
	return true, r.check()
}

// check finds what would be refused, before anything of the invoice is at the ERP.
func (r *invoiceRun) check() error {
	switch r.one.State {
	case enum.InvoiceManual, enum.InvoiceScheduled, enum.InvoiceRejected:
		return r.client.CheckInvoice(r.wanted, r.instalmentsOf())
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

// reference is ours; a rejected invoice that is made anew has another one.
func (r *invoiceRun) reference() string { return fmt.Sprintf("%s-%d", r.one.ID, r.one.Edition) }

// request is the invoice as it is asked for: its items at the prices of the order,
// and their share of the order's discount.
func (r *invoiceRun) request(settings *db.Integration) provider.InvoiceRequest {
	wanted := provider.InvoiceRequest{
		Kind: provider.InvoiceKind(r.one.Kind), Reference: r.reference(), Test: r.one.Test, Series: seriesOf(settings, r.one.Kind),
		Nature: "Venda", CustomerID: *r.sold.Edges.Customer.RemoteID, CustomerName: r.sold.Edges.Customer.Name,
		SoldOn: r.today(), Note: fmt.Sprintf("Venda %d", r.sold.Number), CompanyState: settings.CompanyState,
	}
	buyer := payer(r.sold.Edges.Customer)
	wanted.Customer = &buyer
	var all, own int64
	for _, line := range r.plan.lines {
		cents := line.UnitCents * line.Quantity
		all += cents
		product := line.sold.Edges.Product
		if product == nil || invoiceKinds[product.Document] != r.one.Kind {
			continue
		}
		own += cents
		wanted.Items = append(wanted.Items, invoiceItem(line, product))
	}
	wanted.DiscountCents = brazil.MulDiv(r.plan.DiscountCents, own, max(all, 1))
	if r.one.Kind == enum.InvoiceNFSe {
		wanted.Items = oneService(wanted.Items)
	}
	return wanted
}

func invoiceItem(line planLine, product *db.Product) provider.InvoiceItem {
	item := provider.InvoiceItem{OrderItem: line.OrderItem, NCM: value(product.Ncm), CFOP: value(product.Cfop)}
	if product.Document == enum.DocumentNFSe {
		item.ServiceCode = value(product.UnitOrServiceCode)
	} else {
		item.Unit = value(product.UnitOrServiceCode)
	}
	return item
}

// oneService puts several services into the one that an NFS-e has.
func oneService(items []provider.InvoiceItem) []provider.InvoiceItem {
	if len(items) < 2 {
		return items
	}
	one := items[0]
	one.UnitCents, one.Quantity = 0, 1
	one.Description = ""
	for i, item := range items {
		if i > 0 {
			one.Description += "; "
		}
		one.Description += item.Description
		one.UnitCents += item.UnitCents * item.Quantity
	}
	if letters := []rune(one.Description); len(letters) > maxTitle {
		one.Description = string(letters[:maxTitle])
	}
	return []provider.InvoiceItem{one}
}

// instalmentsOf are those of the order; one that was due before the invoice is due
// on its day, because the authority takes none of the past.
func (r *invoiceRun) instalmentsOf() []provider.OrderInstallment {
	if r.one.Kind != enum.InvoiceNFe || r.one.TotalCents != r.plan.TotalCents {
		return nil
	}
	installments := slices.Clone(r.plan.Installments)
	for i := range installments {
		installments[i].DueDate = max(installments[i].DueDate, r.today())
	}
	return installments
}

// begin shows that the invoice is being issued. One that was rejected is thrown
// away at the ERP and made anew, because its data may have been corrected.
func (r *invoiceRun) begin(ctx context.Context) error {
	if r.one.State == enum.InvoiceRejected {
		if r.one.RemoteID != nil {
			if err := r.client.TrashInvoice(ctx, r.wanted.Kind, *r.one.RemoteID); err != nil && provider.ClassOf(err) != provider.NotFound {
				return err
			}
		}
		err := r.save(ctx, func(u *db.InvoiceUpdateOne) {
			u.AddEdition(1).SetStep(enum.InvoiceHeader).SetState(enum.InvoiceIssuing).ClearRemoteID().ClearSentAt().SetRejectionCode("").SetRejectionText("")
		})
		r.wanted.Reference = r.reference()
		return err
	}
	if r.one.State == enum.InvoiceIssuing || r.one.State == enum.InvoiceProcessing {
		return nil
	}
	total := -r.wanted.DiscountCents
	for _, item := range r.wanted.Items {
		total += item.UnitCents * item.Quantity
	}
	return r.save(ctx, func(u *db.InvoiceUpdateOne) { u.SetState(enum.InvoiceIssuing).SetTotalCents(max(total, 1)) })
}

// header finds the invoice by our reference, or creates it.
func (r *invoiceRun) header(ctx context.Context) error {
	if r.one.RemoteID != nil {
		return nil
	}
	if r.one.SentAt != nil {
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

// installments are those of the order, when the invoice is the whole of it; sending
// them twice is harmless.
func (r *invoiceRun) installments(ctx context.Context) error {
	if r.one.Step != enum.InvoiceInstallments {
		return nil
	}
	if installments := r.instalmentsOf(); len(installments) > 0 {
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
		err := r.save(ctx, func(u *db.InvoiceUpdateOne) {
			u.SetState(enum.InvoiceRejected).ClearSentAt().SetRejectionCode(told.RejectionCode).SetRejectionText(told.RejectionText)
		})
		if err != nil {
			return nil, err
		}
		return nil, r.Providers.Rejection(told.RejectionCode, told.RejectionText)
	}
	return func(ctx context.Context, tx *db.Tx) error { return r.issued(ctx, tx, told) }, nil
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
	return s.resolveWhere(ctx, tx, failure.CauseKeyIn("invoice.cancel_by_hand:"+one.ID, "invoice.sale_refunded:"+one.ID))
}
