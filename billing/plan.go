package billing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/charge"
	"ponte/ent/db/integration"
	"ponte/ent/db/sale"
	"ponte/ent/db/saleitem"
	"ponte/ent/enum"
)

// What the ERP is to have of a sale is worked out here, once, by planMirror: the
// mirror and the invoices send it, the preview shows it, the comparison holds it
// against what is there.

// MirrorPlan is what the ERP is to have of a sale.
type MirrorPlan struct {
	Skip         enum.MirrorSkip // why the ERP does not hear of the sale; "" when it does
	Customer     *db.Customer
	Order        provider.OrderRequest // without the ids that are not known yet
	Items        []provider.OrderItem
	Installments []provider.OrderInstallment // empty when they are not sent
	TotalCents   int64
	Status       *provider.OrderStatus // nil when the sale's status is not mapped
	Invoices     []*InvoicePlan        // in the order of invoiceOrder
	Problems     []*provider.Error     // what is missing

	lines []planLine // the items with what was sold
}

// invoice answers the plan of a kind; nil when no product asks for it.
func (p *MirrorPlan) invoice(kind enum.InvoiceKind) *InvoicePlan {
	for _, one := range p.Invoices {
		if one.Kind == kind {
			return one
		}
	}
	return nil
}

// InvoicePlan is one invoice of a sale.
type InvoicePlan struct {
	Kind         enum.InvoiceKind
	Row          *db.Invoice             // nil while it is not planned
	Request      provider.InvoiceRequest // without the ids that are not known yet
	Installments []provider.OrderInstallment
	TotalCents   int64
	Timing       enum.InvoiceTiming
	Days         int               // after the approval
	Problems     []*provider.Error // what the ERP or the authority would refuse; of a preview only
}

// mirrorTerms are the company's choices that decide what is sent.
type mirrorTerms struct {
	settings *db.Integration
	methods  map[enum.PaymentMethod]string
	statuses map[enum.MappedSaleStatus]provider.OrderStatus
	today    brazil.Date
}

// PreviewMirror answers what would be sent for a sale, and what would be refused of
// it; nil when there is no such sale. The integration may be off or not saved yet.
func (s *Service) PreviewMirror(ctx context.Context, saleID string) (*MirrorPlan, error) {
	_, plan, err := s.planSale(ctx, s.DB, saleID)
	if db.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	checks := s.Providers.Mirror("", "") // checking needs no access
	for _, one := range plan.Invoices {
		if one.Problems, err = withProblem(one.Problems, checks.CheckInvoice(complete(one.Request), one.Installments)); err != nil {
			return nil, err
		}
	}
	if len(plan.Problems) > 0 { // they say it better
		return plan, nil
	}
	wanted := plan.Order
	wanted.Reference, wanted.CustomerID = cmp.Or(wanted.Reference, unknownReference), cmp.Or(wanted.CustomerID, unknownID)
	plan.Problems, err = withProblem(plan.Problems, checks.CheckOrder(payer(plan.Customer), wanted, plan.Items, plan.Installments))
	return plan, err
}

// What stands for the ids that only sending makes known, so that they are not told
// as missing.
const (
	unknownID        = "1"
	unknownReference = "-"
)

func complete(request provider.InvoiceRequest) provider.InvoiceRequest {
	request.Reference, request.CustomerID = cmp.Or(request.Reference, unknownReference), cmp.Or(request.CustomerID, unknownID)
	return request
}

func withProblem(problems []*provider.Error, err error) ([]*provider.Error, error) {
	var problem *provider.Error
	if errors.As(err, &problem) {
		return append(problems, problem), nil
	}
	return problems, err
}

// planSale reads a sale and plans its mirror, inside a transaction when the client
// is one.
func (s *Service) planSale(ctx context.Context, client *db.Client, saleID string) (*db.Sale, *MirrorPlan, error) {
	sold, err := saleForMirror(ctx, client, saleID)
	if err != nil {
		return nil, nil, err
	}
	terms, err := s.mirrorTerms(ctx, client)
	if err != nil {
		return nil, nil, err
	}
	return sold, planMirror(sold, terms), nil
}

func saleForMirror(ctx context.Context, client *db.Client, saleID string) (*db.Sale, error) {
	return client.Sale.Query().Where(sale.ID(saleID)).WithCustomer().WithOrder().WithInvoices().
		WithItems(func(q *db.SaleItemQuery) { q.WithProduct().Order(db.Asc(saleitem.FieldPosition)) }).
		WithCharges(func(q *db.ChargeQuery) {
			q.Where(charge.ReplacedAtIsNil()).Order(db.Asc(charge.FieldInstallment))
		}).Only(ctx)
}

func (s *Service) mirrorTerms(ctx context.Context, client *db.Client) (*mirrorTerms, error) {
	settings, err := client.Integration.Query().Where(integration.KindEQ(enum.Vhsys)).Only(ctx)
	if db.IsNotFound(err) {
		settings, err = unsavedVhsys(), nil
	}
	if err != nil {
		return nil, err
	}
	terms := &mirrorTerms{settings: settings, methods: map[enum.PaymentMethod]string{}, statuses: map[enum.MappedSaleStatus]provider.OrderStatus{}, today: s.today()}
	methods, err := client.PaymentMethodMapping.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range methods {
		terms.methods[one.Method] = one.RemoteMethod
	}
	statuses, err := client.SaleStatusMapping.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range statuses {
		terms.statuses[one.Status] = provider.OrderStatus{Base: one.Base, CustomID: value(one.CustomID), Name: one.Name}
	}
	return terms, nil
}

// unsavedVhsys are the settings that an integration begins with.
func unsavedVhsys() *db.Integration {
	return &db.Integration{
		SendInstallments: integration.DefaultSendInstallments, ForeignRule: integration.DefaultForeignRule,
		NfeTest: integration.DefaultNfeTest, NfseTest: integration.DefaultNfseTest, NfceTest: integration.DefaultNfceTest,
		NfeSeries: integration.DefaultNfeSeries, NfseSeries: integration.DefaultNfseSeries, NfceSeries: integration.DefaultNfceSeries,
	}
}

// skipOf tells why the ERP does not hear of a sale; "" when it does.
func skipOf(sold *db.Sale, settings *db.Integration) enum.MirrorSkip {
	switch {
	case !isMirrored(sold.Edges.Items):
		return enum.SkipNotAsked
	case sold.Edges.Customer.AnonymizedAt != nil: // the order that is there goes on, no other is made
		if sold.Edges.Order == nil || sold.Edges.Order.RemoteOrderID == nil {
			return enum.SkipNoTaxID
		}
	case sold.Edges.Customer.TaxID == "" && settings.ForeignRule == enum.ForeignSkip:
		return enum.SkipNoTaxID
	case sold.Edges.Order == nil && settings.MirrorFrom != nil && brazil.DateOf(sold.CreatedAt) < *settings.MirrorFrom:
		return enum.SkipBeforeCutOff
	}
	return ""
}

// isMirrored tells whether some item asks for an order at the ERP.
func isMirrored(items []*db.SaleItem) bool {
	for _, item := range items {
		if item.Edges.Product != nil && item.Edges.Product.Document != enum.DocumentNone {
			return true
		}
	}
	return false
}

// planMirror works out what the ERP is to have. With interest the item prices are
// raised until the order's total is what is charged; without it items and
// instalments stay at the cash price (Criar venda com juros). An order that was
// begun keeps the choice of that moment.
func planMirror(sold *db.Sale, terms *mirrorTerms) *MirrorPlan {
	plan := &MirrorPlan{Skip: skipOf(sold, terms.settings), Customer: sold.Edges.Customer, TotalCents: sold.ItemsCents - sold.DiscountCents}
	plan.Order = provider.OrderRequest{
		CustomerID: value(sold.Edges.Customer.RemoteID), CustomerName: sold.Edges.Customer.Name,
		SoldOn: brazil.DateOf(sold.CreatedAt), Note: saleNote(sold), DiscountCents: sold.DiscountCents,
	}
	withInterest := terms.settings.WithInterest
	if begun := sold.Edges.Order; begun != nil {
		withInterest, plan.Order.Reference = begun.WithInterest, begun.ID
	}
	if withInterest {
		plan.TotalCents = sold.TotalCents
	}
	plan.lines = planItems(plan, sold)
	for _, line := range plan.lines {
		plan.Items = append(plan.Items, line.OrderItem)
	}
	method := remoteMethod(plan, mirroredMethod(sold), terms)
	if terms.settings.SendInstallments {
		plan.Installments = planInstallments(sold, plan.TotalCents, method)
	}
	if plan.Status = remoteStatus(plan, sold.Status, terms); plan.Status != nil {
		plan.Order.Status = *plan.Status
	}
	plan.Invoices = invoicePlans(plan, sold, terms)
	return plan
}

func saleNote(sold *db.Sale) string { return fmt.Sprintf("Venda %d", sold.Number) }

// planLine is a line of the order with what was sold.
type planLine struct {
	provider.OrderItem
	sold *db.SaleItem
}

func (l planLine) cents() int64 { return l.UnitCents * l.Quantity }

func planItems(plan *MirrorPlan, sold *db.Sale) []planLine {
	lines := make([]planLine, 0, len(sold.Edges.Items)+1)
	for _, item := range sold.Edges.Items {
		remoteID := ""
		if product := item.Edges.Product; product != nil {
			remoteID = value(product.RemoteProductID)
		}
		if remoteID == "" {
			plan.Problems = append(plan.Problems, ownProblem(provider.Invalid, "mirror.product_unmapped", "product.remoteProductId", item.Description))
		}
		lines = append(lines, planLine{sold: item, OrderItem: provider.OrderItem{
			ProductID: remoteID, Description: itemDescription(sold, item), Quantity: int64(item.Quantity), UnitCents: item.UnitCents}})
	}
	return grossUp(lines, sold.ItemsCents, plan.TotalCents+plan.Order.DiscountCents)
}

// itemDescription fills the product's template.
func itemDescription(sold *db.Sale, item *db.SaleItem) string {
	product := item.Edges.Product
	if product == nil || value(product.DescriptionTemplate) == "" {
		return item.Description
	}
	return strings.NewReplacer("{product}", item.Description, "{sale}", fmt.Sprint(sold.Number), "{customer}", sold.Edges.Customer.Name).
		Replace(*product.DescriptionTemplate)
}

// grossUp raises the unit prices of items that add up to fromCents until they add
// up to toCents. The cents that do not divide go to one piece of the last item.
func grossUp(items []planLine, fromCents, toCents int64) []planLine {
	if fromCents == toCents {
		return items
	}
	rest := toCents
	for i := range items {
		items[i].UnitCents = brazil.MulDiv(items[i].UnitCents, toCents, max(fromCents, 1))
		rest -= items[i].cents()
	}
	last := &items[len(items)-1]
	if rest == 0 {
		return items
	}
	if last.Quantity == 1 {
		last.UnitCents += rest
		return items
	}
	last.Quantity--
	odd := *last
	odd.Quantity, odd.UnitCents = 1, last.UnitCents+rest
	return append(items, odd)
}

// planInstallments answers one instalment for each charge, which add up to the
// total of the order.
func planInstallments(sold *db.Sale, totalCents int64, method string) []provider.OrderInstallment {
	charges := sold.Edges.Charges
	if len(charges) == 0 {
		return nil
	}
	amounts := make([]int64, len(charges))
	for i, c := range charges {
		amounts[i] = c.AmountCents
	}
	if totalCents != sold.TotalCents {
		amounts = brazil.Split(totalCents, len(charges))
	}
	installments := make([]provider.OrderInstallment, len(charges))
	for i, c := range charges {
		installments[i] = provider.OrderInstallment{DueDate: c.DueDate, AmountCents: amounts[i], PaymentMethod: method, Note: fmt.Sprintf("Cobrança %d", c.Number)}
	}
	return installments
}

func remoteMethod(plan *MirrorPlan, method enum.PaymentMethod, terms *mirrorTerms) string {
	remote, mapped := terms.methods[method]
	if !mapped {
		plan.Problems = append(plan.Problems, ownProblem(provider.Invalid, "mirror.method_unmapped", "methods", methodNames[method]))
	}
	return remote
}

func remoteStatus(plan *MirrorPlan, status enum.SaleStatus, terms *mirrorTerms) *provider.OrderStatus {
	wanted := mappedStatus(status)
	if remote, mapped := terms.statuses[wanted]; mapped {
		return &remote
	}
	plan.Problems = append(plan.Problems, ownProblem(provider.Invalid, "mirror.status_unmapped", "statuses", mappedNames[wanted]))
	return nil
}

func mappedStatus(status enum.SaleStatus) enum.MappedSaleStatus {
	if status == enum.SaleExpired {
		return enum.MappedCanceled
	}
	return enum.MappedSaleStatus(status)
}

// invoiceOrder is the order in which the invoices of a sale are worked out.
var invoiceOrder = []enum.InvoiceKind{enum.InvoiceNFe, enum.InvoiceNFSe, enum.InvoiceNFCe}

// invoiceKinds are the documents of products that are invoices.
var invoiceKinds = map[enum.InvoiceDocument]enum.InvoiceKind{
	enum.DocumentNFe: enum.InvoiceNFe, enum.DocumentNFSe: enum.InvoiceNFSe, enum.DocumentNFCe: enum.InvoiceNFCe,
}

// kindOf answers which invoice an item asks for; "" for none.
func kindOf(item *db.SaleItem) enum.InvoiceKind {
	if item.Edges.Product == nil {
		return ""
	}
	return invoiceKinds[item.Edges.Product.Document]
}

// invoicePlans answers one invoice for each kind that the products ask for. A buyer
// without a tax id gets none.
func invoicePlans(plan *MirrorPlan, sold *db.Sale, terms *mirrorTerms) []*InvoicePlan {
	if sold.Edges.Customer.TaxID == "" {
		return nil
	}
	var invoices []*InvoicePlan
	var before int64 // what the kinds before this one come to
	for _, kind := range invoiceOrder {
		lines, cents := linesOf(plan, kind)
		if len(lines) == 0 {
			continue
		}
		one := &InvoicePlan{Kind: kind}
		for _, row := range sold.Edges.Invoices {
			if row.Kind == kind {
				one.Row = row
			}
		}
		one.Request = invoiceRequestOf(one, sold, terms, lines)
		one.Request.DiscountCents = shareOf(plan.Order.DiscountCents, before, before+cents, plan.TotalCents+plan.Order.DiscountCents)
		one.TotalCents = cents - one.Request.DiscountCents
		one.Timing, one.Days = timingOf(lines)
		if kind == enum.InvoiceNFe {
			one.Installments = invoiceInstallments(plan, one.TotalCents, terms.today)
		}
		before += cents
		invoices = append(invoices, one)
	}
	return invoices
}

func linesOf(plan *MirrorPlan, kind enum.InvoiceKind) (lines []planLine, cents int64) {
	for _, line := range plan.lines {
		if kindOf(line.sold) == kind {
			lines, cents = append(lines, line), cents+line.cents()
		}
	}
	return lines, cents
}

// shareOf is the part of an amount that belongs to what lies between two marks of a
// whole. The shares of parts that follow each other add up to the amount.
func shareOf(amount, from, to, whole int64) int64 {
	return brazil.MulDiv(amount, to, max(whole, 1)) - brazil.MulDiv(amount, from, max(whole, 1))
}

// invoiceRequestOf is the invoice as it is asked for, at the prices of the order.
func invoiceRequestOf(one *InvoicePlan, sold *db.Sale, terms *mirrorTerms, lines []planLine) provider.InvoiceRequest {
	buyer := payer(sold.Edges.Customer)
	request := provider.InvoiceRequest{
		Kind: provider.InvoiceKind(one.Kind), Test: isTest(terms.settings, one.Kind), Series: seriesOf(terms.settings, one.Kind),
		Nature: "Venda", CustomerID: value(sold.Edges.Customer.RemoteID), CustomerName: sold.Edges.Customer.Name,
		SoldOn: terms.today, Note: saleNote(sold), CompanyState: terms.settings.CompanyState, Customer: &buyer,
	}
	if one.Row != nil {
		request.Test, request.Reference = one.Row.Test, invoiceReference(one.Row)
	}
	for _, line := range lines {
		request.Items = append(request.Items, invoiceItem(line))
	}
	if one.Kind == enum.InvoiceNFSe {
		request.Items = oneService(request.Items)
	}
	return request
}

// invoiceReference is ours; a rejected invoice that is made anew has another one.
func invoiceReference(row *db.Invoice) string { return fmt.Sprintf("%s-%d", row.ID, row.Edition) }

func isTest(settings *db.Integration, kind enum.InvoiceKind) bool {
	return map[enum.InvoiceKind]bool{enum.InvoiceNFe: settings.NfeTest, enum.InvoiceNFSe: settings.NfseTest, enum.InvoiceNFCe: settings.NfceTest}[kind]
}

func seriesOf(settings *db.Integration, kind enum.InvoiceKind) string {
	return map[enum.InvoiceKind]string{enum.InvoiceNFe: settings.NfeSeries, enum.InvoiceNFSe: settings.NfseSeries, enum.InvoiceNFCe: settings.NfceSeries}[kind]
}

func invoiceItem(line planLine) provider.InvoiceItem {
	product := line.sold.Edges.Product
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
	descriptions := make([]string, len(items))
	for i, item := range items {
		descriptions[i] = item.Description
		one.UnitCents += item.UnitCents * item.Quantity
	}
	one.Description = strings.Join(descriptions, "; ")
	if letters := []rune(one.Description); len(letters) > maxTitle {
		one.Description = string(letters[:maxTitle])
	}
	return []provider.InvoiceItem{one}
}

// invoiceInstallments are the invoice's share of those of the order, and add up to
// its total. One that was due before is due today, because the authority takes none
// of the past.
func invoiceInstallments(plan *MirrorPlan, totalCents int64, today brazil.Date) []provider.OrderInstallment {
	var installments []provider.OrderInstallment
	var before int64
	for _, one := range plan.Installments {
		from := before
		before += one.AmountCents
		one.AmountCents = shareOf(totalCents, from, before, plan.TotalCents)
		one.DueDate = max(one.DueDate, today)
		if one.AmountCents > 0 {
			installments = append(installments, one)
		}
	}
	return installments
}

// timingOf is when an invoice is issued by itself: the latest that one of its items
// asks for, and not at all when one of them waits for a person.
func timingOf(lines []planLine) (timing enum.InvoiceTiming, days int) {
	timing = enum.TimingOnApproval
	for _, line := range lines {
		switch product := line.sold.Edges.Product; product.Timing {
		case enum.TimingManual:
			return enum.TimingManual, 0
		case enum.TimingDaysAfterApproval:
			timing, days = enum.TimingDaysAfterApproval, max(days, value(product.DaysAfterApproval))
		}
	}
	return timing, days
}

// due is when the invoice of a sale that was approved at the moment is issued by
// itself; nil when it waits for a person.
func (p *InvoicePlan) due(approved time.Time) *time.Time {
	if p.Timing == enum.TimingManual {
		return nil
	}
	due := approved.AddDate(0, 0, p.Days)
	return &due
}
