package billing_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// soldInvoiced makes and pays a sale of one piece of a product, to a person.
func soldInvoiced(w *billingtest.World, product *db.Product) *db.Sale {
	w.Helper()
	input := w.NewSale(1_000, 1)
	input.CustomerID, input.Items = w.Person().ID, []*billing.NewItem{{ProductID: &product.ID, Quantity: 1}}
	started, err := w.CreateSale(w.Context(), input)
	w.Must(err)
	c := w.UntilStatus(w.Charges(started.Sale.ID)[0].ID, enum.ChargeWaiting)
	w.Pay(c, billingtest.Payment{})
	return w.UntilSale(started.Sale.ID, enum.SaleApproved)
}

// remoteInvoices answers the ERP's notas of a sale that are not in the trash.
func remoteInvoices(w *billingtest.World, sold *db.Sale) []billingtest.ProviderInvoice {
	w.Helper()
	one := w.Invoice(sold.ID)
	var found []billingtest.ProviderInvoice
	for _, there := range w.ProviderInvoices() {
		if one != nil && !there.Trashed && strings.Contains(fmt.Sprint(there.Record["obs_interno_pedido"]), one.ID) {
			found = append(found, there)
		}
	}
	return found
}

func TestInvoice(t *testing.T) {
	t.Parallel()
	for _, document := range []enum.InvoiceDocument{enum.DocumentNFe, enum.DocumentNFSe, enum.DocumentNFCe} {
		t.Run(string(document)+" is issued by itself, once", func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			sold := soldInvoiced(w, w.Invoiced(59_90, document, enum.TimingOnApproval))
			issued := w.UntilInvoice(sold.ID, enum.InvoiceIssued)
			if issued.Number == "" || issued.Protocol == "" || issued.TotalCents != 59_90 || !issued.Test || issued.Pdf == "" {
				t.Errorf("%+v", issued)
			}
			if document != enum.DocumentNFSe && (len(issued.AccessKey) != 44 || issued.CancelUntil == nil) {
				t.Errorf("key %q, can be cancelled until %v", issued.AccessKey, issued.CancelUntil)
			}
			w.UntilIdle()
			if there := remoteInvoices(w, sold); len(there) != 1 {
				t.Errorf("%d notas at the ERP", len(there))
			}
		})
	}
	t.Run("waits for a person when the product says so", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingManual))
		w.UntilIdle()
		if one := w.Invoice(sold.ID); one.State != enum.InvoiceManual {
			t.Fatalf("it is %s", one.State)
		}
		w.Must(second(w.IssueInvoice(w.Context(), sold.ID, enum.InvoiceNFe)))
		w.UntilInvoice(sold.ID, enum.InvoiceIssued)
		if err := second(w.IssueInvoice(w.Context(), sold.ID, enum.InvoiceNFe)); !refusedAs(err, "INVOICE_STATE") {
			t.Errorf("a second time: %v", err)
		}
	})
	t.Run("waits days, and looks again whether the sale still stands", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingDaysAfterApproval))
		one := w.UntilInvoice(sold.ID, enum.InvoiceScheduled)
		if days := one.DueAt.Sub(w.Clock()).Hours() / 24; days < 6.9 || days > 7.1 {
			t.Errorf("due in %v days", days)
		}
		w.Act(w.Charges(sold.ID)[0], "refund")
		w.UntilInvoice(sold.ID, enum.InvoiceDropped)
		if len(w.ProviderInvoices()) != 0 {
			t.Error("a nota was made for a refunded sale")
		}
	})
	t.Run("the button and the automatism race", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t, billingtest.Still).Ready()
		second := w.NewService(w.Pool, billingtest.Timing())
		w.Run(w.Service)
		w.Run(second)
		sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval))
		var clicks sync.WaitGroup
		for range 12 {
			clicks.Go(func() { _, _ = w.IssueInvoice(w.Context(), sold.ID, enum.InvoiceNFe) }) // most are refused: it is issued
		}
		clicks.Wait()
		w.UntilInvoice(sold.ID, enum.InvoiceIssued)
		w.UntilIdle()
		if there := remoteInvoices(w, sold); len(there) != 1 {
			t.Errorf("%d notas at the ERP", len(there))
		}
	})
}

func refusedAs(err error, code string) bool {
	refusal, ok := billing.AsRefusal(err)
	return ok && refusal[0].Code == code
}

// TestInvoiceFaults loses, spoils and delays each request of the path of a nota.
func TestInvoiceFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"drop_before", "drop_after", "late", "status", "garbage", "truncate"} {
		for _, route := range []string{"POST /v2/notas-fiscais", "POST /v2/notas-fiscais/:id/produtos", "POST /v2/notas-fiscais/:id/emitir"} {
			t.Run(kind+" at "+route, func(t *testing.T) {
				t.Parallel()
				w := billingtest.New(t).Ready()
				w.FailVhsys(billingtest.Fault{Route: route, Kind: kind, Count: 2, DelayMs: 150})
				sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval))
				w.UntilInvoice(sold.ID, enum.InvoiceIssued)
				w.UntilIdle()
				there := remoteInvoices(w, sold)
				if len(there) != 1 || len(there[0].Items) != 1 || billingtest.Cents(there[0].Record["valor_total_nota"]) != 59_90 {
					t.Errorf("%d notas: %+v", len(there), there)
				}
				w.AssertPromises()
			})
		}
	}
}

func TestInvoiceRejected(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	w.Control("PUT", "/vhsys/settings", map[string]any{"rejectNext": map[string]any{"kind": "nfe", "code": "778", "text": "Rejeição 778: Informado NCM inexistente", "count": 1}}, nil)
	sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval))
	rejected := w.UntilInvoice(sold.ID, enum.InvoiceRejected)
	told := w.UntilFailure("sefaz.778")
	if rejected.RejectionCode != "778" || told.SubjectID != rejected.ID || told.FormField == nil || !strings.Contains(*told.FormField, "ncm") {
		t.Errorf("%+v, told %+v", rejected, told)
	}
	w.Must(second(w.IssueInvoice(w.Context(), sold.ID, enum.InvoiceNFe)))
	issued := w.UntilInvoice(sold.ID, enum.InvoiceIssued)
	w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
	if there := remoteInvoices(w, sold); len(there) != 1 || issued.Edition != 2 || issued.RejectionCode != "" {
		t.Errorf("%d notas, %+v", len(there), issued)
	}
}

func TestInvoiceOfARefundedSale(t *testing.T) {
	t.Parallel()
	for rule, code := range map[enum.RefundRule]string{
		enum.RefundStatusOnly: "", enum.RefundNotify: "ponte.invoice.sale_refunded", enum.RefundCancelInvoice: "ponte.invoice.cancel_by_hand",
	} {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{RefundRule: &rule, CompanyState: billingtest.Ref("PR")})))
			sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval))
			issued := w.UntilInvoice(sold.ID, enum.InvoiceIssued)
			if hours := issued.CancelUntil.Sub(*issued.IssuedAt); hours != 168*time.Hour {
				t.Errorf("it can be cancelled for %v", hours)
			}
			w.Act(w.Charges(sold.ID)[0], "refund")
			w.UntilSale(sold.ID, enum.SaleRefunded)
			w.UntilIdle()
			if code == "" {
				for _, one := range w.Failures() {
					if strings.Contains(one.Code, "invoice") {
						t.Errorf("told %s", one.Code)
					}
				}
				return
			}
			told := w.UntilFailure(code)
			w.Control("POST", fmt.Sprintf("/vhsys/invoices/nfe/%s/cancel", *issued.RemoteID), map[string]any{"reason": "Venda devolvida ao cliente"}, nil)
			w.Must(second(w.Reconcile(w.Context())))
			w.UntilInvoice(sold.ID, enum.InvoiceCanceled)
			w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		})
	}
}

// TestInvoiceIsWithdrawn refunds sales whose notas are on their way and not yet sent
// to the authority: none is issued, and what Vhsys has of them is thrown away.
func TestInvoiceIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]billingtest.Fault{
		"header not sent":      {{Route: "POST /v2/notas-fiscais", Kind: "drop_before"}},
		"header in doubt":      {{Route: "POST /v2/notas-fiscais", Kind: "drop_after"}, {Route: "GET /v2/notas-fiscais", Kind: "status", Status: 500}},
		"items refused":        {{Route: "POST /v2/notas-fiscais/:id/produtos", Kind: "status", Status: 403, Body: `{"code":403,"status":"error","data":"Erro ao cadastrar o produto!"}`}},
		"instalments not sent": {{Route: "POST /v2/notas-fiscais/:id/parcelas", Kind: "drop_before"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			for _, fault := range faults {
				fault.Count = billingtest.Forever
				w.FailVhsys(fault)
			}
			sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval))
			w.UntilInvoice(sold.ID, enum.InvoiceIssuing)
			w.Until("it was tried", func() bool { return w.Requests("vhsys")[faults[0].Route] > 0 })
			w.Act(w.Charges(sold.ID)[0], "refund")
			w.UntilSale(sold.ID, enum.SaleRefunded)
			w.Mend()
			w.UntilInvoice(sold.ID, enum.InvoiceDropped)
			w.UntilIdle()
			if there := remoteInvoices(w, sold); len(there) != 0 {
				t.Errorf("%d notas at the ERP: %+v", len(there), there)
			}
		})
	}
}

func TestVhsysWebhooks(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	refused(t, second(w.RegisterVhsysWebhooks(w.Context())), "PUBLIC_URL_NOT_HTTPS")
	w.PublicURL = "https://ponte.example.test"
	for range 2 { // a repetition leaves no second one
		saved, err := w.RegisterVhsysWebhooks(w.Context())
		w.Must(err)
		if saved.WebhooksRegisteredAt == nil {
			t.Error("the registration is not kept")
		}
	}
	var there []billingtest.ProviderOrder
	w.Control("GET", "/vhsys/webhooks", nil, &there)
	found := map[string]int{}
	for _, one := range there {
		found[fmt.Sprint(one.Record["entidade"], " ", one.Record["url"])]++
	}
	settings, err := w.Integration(w.Context(), enum.Vhsys)
	w.Must(err)
	address := w.VhsysCallbackURL(settings)
	if len(there) != 2 || found["clientes "+address] != 1 || found["contas_receber "+address] != 1 {
		t.Errorf("%v", found)
	}
	secret := address[strings.LastIndex(address, "/")+1:]
	w.Must(w.ReceiveVhsys(w.Context(), secret))
	w.Until("it was compared", func() bool {
		now, err := w.Integration(w.Context(), enum.Vhsys)
		return err == nil && now.ReconciledAt != nil
	})
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	differ := func(w *billingtest.World, sold *db.Sale, kind enum.DifferenceKind) *db.Difference {
		var found *db.Difference
		w.Until("a difference "+string(kind), func() bool {
			w.Must(second(w.Reconcile(w.Context())))
			w.UntilIdle()
			for _, one := range w.DB.Difference.Query().AllX(w.Context()) {
				if one.SaleID == sold.ID && one.Kind == kind && one.State == enum.DifferenceOpen {
					found = one
				}
			}
			return found != nil
		})
		return found
	}
	for name, test := range map[string]struct {
		change func(w *billingtest.World, order billingtest.ProviderOrder)
		kind   enum.DifferenceKind
	}{
		"an order in the trash": {func(w *billingtest.World, o billingtest.ProviderOrder) {
			w.Control("POST", fmt.Sprintf("/vhsys/orders/%d/delete", o.ID), map[string]any{}, nil)
		}, enum.DifferenceOrderMissing},
		"another status": {func(w *billingtest.World, o billingtest.ProviderOrder) {
			w.Control("POST", fmt.Sprintf("/vhsys/orders/%d/status", o.ID), map[string]any{"status": "Cancelado"}, nil)
		}, enum.DifferenceOrderStatus},
		"another total": {func(w *billingtest.World, o billingtest.ProviderOrder) {
			w.Control("POST", fmt.Sprintf("/vhsys/orders/%d/edit", o.ID), map[string]any{"fields": map[string]any{"desconto_pedido": "1.00"}}, nil)
		}, enum.DifferenceOrderTotal},
	} {
		t.Run(name+" is found and repaired", func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			sold, there := mirrored(w, w.NewSale(10_000, 2))
			test.change(w, there)
			one := differ(w, sold, test.kind)
			told := w.UntilFailure("ponte.mirror.differs")
			if told.Cause.PT != "Há uma diferença entre as vendas daqui e o Vhsys." {
				t.Errorf("told %q", told.Cause.PT)
			}
			w.Must(second(w.RepairDifference(w.Context(), one.ID)))
			w.UntilIdle()
			w.Must(second(w.Reconcile(w.Context())))
			w.UntilIdle()
			if now := w.DB.Difference.GetX(w.Context(), one.ID); now.State != enum.DifferenceGone {
				t.Errorf("it is %s: %s here, %s there", now.State, now.Ours, now.Theirs)
			}
			if w.FailureNow(told.ID).State != enum.FailureResolved {
				t.Error("the failure is not over")
			}
			w.AssertPromises()
		})
	}
}

func TestRecordedSale(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	input := billing.RecordedSale{
		CustomerID: w.Person().ID, Items: []*billing.NewItem{{ProductID: &w.Invoiced(80_00, enum.DocumentNFe, enum.TimingOnApproval).ID, Quantity: 1}},
		PaymentMethod: enum.MethodPayPal, Channel: "PayPal", PaidOn: w.Today(), IdempotencyKey: billingtest.Ref("paypal-1"),
	}
	made, err := w.RecordSale(w.Context(), input)
	w.Must(err)
	again, err := w.RecordSale(w.Context(), input)
	w.Must(err)
	if !again.Replayed || again.Sale.ID != made.Sale.ID {
		t.Errorf("again: %+v", again)
	}
	w.UntilInvoice(made.Sale.ID, enum.InvoiceIssued)
	w.UntilIdle()
	if order := orderOf(w, made.Sale); billingtest.Cents(order.Record["valor_total_nota"]) != 80_00 || order.Installments[0]["forma_pagamento"] != "Pagamento online" {
		t.Errorf("%+v", order)
	}
	w.Must(second(w.RefundRecordedSale(w.Context(), made.Sale.ID)))
	w.UntilSale(made.Sale.ID, enum.SaleRefunded)
	w.UntilFailure("ponte.invoice.sale_refunded")
	check, err := w.CheckLedger(w.Context())
	w.Must(err)
	if !check.OK() {
		t.Errorf("%+v", check.Differences)
	}
}

func TestBuyerAbroad(t *testing.T) {
	t.Parallel()
	for rule, orders := range map[enum.ForeignRule]int{enum.ForeignSkip: 0, enum.ForeignOrderOnly: 1} {
		t.Run(string(rule), func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{ForeignRule: &rule})))
			abroad, err := w.SaveCustomer(w.Context(), billing.SaveCustomer{Name: "John Smith", ForeignBuyer: billingtest.Ref(true), Email: billingtest.Ref("john@example.test")})
			w.Must(err)
			for range 2 { // the second finds the customer of the first
				_, err = w.RecordSale(w.Context(), billing.RecordedSale{
					CustomerID: abroad.ID, Items: []*billing.NewItem{{ProductID: &w.Invoiced(80_00, enum.DocumentNFe, enum.TimingOnApproval).ID, Quantity: 1}},
					PaymentMethod: enum.MethodPayPal, Channel: "PayPal", PaidOn: w.Today(),
				})
				w.Must(err)
			}
			w.UntilIdle()
			if got := len(w.ProviderOrders()); got != 2*orders {
				t.Errorf("%d orders", got)
			}
			if got := len(w.ProviderInvoices()); got != 0 {
				t.Errorf("%d notas", got)
			}
			if got := len(w.ProviderCustomers()); got != orders {
				t.Errorf("%d customers", got)
			}
		})
	}
}

// TestForeignBuyerHasNoTaxID moves a customer abroad.
func TestForeignBuyerHasNoTaxID(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	known := w.Person()
	w.Must(w.DB.Customer.UpdateOne(known).SetRemoteID("77").Exec(w.Context()))
	save := func(taxID *string) (*db.Customer, error) {
		return w.SaveCustomer(w.Context(), billing.SaveCustomer{ID: &known.ID, Name: known.Name, TaxID: taxID, ForeignBuyer: billingtest.Ref(true)})
	}
	refused(t, second(save(&known.TaxID)), "CONTRADICTION")
	abroad, err := save(nil)
	w.Must(err)
	if !abroad.ForeignBuyer || abroad.TaxID != "" || abroad.RemoteID != nil {
		t.Errorf("%+v", abroad)
	}
	refused(t, second(w.SaveCustomer(w.Context(), billing.SaveCustomer{ID: &known.ID, Name: known.Name, ForeignBuyer: billingtest.Ref(false)})), "TAX_ID_INVALID")
}

func TestOldSales(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	tomorrow := w.Today().AddDays(1)
	w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{MirrorFrom: &tomorrow})))
	_, _ = w.Issued(10_000, 1)
	_, _ = w.Issued(20_000, 2)
	w.UntilIdle()
	if got := len(w.ProviderOrders()); got != 0 {
		t.Fatalf("%d orders before the cut-off", got)
	}
	batch, err := w.MirrorOldSales(w.Context(), w.Today(), w.Today())
	w.Must(err)
	w.UntilIdle()
	if now := w.DB.Batch.GetX(w.Context(), batch.ID); now.State != enum.BatchDone || now.Total != 2 {
		t.Errorf("%+v", now)
	}
	if got := len(w.ProviderOrders()); got != 2 {
		t.Errorf("%d orders", got)
	}
}
