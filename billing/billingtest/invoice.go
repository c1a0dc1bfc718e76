package billingtest

import (
	"fmt"

	"ponte/billing"
	"ponte/ent/db"
	"ponte/ent/db/invoice"
	"ponte/ent/enum"
)

// ProviderInvoice is a nota fiscal in the simulated ERP's own record.
type ProviderInvoice struct {
	ID      int64            `json:"id"`
	Kind    string           `json:"kind"`
	State   string           `json:"state"`
	Trashed bool             `json:"trashed"`
	Record  map[string]any   `json:"record"`
	Items   []map[string]any `json:"items"`

	Installments []map[string]any `json:"installments"`
}

// ProviderInvoices answers every nota fiscal of the simulated ERP.
func (w *World) ProviderInvoices() []ProviderInvoice {
	w.Helper()
	var invoices []ProviderInvoice
	w.Control("GET", "/vhsys/invoices", nil, &invoices)
	return invoices
}

// Invoiced makes a product whose sale asks for a nota fiscal.
func (w *World) Invoiced(priceCents int64, document enum.InvoiceDocument, timing enum.InvoiceTiming) *db.Product {
	w.Helper()
	n := w.next()
	remoteID := w.RemoteProduct("CURSO-GO")
	invoicing := &billing.Invoicing{RemoteProductID: &remoteID, RemoteProductName: Ref("Livro"), Document: document, Timing: timing, Ncm: Ref("49019900"), Cfop: Ref("5102"), UnitOrServiceCode: Ref("UN")}
	if document == enum.DocumentNFSe {
		invoicing.Ncm, invoicing.Cfop, invoicing.UnitOrServiceCode = Ref("00"), nil, Ref("8.02")
	}
	if timing == enum.TimingDaysAfterApproval {
		invoicing.DaysAfterApproval = Ref(7)
	}
	return must[*db.Product](w)(w.SaveProduct(w.ctx, billing.SaveProduct{Code: fmt.Sprintf("NF%d", n), Name: fmt.Sprintf("Livro %d", n), PriceCents: priceCents, Active: true, Invoicing: invoicing}))
}

// Person makes a customer with a CPF who lives in the state of the simulated
// company.
func (w *World) Person() *db.Customer {
	w.Helper()
	n := w.next()
	taxID := CPF(n)
	return must[*db.Customer](w)(w.SaveCustomer(w.ctx, billing.SaveCustomer{
		Name: fmt.Sprintf("Joana Prado %d", n), TaxID: &taxID, Email: Ref(fmt.Sprintf("pessoa%d@example.test", n)), Phone: Ref(fmt.Sprintf("419%08d", n)),
		Address: &billing.AddressInput{Street: "Rua XV de Novembro", Number: "10", District: "Centro", City: "Curitiba", State: "PR", PostalCode: "80020-310"},
	}))
}

// Invoice reads the nota fiscal of a sale; nil when it has none.
func (w *World) Invoice(saleID string) *db.Invoice {
	w.Helper()
	one, err := w.DB.Invoice.Query().Where(invoice.SaleID(saleID)).Only(w.ctx)
	if db.IsNotFound(err) {
		return nil
	}
	w.Must(err)
	return one
}

// UntilInvoice waits until the nota fiscal of a sale has the state.
func (w *World) UntilInvoice(saleID string, state enum.InvoiceState) *db.Invoice {
	w.Helper()
	w.Until(fmt.Sprintf("the invoice of %s is %s", saleID, state), func() bool {
		one := w.Invoice(saleID)
		return one != nil && one.State == state
	})
	return w.Invoice(saleID)
}
