package billingtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// MirrorCall is a write of a Mirror whose answer can be lost.
type MirrorCall string

// The writes that are not repeat-safe.
const (
	CallCreateCustomer  MirrorCall = "CreateCustomer"
	CallCreateOrder     MirrorCall = "CreateOrder"
	CallAddItems        MirrorCall = "AddItems"
	CallCreateInvoice   MirrorCall = "CreateInvoice"
	CallAddInvoiceItems MirrorCall = "AddInvoiceItems"
	CallIssueInvoice    MirrorCall = "IssueInvoice"
)

// MirrorFixture is a Mirror before an ERP that nobody else uses, and what people
// and networks do to it.
type MirrorFixture struct {
	Mirror    provider.Mirror
	ProductID string           // of goods that may be invoiced
	Now       func() time.Time // the ERP's clock
	State     string           // of the company

	Lose   func(call MirrorCall, kind provider.InvoiceKind, done bool) // the next one has no answer, though it was done
	Lag    func(lag time.Duration)                                     // how long reads lag behind writes from now on
	Reject func(code, text string)                                     // has the authority reject the next invoice
	Trash  func(order bool, id string)                                 // an order or a customer
}

// mirrorTest is one test of a Mirror.
type mirrorTest struct {
	*testing.T
	MirrorFixture
	ctx   context.Context
	buyer provider.Payer
}

// Mirror is what every Mirror has to hold. Each part gets an ERP of its own.
func Mirror(t *testing.T, fixture func(*testing.T) MirrorFixture) {
	t.Helper()
	for name, test := range map[string]func(*mirrorTest){
		"account":                              testAccount,
		"customer":                             testCustomer,
		"customer without a tax id":            testForeignCustomer,
		"order":                                testOrder,
		"items":                                testItems,
		"instalments":                          testInstallments,
		"status":                               testStatus,
		"changed orders":                       testChangedOrders,
		"lost answer: customer":                testLostCustomer,
		"lost answer: order":                   testLostOrder,
		"lost answer: items":                   testLostItems,
		"lost answer: items of an invoice":     testLostInvoiceItems,
		"reads that lag":                       testLag,
		"an order of nobody":                   testAbsent,
		"nothing is sent of an invalid sale":   testInvalid,
		"the kinds of invoice have their ways": testInvoiceKinds,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newMirrorTest(t, fixture))
		})
	}
	for _, kind := range []provider.InvoiceKind{provider.NFe, provider.NFSe, provider.NFCe} {
		for name, test := range map[string]func(*mirrorTest, provider.InvoiceKind){
			"issue": testInvoice, "trash": testTrashInvoice, "rejection": testRejection,
			"lost answer: invoice": testLostInvoice, "lost answer: issue": testLostIssue,
		} {
			t.Run(string(kind)+" "+name, func(t *testing.T) {
				t.Parallel()
				test(newMirrorTest(t, fixture), kind)
			})
		}
	}
}

func newMirrorTest(t *testing.T, fixture func(*testing.T) MirrorFixture) *mirrorTest {
	t.Helper()
	m := &mirrorTest{T: t, MirrorFixture: fixture(t), ctx: t.Context()}
	m.buyer = provider.Payer{
		Name: "Maria Souza & Irmãs", TaxID: "52998224725", Email: "maria@example.test", Phone: "41999998888",
		Address: &provider.Address{Street: "Rua A", Number: "10", District: "Centro", PostalCode: "80010000", City: "Curitiba", State: m.State},
	}
	return m
}

func (m *mirrorTest) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

func (m *mirrorTest) wants(err error, class provider.Class) {
	m.Helper()
	if err == nil || provider.ClassOf(err) != class {
		m.Fatalf("error %v is not %s", err, class)
	}
}

func (m *mirrorTest) today() brazil.Date { return brazil.DateOf(m.Now()) }

// customer answers the buyer's id, and makes the record the first time.
func (m *mirrorTest) customer() string {
	m.Helper()
	found, err := m.Mirror.FindCustomer(m.ctx, m.buyer, "cus_buyer")
	m.must(err)
	if found == "" {
		found, err = m.Mirror.CreateCustomer(m.ctx, m.buyer, "cus_buyer")
		m.must(err)
	}
	return found
}

func (m *mirrorTest) orderRequest(reference string) provider.OrderRequest {
	m.Helper()
	return provider.OrderRequest{
		Reference: reference, CustomerID: m.customer(), CustomerName: m.buyer.Name, SoldOn: m.today(), Note: "Venda 42", DiscountCents: 150,
		Status: provider.OrderStatus{Base: "Em Aberto"},
	}
}

func (m *mirrorTest) order(reference string) string {
	m.Helper()
	made, err := m.Mirror.CreateOrder(m.ctx, m.orderRequest(reference))
	m.must(err)
	return made
}

func (m *mirrorTest) lines() []provider.OrderItem {
	return []provider.OrderItem{
		{ProductID: m.ProductID, Description: "Roteador – sala 1", Quantity: 3, UnitCents: 3_333},
		{ProductID: m.ProductID, Description: "Roteador <2>", Quantity: 1, UnitCents: 1},
	}
}

func testAccount(m *mirrorTest) {
	m.must(m.Mirror.Ping(m.ctx))
	settles, err := m.Mirror.SettlesByItself(m.ctx)
	m.must(err)
	if settles {
		m.Error("the ERP settles by itself")
	}
	if len(m.Mirror.PaymentMethods()) == 0 {
		m.Error("no payment methods")
	}
}

func testCustomer(m *mirrorTest) {
	none, err := m.Mirror.FindCustomer(m.ctx, m.buyer, "cus_1")
	m.must(err)
	made, err := m.Mirror.CreateCustomer(m.ctx, m.buyer, "cus_1")
	m.must(err)
	if none != "" || made == "" {
		m.Errorf("found %q before, made %q", none, made)
	}
	m.finds(made, m.buyer, "cus_1")
	m.finds(made, m.buyer, "cus_2") // the tax id counts, not our reference
	m.finds("", provider.Payer{Name: m.buyer.Name, TaxID: "11222333000181"}, "cus_1")
	m.Trash(false, made)
	m.finds(made, m.buyer, "cus_1")
}

func (m *mirrorTest) finds(wanted string, buyer provider.Payer, reference string) {
	m.Helper()
	found, err := m.Mirror.FindCustomer(m.ctx, buyer, reference)
	m.must(err)
	if found != wanted {
		m.Errorf("the customer %s %s is %q, not %q", buyer.TaxID, reference, found, wanted)
	}
}

func testForeignCustomer(m *mirrorTest) {
	buyer := provider.Payer{Name: "John Smith", Address: &provider.Address{Street: "5th Avenue", City: "New York", PostalCode: "10001"}}
	m.finds("", buyer, "cus_1")
	first, err := m.Mirror.CreateCustomer(m.ctx, buyer, "cus_1")
	m.must(err)
	second, err := m.Mirror.CreateCustomer(m.ctx, buyer, "cus_2")
	m.must(err)
	m.finds(first, buyer, "cus_1")
	m.finds(second, buyer, "cus_2")
	m.finds("", buyer, "cus_3")
	m.finds("", buyer, "cus_")
}

func testOrder(m *mirrorTest) {
	made, other := m.order("ord_1"), m.order("ord_2")
	m.findsOrder(made, "ord_1")
	m.findsOrder(other, "ord_2")
	m.findsOrder("", "ord_")
	m.must(m.Mirror.AddItems(m.ctx, made, m.lines()))
	m.has(made, 10_000-150, 150, false)
	for range 2 {
		m.must(m.Mirror.SetDiscount(m.ctx, made, m.buyer.Name, 1_000))
	}
	m.has(made, 9_000, 1_000, false)
	m.Trash(true, made)
	m.has(made, 9_000, 1_000, true)
}

func (m *mirrorTest) findsOrder(wanted, reference string) {
	m.Helper()
	found, err := m.Mirror.FindOrder(m.ctx, reference, m.buyer.Name, m.Now())
	m.must(err)
	if found != wanted {
		m.Errorf("the order %s is %q, not %q", reference, found, wanted)
	}
}

func (m *mirrorTest) has(orderID string, total, discount int64, trashed bool) {
	m.Helper()
	read, err := m.Mirror.GetOrder(m.ctx, orderID)
	m.must(err)
	if read.ID != orderID || read.Reference != "ord_1" || read.TotalCents != total || read.DiscountCents != discount || read.Trashed != trashed {
		m.Errorf("order %+v", read)
	}
	if read.Status.Base != "Em Aberto" || read.ChangedAt.IsZero() {
		m.Errorf("order %+v", read)
	}
}

func testItems(m *mirrorTest) {
	orderID := m.order("ord_1")
	m.hasItems(orderID)
	m.must(m.Mirror.AddItems(m.ctx, orderID, m.lines()))
	items := m.hasItems(orderID, m.lines()...)
	for range 2 {
		m.must(m.Mirror.RemoveItem(m.ctx, orderID, items[0].ID))
	}
	m.hasItems(orderID, m.lines()[1])
}

func (m *mirrorTest) hasItems(orderID string, wanted ...provider.OrderItem) []provider.OrderItem {
	m.Helper()
	items, err := m.Mirror.Items(m.ctx, orderID)
	m.must(err)
	m.sameLines(items, wanted)
	return items
}

func (m *mirrorTest) sameLines(items, wanted []provider.OrderItem) {
	m.Helper()
	same := slices.EqualFunc(items, wanted, func(a, b provider.OrderItem) bool {
		named := a.ID != ""
		a.ID = ""
		return named && a == b
	})
	if !same {
		m.Fatalf("items %+v, not %+v", items, wanted)
	}
}

func testInstallments(m *mirrorTest) {
	orderID := m.order("ord_1")
	method := m.Mirror.PaymentMethods()[0]
	first := []provider.OrderInstallment{{DueDate: m.today(), AmountCents: 1, PaymentMethod: method}}
	second := []provider.OrderInstallment{
		{DueDate: m.today().AddDays(30), AmountCents: 5_000, PaymentMethod: method, Note: "1/2"},
		{DueDate: m.today().AddDays(60), AmountCents: 4_850, PaymentMethod: method, Note: "2/2"},
	}
	for _, wanted := range [][]provider.OrderInstallment{first, second, second} {
		m.must(m.Mirror.SetInstallments(m.ctx, orderID, wanted))
		read, err := m.Mirror.Installments(m.ctx, orderID)
		m.must(err)
		if !slices.Equal(read, wanted) {
			m.Errorf("instalments %+v, not %+v", read, wanted)
		}
	}
}

func testStatus(m *mirrorTest) {
	orderID := m.order("ord_1")
	statuses, err := m.Mirror.Statuses(m.ctx)
	m.must(err)
	for _, wanted := range statuses {
		for range 2 {
			m.must(m.Mirror.SetStatus(m.ctx, orderID, wanted, m.today()))
		}
		status, err := m.Mirror.Status(m.ctx, orderID)
		m.must(err)
		if status.Base != wanted.Base || status.CustomID != wanted.CustomID {
			m.Errorf("status %+v, not %+v", status, wanted)
		}
	}
}

func testChangedOrders(m *mirrorTest) {
	live, trashed := m.order("ord_1"), m.order("ord_2")
	m.Trash(true, trashed)
	seen := map[string]provider.Order{}
	m.must(m.Mirror.ChangedOrders(m.ctx, m.Now().Add(-time.Hour), func(order provider.Order) bool {
		seen[order.ID] = order
		return true
	}))
	if len(seen) != 2 || seen[live].Trashed || seen[live].Reference != "ord_1" || !seen[trashed].Trashed || seen[trashed].Reference != "ord_2" {
		m.Errorf("changed %+v", seen)
	}
	count := 0
	m.must(m.Mirror.ChangedOrders(m.ctx, m.Now().Add(-time.Hour), func(provider.Order) bool { count++; return false }))
	m.must(m.Mirror.ChangedOrders(m.ctx, m.Now().Add(24*time.Hour), func(provider.Order) bool { count++; return true }))
	if count != 1 {
		m.Errorf("%d orders, not one", count)
	}
}

// eachEnd tests a lost answer of both kinds: nothing was done, and all was.
func (m *mirrorTest) eachEnd(call MirrorCall, kind provider.InvoiceKind, test func(reference string, done bool)) {
	m.Helper()
	for reference, done := range map[string]bool{"ref_undone": false, "ref_done": true} {
		m.Lose(call, kind, done)
		test(reference, done)
	}
}

func testLostCustomer(m *mirrorTest) {
	buyers := map[string]provider.Payer{"ref_undone": m.buyer, "ref_done": {Name: "Empresa", TaxID: "12ABC34501DE35"}}
	m.eachEnd(CallCreateCustomer, "", func(reference string, done bool) {
		_, err := m.Mirror.CreateCustomer(m.ctx, buyers[reference], reference)
		m.wants(err, provider.Ambiguous)
		found, err := m.Mirror.FindCustomer(m.ctx, buyers[reference], reference)
		m.must(err)
		if (found != "") != done {
			m.Errorf("found %q, done %v", found, done)
		}
	})
}

func testLostOrder(m *mirrorTest) {
	m.customer()
	m.eachEnd(CallCreateOrder, "", func(reference string, done bool) {
		_, err := m.Mirror.CreateOrder(m.ctx, m.orderRequest(reference))
		m.wants(err, provider.Ambiguous)
		found, err := m.Mirror.FindOrder(m.ctx, reference, m.buyer.Name, m.Now())
		m.must(err)
		if (found != "") != done {
			m.Errorf("found %q, done %v", found, done)
		}
	})
}

func testLostItems(m *mirrorTest) {
	orders := map[string]string{"ref_undone": m.order("ord_1"), "ref_done": m.order("ord_2")}
	m.eachEnd(CallAddItems, "", func(reference string, done bool) {
		m.wants(m.Mirror.AddItems(m.ctx, orders[reference], m.lines()), provider.Ambiguous)
		if done {
			m.hasItems(orders[reference], m.lines()...)
		} else {
			m.hasItems(orders[reference])
		}
	})
}

func testLag(m *mirrorTest) {
	m.customer()
	request := m.orderRequest("ord_1")
	m.Lag(200 * time.Millisecond)
	made, err := m.Mirror.CreateOrder(m.ctx, request)
	m.must(err)
	m.findsOrder("", "ord_1")
	time.Sleep(250 * time.Millisecond)
	m.findsOrder(made, "ord_1")
}

func testAbsent(m *mirrorTest) {
	const nobody = "999999999"
	_, err := m.Mirror.GetOrder(m.ctx, nobody)
	m.wants(err, provider.NotFound)
	_, err = m.Mirror.Status(m.ctx, nobody)
	m.wants(err, provider.NotFound)
	_, err = m.Mirror.GetInvoice(m.ctx, provider.NFe, nobody)
	m.wants(err, provider.NotFound)
	m.must(m.Mirror.TrashInvoice(m.ctx, provider.NFe, nobody))
	if _, err = m.Mirror.IssueInvoice(m.ctx, provider.NFe, nobody); err == nil {
		m.Error("an invoice of nobody was issued")
	}
}

func testInvalid(m *mirrorTest) {
	ctx, recorder := provider.WithRecorder(m.ctx)
	_, err := m.Mirror.CreateCustomer(ctx, provider.Payer{Name: "Maria", TaxID: "1"}, "cus_1")
	m.wants(err, provider.Invalid)
	_, err = m.Mirror.CreateOrder(ctx, provider.OrderRequest{Reference: "ord_1"})
	m.wants(err, provider.Invalid)
	_, err = m.Mirror.CreateInvoice(ctx, provider.InvoiceRequest{Kind: provider.NFe, Reference: "inv_1"})
	m.wants(err, provider.Invalid)
	if sent := recorder.Attempts(); len(sent) != 0 {
		m.Errorf("sent %+v", sent)
	}
}

func (m *mirrorTest) invoiceRequest(kind provider.InvoiceKind, reference string) provider.InvoiceRequest {
	m.Helper()
	invoice := provider.InvoiceRequest{
		Kind: kind, Reference: reference, Test: true, Series: "1", Nature: "Venda", CustomerID: m.customer(), CustomerName: m.buyer.Name,
		SoldOn: m.today(), Note: "Venda 42", Customer: &m.buyer, CompanyState: m.State,
	}
	if kind == provider.NFSe {
		line := provider.OrderItem{Description: "Curso", Quantity: 2, UnitCents: 5_000}
		invoice.Items = []provider.InvoiceItem{{OrderItem: line, ServiceCode: "8.02"}}
		return invoice
	}
	for _, line := range m.lines() {
		invoice.Items = append(invoice.Items, provider.InvoiceItem{OrderItem: line, NCM: "85176241", CFOP: "5102", Unit: "UN"})
	}
	return invoice
}

// invoice makes an invoice of R$ 100,00 that can be issued.
func (m *mirrorTest) invoice(kind provider.InvoiceKind, reference string) string {
	m.Helper()
	request := m.invoiceRequest(kind, reference)
	installments := []provider.OrderInstallment{{DueDate: m.today().AddDays(30), AmountCents: 10_000}}
	m.must(m.Mirror.CheckInvoice(request, installments))
	made, err := m.Mirror.CreateInvoice(m.ctx, request)
	m.must(err)
	if kind != provider.NFSe {
		m.must(m.Mirror.AddInvoiceItems(m.ctx, kind, made, request.Items))
	}
	for range 2 {
		m.must(m.Mirror.SetInvoiceInstallments(m.ctx, kind, made, installments))
	}
	return made
}

func testInvoice(m *mirrorTest, kind provider.InvoiceKind) {
	made := m.invoice(kind, "inv_1-1")
	m.findsInvoice(made, kind, "inv_1-1")
	m.findsInvoice("", kind, "inv_1")
	m.stands(kind, made, provider.InvoiceOpen)
	issued, err := m.Mirror.IssueInvoice(m.ctx, kind, made)
	m.must(err)
	m.isIssued(kind, issued)
	if issued.PDF == "" {
		m.Errorf("no PDF: %+v", issued)
	}
	m.isIssued(kind, m.stands(kind, made, provider.InvoiceIssued))
	again, err := m.Mirror.IssueInvoice(m.ctx, kind, made)
	m.must(err)
	if again.Number != issued.Number || again.AccessKey != issued.AccessKey {
		m.Errorf("issued again as %+v", again)
	}
	m.isIssued(kind, again)
	if err := m.Mirror.TrashInvoice(m.ctx, kind, made); err == nil {
		m.Error("an issued invoice was thrown away")
	}
}

func (m *mirrorTest) isIssued(kind provider.InvoiceKind, invoice provider.Invoice) {
	m.Helper()
	if invoice.Status != provider.InvoiceIssued || invoice.Number == "" || invoice.Protocol == "" || invoice.TotalCents != 10_000 || invoice.IssuedAt == nil || invoice.Reference != "inv_1-1" {
		m.Errorf("issued %+v", invoice)
	}
	if kind != provider.NFSe && len(invoice.AccessKey) != 44 {
		m.Errorf("access key %q", invoice.AccessKey)
	}
}

func (m *mirrorTest) stands(kind provider.InvoiceKind, invoiceID string, wanted provider.InvoiceStatus) provider.Invoice {
	m.Helper()
	read, err := m.Mirror.GetInvoice(m.ctx, kind, invoiceID)
	m.must(err)
	if read.ID != invoiceID || read.Status != wanted {
		m.Fatalf("invoice %+v is not %s", read, wanted)
	}
	return read
}

func (m *mirrorTest) findsInvoice(wanted string, kind provider.InvoiceKind, reference string) {
	m.Helper()
	found, err := m.Mirror.FindInvoice(m.ctx, kind, reference, m.buyer.Name, m.Now())
	m.must(err)
	if found != wanted {
		m.Errorf("the invoice %s is %q, not %q", reference, found, wanted)
	}
}

func testTrashInvoice(m *mirrorTest, kind provider.InvoiceKind) {
	made := m.invoice(kind, "inv_1-1")
	for range 2 {
		m.must(m.Mirror.TrashInvoice(m.ctx, kind, made))
	}
	m.findsInvoice("", kind, "inv_1-1")
}

func testRejection(m *mirrorTest, kind provider.InvoiceKind) {
	made := m.invoice(kind, "inv_1-1")
	m.Reject("778", "Informado NCM inexistente")
	rejected, err := m.Mirror.IssueInvoice(m.ctx, kind, made)
	m.must(err)
	for _, told := range []provider.Invoice{rejected, m.stands(kind, made, provider.InvoiceRejected)} {
		if told.Status != provider.InvoiceRejected || told.RejectionCode != "778" || told.RejectionText != "Informado NCM inexistente" {
			m.Errorf("told %+v", told)
		}
	}
	m.must(m.Mirror.TrashInvoice(m.ctx, kind, made))
}

func testLostInvoice(m *mirrorTest, kind provider.InvoiceKind) {
	m.customer()
	m.eachEnd(CallCreateInvoice, kind, func(reference string, done bool) {
		_, err := m.Mirror.CreateInvoice(m.ctx, m.invoiceRequest(kind, reference))
		m.wants(err, provider.Ambiguous)
		found, err := m.Mirror.FindInvoice(m.ctx, kind, reference, m.buyer.Name, m.Now())
		m.must(err)
		if (found != "") != done {
			m.Errorf("found %q, done %v", found, done)
		}
	})
}

func testLostIssue(m *mirrorTest, kind provider.InvoiceKind) {
	invoices := map[string]string{"ref_undone": m.invoice(kind, "inv_1-1"), "ref_done": m.invoice(kind, "inv_2-1")}
	m.eachEnd(CallIssueInvoice, kind, func(reference string, done bool) {
		_, err := m.Mirror.IssueInvoice(m.ctx, kind, invoices[reference])
		m.wants(err, provider.Ambiguous)
		wanted := provider.InvoiceOpen
		if done {
			wanted = provider.InvoiceIssued
		}
		m.stands(kind, invoices[reference], wanted)
	})
}

func testLostInvoiceItems(m *mirrorTest) {
	invoices := map[string]string{}
	for _, reference := range []string{"ref_undone", "ref_done"} {
		made, err := m.Mirror.CreateInvoice(m.ctx, m.invoiceRequest(provider.NFe, reference))
		m.must(err)
		invoices[reference] = made
	}
	m.eachEnd(CallAddInvoiceItems, provider.NFe, func(reference string, done bool) {
		m.wants(m.Mirror.AddInvoiceItems(m.ctx, provider.NFe, invoices[reference], m.invoiceRequest(provider.NFe, reference).Items), provider.Ambiguous)
		wanted := m.lines()
		if !done {
			wanted = nil
		}
		lines, err := m.Mirror.InvoiceItems(m.ctx, provider.NFe, invoices[reference])
		m.must(err)
		m.sameLines(lines, wanted)
	})
}

// testInvoiceKinds holds to what the kinds do not have: of those nothing is sent.
func testInvoiceKinds(m *mirrorTest) {
	made := m.invoice(provider.NFSe, "inv_1-1")
	m.must(m.Mirror.AddInvoiceItems(m.ctx, provider.NFSe, made, m.invoiceRequest(provider.NFSe, "inv_1-1").Items))
	lines, err := m.Mirror.InvoiceItems(m.ctx, provider.NFSe, made)
	m.must(err)
	m.sameLines(lines, nil)
	goods := m.invoice(provider.NFe, "inv_2-1")
	lines, err = m.Mirror.InvoiceItems(m.ctx, provider.NFe, goods)
	m.must(err)
	m.sameLines(lines, m.lines())
	for range 2 {
		m.must(m.Mirror.RemoveInvoiceItem(m.ctx, provider.NFe, goods, lines[0].ID))
	}
	lines, err = m.Mirror.InvoiceItems(m.ctx, provider.NFe, goods)
	m.must(err)
	m.sameLines(lines, m.lines()[1:])
}
