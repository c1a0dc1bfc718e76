package vhsys_test

import (
	"testing"

	"ponte/billing/provider"
)

// nota makes an NFE of R$ 259,00 with its items.
func (w *world) nota(reference string) string {
	w.Helper()
	ctx := w.Context()
	customerID, err := w.FindCustomer(ctx, maria, "cus_1")
	w.must(err)
	if customerID == "" {
		customerID, err = w.CreateCustomer(ctx, maria, "cus_1")
		w.must(err)
	}
	products, err := w.Products(ctx, "ROT-AC")
	w.must(err)
	invoice := provider.InvoiceRequest{
		Kind: provider.NFe, Reference: reference, Series: "1", Nature: "Venda", CustomerID: customerID, CustomerName: maria.Name, SoldOn: "2026-08-14",
		Items: []provider.InvoiceItem{{OrderItem: provider.OrderItem{ProductID: products[0].ID, Description: "Roteador", Quantity: 1, UnitCents: 25_900}, CFOP: "5102"}},
	}
	made, err := w.CreateInvoice(ctx, invoice)
	w.must(err)
	w.must(w.AddInvoiceItems(ctx, provider.NFe, made, invoice.Items))
	w.must(w.SetInvoiceInstallments(ctx, provider.NFe, made, []provider.OrderInstallment{{DueDate: "2026-09-14", AmountCents: 25_900, PaymentMethod: "Boleto"}}))
	return made
}

func (w *world) invoiceIs(id string, wanted provider.InvoiceStatus) provider.Invoice {
	w.Helper()
	read, err := w.GetInvoice(w.Context(), provider.NFe, id)
	w.must(err)
	if read.Status != wanted {
		w.Fatalf("invoice %+v is not %s", read, wanted)
	}
	return read
}

func TestSandboxPendingInvoice(t *testing.T) {
	t.Parallel()
	w := setupWorld(t)
	w.order("PUT", "/vhsys/settings", map[string]any{"issueMode": "hold"})
	good, bad := w.nota("inv_1-1"), w.nota("inv_2-1")
	for _, id := range []string{good, bad} {
		for range 2 {
			sent, err := w.IssueInvoice(t.Context(), provider.NFe, id)
			w.must(err)
			if sent.Status != provider.InvoiceProcessing || sent.ID != id {
				t.Errorf("sent %+v", sent)
			}
		}
		w.invoiceIs(id, provider.InvoiceProcessing)
	}
	w.order("POST", "/vhsys/invoices/nfe/"+good+"/authorize", nil)
	w.order("POST", "/vhsys/invoices/nfe/"+bad+"/reject", map[string]any{"code": "733", "text": "CFOP de operação interna"})
	w.invoiceIs(good, provider.InvoiceIssued)
	if rejected := w.invoiceIs(bad, provider.InvoiceRejected); rejected.RejectionCode != "733" || rejected.RejectionText != "CFOP de operação interna" {
		t.Errorf("rejected %+v", rejected)
	}
}

func TestSandboxCanceledInvoice(t *testing.T) {
	t.Parallel()
	w := setupWorld(t)
	id := w.nota("inv_1-1")
	_, err := w.IssueInvoice(t.Context(), provider.NFe, id)
	w.must(err)
	w.order("POST", "/vhsys/invoices/nfe/"+id+"/cancel", map[string]any{"reason": "Venda desfeita pelo cliente"})
	if read := w.invoiceIs(id, provider.InvoiceCanceled); read.CanceledAt == nil || read.IssuedAt == nil {
		t.Errorf("canceled %+v", read)
	}
}

// TestSandboxOpaqueRejection refuses to issue without a reason, which then stands
// in the history only.
func TestSandboxOpaqueRejection(t *testing.T) {
	t.Parallel()
	w := setupWorld(t)
	w.order("PUT", "/vhsys/settings", map[string]any{"rejectionReply": "opaque", "rejectNext": map[string]any{"code": "610", "count": 1}})
	id := w.nota("inv_1-1")
	rejected, err := w.IssueInvoice(t.Context(), provider.NFe, id)
	w.must(err)
	if rejected.Status != provider.InvoiceRejected || rejected.RejectionCode != "610" || rejected.RejectionText == "" {
		t.Errorf("rejected %+v", rejected)
	}
	issued, err := w.IssueInvoice(t.Context(), provider.NFe, id)
	w.must(err)
	if issued.Status != provider.InvoiceIssued {
		t.Errorf("issued again as %+v", issued)
	}
}

func TestSandboxReceivables(t *testing.T) {
	t.Parallel()
	w := setupWorld(t)
	w.order("PUT", "/vhsys/settings", map[string]any{"ordersPostReceivables": true})
	orderID := w.sell("ord_1")
	w.order("POST", "/vhsys/orders/"+orderID+"/edit", map[string]any{"fields": map[string]any{"contas_pedido": "1"}}) // as a bookkeeper may
	w.must(w.SetInstallments(t.Context(), orderID, []provider.OrderInstallment{{DueDate: "2026-09-14", AmountCents: 25_900, PaymentMethod: "Boleto"}}))
	before := w.receivable()
	if before.OrderID != orderID || before.AmountCents != 25_900 || before.Settled || before.DueDate == nil || *before.DueDate != "2026-09-14" {
		t.Errorf("receivable %+v", before)
	}
	w.order("POST", "/vhsys/receivables/"+before.ID+"/settle", map[string]any{"value": "100.00"})
	if part := w.receivable(); part.Settled || part.PaidCents != 10_000 {
		t.Errorf("after a part %+v", part)
	}
	w.order("POST", "/vhsys/receivables/"+before.ID+"/settle", map[string]any{"value": "259.00"})
	if all := w.receivable(); !all.Settled || all.PaidCents != 25_900 {
		t.Errorf("after the rest %+v", all)
	}
}

func (w *world) receivable() provider.Receivable {
	w.Helper()
	var found []provider.Receivable
	w.must(w.Receivables(w.Context(), noon, func(one provider.Receivable) bool {
		found = append(found, one)
		return true
	}))
	if len(found) != 1 {
		w.Fatalf("receivables %+v", found)
	}
	return found[0]
}
