package billing_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/billing/provider"
	"ponte/ent/db"
	"ponte/ent/db/invoice"
	"ponte/ent/enum"
)

// mirrored makes a sale and waits until its mirror is in step.
func mirrored(w *billingtest.World, input billing.NewSale) (*db.Sale, billingtest.ProviderOrder) {
	w.Helper()
	started, err := w.CreateSale(w.Context(), input)
	w.Must(err)
	for _, c := range w.Charges(started.Sale.ID) {
		w.UntilStatus(c.ID, enum.ChargeWaiting)
	}
	quiet(w)
	return started.Sale, orderOf(w, started.Sale)
}

func orderOf(w *billingtest.World, sold *db.Sale) billingtest.ProviderOrder {
	w.Helper()
	row, err := sold.QueryOrder().Only(w.Context())
	w.Must(err)
	for _, one := range w.ProviderOrders() {
		if strings.Contains(fmt.Sprint(one.Record["obs_interno_pedido"]), row.ID) {
			return one
		}
	}
	w.Fatalf("the sale %d has no order", sold.Number)
	return billingtest.ProviderOrder{}
}

// switchInterest sets "Criar venda com juros" and "Enviar parcelas".
func switchInterest(w *billingtest.World, interest, installments bool) {
	w.Helper()
	w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{WithInterest: &interest, SendInstallments: &installments})))
}

func TestMirror(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		interest, installments bool
		total                  int64
		lines                  int
	}{
		"interest and instalments":   {true, true, 3*3_333 + 2*2_500 - 700 + 1_003, 3},
		"interest only":              {true, false, 3*3_333 + 2*2_500 - 700 + 1_003, 3},
		"cash price and instalments": {false, true, 3*3_333 + 2*2_500 - 700, 2},
		"cash price, no instalments": {false, false, 3*3_333 + 2*2_500 - 700, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			switchInterest(w, test.interest, test.installments)
			input := w.NewSale(1_000, 3)
			input.Items = []*billing.NewItem{{ProductID: &w.Product(3_333).ID, Quantity: 3}, {ProductID: &w.Product(2_500).ID, Quantity: 2}}
			input.DiscountCents, input.InterestCents = 700, 1_003
			sold, order := mirrored(w, input)
			if got := billingtest.Cents(order.Record["valor_total_nota"]); got != test.total || sold.TotalCents != 3*3_333+2*2_500-700+1_003 {
				t.Errorf("the order's total is %d, not %d", got, test.total)
			}
			wanted := 0
			if test.installments {
				wanted = 3
			}
			if len(order.Installments) != wanted || len(order.Items) != test.lines {
				t.Errorf("%d instalments, items %v", len(order.Installments), order.Items)
			}
		})
	}
	t.Run("the status follows the sale", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		sold, order := mirrored(w, w.NewSale(10_000, 1))
		status := func() any { history := orderOf(w, sold).History; return history[len(history)-1]["tipo_status"] }
		if order.Record["status_pedido"] != "Em Aberto" {
			t.Errorf("made as %v", order.Record["status_pedido"])
		}
		c := w.Charges(sold.ID)[0]
		for _, step := range []struct {
			do     func()
			status enum.ChargeStatus
			want   string
		}{
			{func() { w.Pay(c, billingtest.Payment{}) }, enum.ChargePaid, "Atendido"},
			{func() { w.Act(c, "refund") }, enum.ChargeRefunded, "Em Andamento"},
		} {
			step.do()
			w.UntilStatus(c.ID, step.status)
			quiet(w)
			if got := status(); got != step.want {
				t.Errorf("the order is %v, not %s", got, step.want)
			}
		}
		canceled, _ := mirrored(w, w.NewSale(10_000, 1))
		w.Must(second(w.CancelSale(w.Context(), canceled.ID)))
		w.UntilSale(canceled.ID, enum.SaleCanceled)
		quiet(w)
		if history := orderOf(w, canceled).History; history[len(history)-1]["tipo_status"] != "Cancelado" {
			t.Errorf("the cancelled sale's order %v", history)
		}
	})
	t.Run("two sales of a new customer at once make one customer", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.FailVhsys(billingtest.Fault{Route: "POST /v2/clientes", Kind: "delay", DelayMs: 60})
		input := w.NewSale(10_000, 1)
		for range 4 {
			w.Must(second(w.CreateSale(w.Context(), input)))
			input.Items[0].UnitCents = billingtest.Ref(10_000 + w.Clock().UnixNano()%1000) // else the provider takes them for copies
		}
		quiet(w)
		if customers := w.ProviderCustomers(); len(customers) != 1 || len(w.ProviderOrders()) != 4 {
			t.Errorf("%d customers, %d orders", len(customers), len(w.ProviderOrders()))
		}
	})
	t.Run("what was written is read late", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.Control("PUT", "/vhsys/settings", map[string]any{"lagMs": 150}, nil)
		w.FailVhsys(billingtest.Fault{Route: "POST /v2/clientes", Kind: "drop_after"})
		w.FailVhsys(billingtest.Fault{Route: "POST /v2/pedidos", Kind: "drop_after"})
		w.FailVhsys(billingtest.Fault{Route: "POST /v2/pedidos/:id/produtos", Kind: "drop_after"})
		mirrored(w, w.NewSale(10_000, 2))
		if customers := w.ProviderCustomers(); len(customers) != 1 || len(w.ProviderOrders()) != 1 {
			t.Errorf("%d customers, %d orders", len(customers), len(w.ProviderOrders()))
		}
	})
	t.Run("an unmapped status is a failure until it is mapped", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		refused(t, second(w.MapSaleStatus(w.Context(), enum.MappedPending, provider.OrderStatus{})), "MAPPING_IN_USE")
		w.Must(second(w.Pool.Exec("DELETE FROM sale_status_mappings WHERE status = 'PENDING'")))
		sold, _ := w.Issued(10_000, 1)
		told := w.UntilFailure("ponte.mirror.status_unmapped")
		if told.SubjectID != sold.ID || *told.FormField != "statuses" || *told.Integration != enum.Vhsys {
			t.Errorf("told %+v", told)
		}
		w.Must(second(w.MapSaleStatus(w.Context(), enum.MappedPending, provider.OrderStatus{Base: "Em Aberto"})))
		w.Must(second(w.RetryFailure(w.Context(), told.ID)))
		w.Until("the failure is over", func() bool { return w.FailureNow(told.ID).State == enum.FailureResolved })
		quiet(w)
		orderOf(w, sold)
	})
	t.Run("without the ERP a product stays here", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.Charge(10_000)
		quiet(w)
		if len(w.ProviderOrders()) != 0 {
			t.Error("a charge of its own made an order")
		}
	})
	t.Run("an unmapped method keeps the integration from being switched on", func(t *testing.T) {
		t.Parallel()
		w := billingtest.New(t).Ready()
		w.Must(second(w.ActivateIntegration(w.Context(), enum.Vhsys, false)))
		w.Must(second(w.MapPaymentMethod(w.Context(), enum.MethodBoleto, nil)))
		refused(t, second(w.ActivateIntegration(w.Context(), enum.Vhsys, true)), "METHOD_UNMAPPED")
		refused(t, second(w.MapPaymentMethod(w.Context(), enum.MethodBoleto, billingtest.Ref("Fiado"))), "REMOTE_METHOD_UNKNOWN")
	})
}

// TestMirrorFaults cuts every step off in every way; nothing is doubled.
func TestMirrorFaults(t *testing.T) {
	t.Parallel()
	steps := map[string]string{
		"customer": "POST /v2/clientes", "order": "POST /v2/pedidos", "items": "POST /v2/pedidos/:id/produtos",
		"instalments": "POST /v2/pedidos/:id/parcelas", "status": "POST /v2/pedidos/:id/status",
	}
	for name, route := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t).Ready()
			for kind, fault := range faults {
				fault.Route = route
				w.FailVhsys(fault)
				sold, _ := mirrored(w, w.NewSale(10_000, 2))
				w.Mend()
				if order := orderOf(w, sold); len(order.Items) != 1 || len(order.Installments) != 2 {
					t.Errorf("after %s: items %v, instalments %v", kind, order.Items, order.Installments)
				}
			}
			if orders := len(w.ProviderOrders()); orders != len(faults) {
				t.Errorf("%d orders for %d sales", orders, len(faults))
			}
		})
	}
}

// TestMirrorAddsUp shows that items, instalments and total agree to the cent, of the
// order and of the invoices that share it.
func TestMirrorAddsUp(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still).Ready()
	products := []*db.Product{
		w.Product(1), w.Product(9_999_999), w.Invoiced(999, enum.DocumentNFe, enum.TimingManual),
		w.Invoiced(30_000, enum.DocumentNFSe, enum.TimingManual), w.Invoiced(4_990, enum.DocumentNFCe, enum.TimingManual),
	}
	customer := w.Customer()
	rapid.Check(t, func(r *rapid.T) {
		for range 8 {
			input := w.NewSale(500, 1)
			input.CustomerID, input.Items = customer.ID, nil
			for range rapid.IntRange(1, 5).Draw(r, "items") {
				input.Items = append(input.Items, &billing.NewItem{
					ProductID: &rapid.SampledFrom(products).Draw(r, "product").ID, Quantity: rapid.IntRange(1, 1_000).Draw(r, "quantity"),
					UnitCents: billingtest.Ref(rapid.Int64Range(0, 500_000).Draw(r, "price")),
				})
			}
			input.InterestCents, input.Installments = rapid.Int64Range(0, 100_000).Draw(r, "interest"), rapid.IntRange(1, 24).Draw(r, "instalments")
			input.DiscountCents = rapid.Int64Range(0, 5_000).Draw(r, "discount")
			interest := rapid.Bool().Draw(r, "with interest")
			switchInterest(w, interest, true)
			started, err := w.CreateSale(w.Context(), input)
			if _, isRefused := billing.AsRefusal(err); isRefused {
				continue // below five reais each
			}
			w.Must(err)
			assertAddsUp(w, started.Sale, interest)
		}
	})
}

func assertAddsUp(w *billingtest.World, sold *db.Sale, interest bool) {
	w.Helper()
	plan, err := w.PreviewMirror(w.Context(), sold.ID)
	w.Must(err)
	var items, installments, charges int64
	for _, one := range plan.Items {
		if items += one.Quantity * one.UnitCents; one.UnitCents < 0 || one.Quantity < 1 {
			w.Errorf("item %+v", one)
		}
	}
	for _, one := range plan.Installments {
		installments += one.AmountCents
	}
	for _, c := range w.Charges(sold.ID) {
		charges += c.AmountCents
	}
	assertInvoicesAddUp(w, plan)
	if items-plan.Order.DiscountCents != plan.TotalCents || installments != plan.TotalCents || charges != sold.TotalCents || interest && plan.TotalCents != sold.TotalCents {
		w.Errorf("items %d − %d, instalments %d, total %d; charges %d, sale %d", items, plan.Order.DiscountCents, installments, plan.TotalCents, charges, sold.TotalCents)
	}
}

// assertInvoicesAddUp holds what each invoice says against the order: together with
// the items that ask for none they are the whole of it.
func assertInvoicesAddUp(w *billingtest.World, plan *billing.MirrorPlan) {
	w.Helper()
	var gross, discounts int64
	for _, one := range plan.Invoices {
		var items, installments int64
		for _, item := range one.Request.Items {
			if items += item.Quantity * item.UnitCents; item.UnitCents < 0 || item.Quantity < 1 {
				w.Errorf("%s: item %+v", one.Kind, item)
			}
		}
		for _, installment := range one.Installments {
			installments += installment.AmountCents
		}
		if items-one.Request.DiscountCents != one.TotalCents || one.Request.DiscountCents < 0 || one.TotalCents < 0 || len(one.Installments) > 0 && installments != one.TotalCents {
			w.Errorf("%s: items %d − %d, instalments %d, total %d", one.Kind, items, one.Request.DiscountCents, installments, one.TotalCents)
		}
		gross, discounts = gross+items, discounts+one.Request.DiscountCents
		if wanted := one.Kind == enum.InvoiceNFe && one.TotalCents > 0; wanted != (len(one.Installments) > 0) {
			w.Errorf("%s has %d instalments", one.Kind, len(one.Installments))
		}
	}
	whole := plan.TotalCents + plan.Order.DiscountCents
	if discounts > plan.Order.DiscountCents || gross == whole && len(plan.Invoices) > 0 && discounts != plan.Order.DiscountCents {
		w.Errorf("invoices of %d of %d share %d of the discount %d", gross, whole, discounts, plan.Order.DiscountCents)
	}
}

// TestPreviewIsWhatIsSent previews a sale while Vhsys is off, lets it be sent, and
// holds the simulator's record against the preview.
func TestPreviewIsWhatIsSent(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	w.Must(second(w.ActivateIntegration(w.Context(), enum.Vhsys, false)))
	switchInterest(w, true, true)
	input := w.NewSale(1_000, 3)
	input.CustomerID, input.Items = w.Person().ID, []*billing.NewItem{
		{ProductID: &w.Invoiced(33_33, enum.DocumentNFe, enum.TimingOnApproval).ID, Quantity: 3},
		{ProductID: &w.Invoiced(250_00, enum.DocumentNFSe, enum.TimingDaysAfterApproval).ID, Quantity: 1},
		{ProductID: &w.Product(10_01).ID, Quantity: 2},
	}
	input.DiscountCents, input.InterestCents = 7_77, 11_11
	started, err := w.CreateSale(w.Context(), input)
	w.Must(err)
	for _, c := range w.Charges(started.Sale.ID) {
		w.UntilStatus(c.ID, enum.ChargeWaiting)
	}
	plan, err := w.PreviewMirror(w.Context(), started.Sale.ID)
	w.Must(err)
	if len(plan.Problems) != 0 || len(plan.Invoices) != 2 || plan.Skip != "" {
		t.Fatalf("%+v", plan)
	}
	goods, service := plan.Invoices[0], plan.Invoices[1]
	if goods.Kind != enum.InvoiceNFe || goods.Timing != enum.TimingOnApproval || goods.Row != nil || len(goods.Problems) != 0 ||
		service.Kind != enum.InvoiceNFSe || service.Timing != enum.TimingDaysAfterApproval || service.Days != 7 {
		t.Fatalf("%+v and %+v", goods, service)
	}
	w.Must(second(w.ActivateIntegration(w.Context(), enum.Vhsys, true)))
	for _, c := range w.Charges(started.Sale.ID) {
		w.Pay(c, billingtest.Payment{})
		w.UntilStatus(c.ID, enum.ChargePaid)
	}
	w.Until("the NF-e is issued", func() bool {
		return w.DB.Invoice.Query().Where(invoice.KindEQ(enum.InvoiceNFe), invoice.StateEQ(enum.InvoiceIssued)).ExistX(w.Context())
	})
	w.Until("the order is in step", func() bool {
		order, err := w.DB.Order.Query().Only(w.Context())
		return err == nil && order.Step == enum.StepDone
	})
	order := orderOf(w, started.Sale)
	assertSameLines(t, order.Items, plan.Items)
	if billingtest.Cents(order.Record["valor_total_nota"]) != plan.TotalCents || billingtest.Cents(order.Record["desconto_pedido"]) != plan.Order.DiscountCents ||
		len(order.Installments) != len(plan.Installments) || billingtest.Sum(order.Installments, "valor_parcela") != plan.TotalCents || order.Record["obs_pedido"] != plan.Order.Note {
		t.Errorf("order %+v\nplanned %+v", order, plan)
	}
	for _, nota := range w.ProviderInvoices() {
		lines := make([]provider.OrderItem, len(goods.Request.Items))
		for i, item := range goods.Request.Items {
			lines[i] = item.OrderItem
		}
		assertSameLines(t, nota.Items, lines)
		if billingtest.Cents(nota.Record["valor_total_nota"]) != goods.TotalCents || billingtest.Sum(nota.Installments, "valor_parcela") != goods.TotalCents ||
			nota.Record["serie_nota"] != goods.Request.Series || nota.Items[0]["ncm_produto"] != goods.Request.Items[0].NCM {
			t.Errorf("nota %+v\nplanned %+v", nota, goods)
		}
	}
}

func assertSameLines(t *testing.T, there []map[string]any, planned []provider.OrderItem) {
	t.Helper()
	if len(there) != len(planned) {
		t.Fatalf("%d lines, planned %d", len(there), len(planned))
	}
	for i, line := range there {
		if line["desc_produto"] != planned[i].Description || billingtest.Cents(line["valor_unit_produto"]) != planned[i].UnitCents || fmt.Sprint(line["id_produto"]) != planned[i].ProductID {
			t.Errorf("line %v, planned %+v", line, planned[i])
		}
	}
}

// TestPreviewTellsWhatIsMissing previews sales that could not be sent.
func TestPreviewTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	w.ReadyGerencianet(w.User(enum.RoleFinance).ID)
	preview := func(customerID string, product *db.Product) *billing.MirrorPlan {
		made, err := w.RecordSale(w.Context(), billing.RecordedSale{
			CustomerID: customerID, Items: []*billing.NewItem{{ProductID: &product.ID, Quantity: 1}},
			PaymentMethod: enum.MethodPayPal, Channel: "PayPal", PaidOn: w.Today(),
		})
		w.Must(err)
		plan, err := w.PreviewMirror(w.Context(), made.Sale.ID)
		w.Must(err)
		return plan
	}
	unmapped := preview(w.Person().ID, w.Invoiced(50_00, enum.DocumentNFe, enum.TimingManual))
	if codes := codesOf(unmapped.Problems); codes != "mirror.method_unmapped mirror.status_unmapped" {
		t.Errorf("before anything is saved: %s", codes)
	}
	w.ReadyVhsys(w.User(enum.RoleFinance).ID)
	if whole := preview(w.Person().ID, w.Invoiced(50_00, enum.DocumentNFe, enum.TimingManual)); len(whole.Problems)+len(whole.Invoices[0].Problems) != 0 {
		t.Errorf("%+v %+v", whole.Problems, whole.Invoices[0].Problems)
	}
	elsewhere := w.Customer() // of another state than the company
	w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{CompanyState: billingtest.Ref("PR")})))
	if wrong := preview(elsewhere.ID, w.Invoiced(50_00, enum.DocumentNFe, enum.TimingManual)); len(wrong.Invoices[0].Problems) != 1 || !strings.HasSuffix(wrong.Invoices[0].Problems[0].Field, "cfop") {
		t.Errorf("%+v", wrong.Invoices[0].Problems)
	}
	w.Must(second(w.Pool.Exec("UPDATE customers SET postal_code = '1', street_number = 'apartamento 33'")))
	if odd := preview(elsewhere.ID, w.Product(50_00)); len(odd.Problems) != 1 || odd.Problems[0].Field != "payer.address.number" || !strings.Contains(odd.Problems[0].Remedy.PT, "CEP") {
		t.Errorf("%+v", odd.Problems)
	}
	nothing := w.Product(50_00)
	w.Must(w.DB.Product.UpdateOneID(nothing.ID).SetDocument(enum.DocumentNone).Exec(w.Context()))
	tomorrow := w.Today().AddDays(1)
	if none := preview(w.Customer().ID, nothing); none.Skip != enum.SkipNotAsked {
		t.Errorf("skipped for %q", none.Skip)
	}
	w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{MirrorFrom: &tomorrow})))
	if old := preview(w.Customer().ID, w.Product(50_00)); old.Skip != enum.SkipBeforeCutOff {
		t.Errorf("skipped for %q", old.Skip)
	}
	refused(t, second(w.SaveVhsys(w.Context(), billing.VhsysSettings{MirrorFrom: &tomorrow, ClearMirrorFrom: true})), "CONTRADICTION")
	w.Must(second(w.SaveVhsys(w.Context(), billing.VhsysSettings{ClearMirrorFrom: true})))
	if again := preview(w.Customer().ID, w.Product(50_00)); again.Skip != "" {
		t.Errorf("skipped for %q", again.Skip)
	}
}

func codesOf(problems []*provider.Error) string {
	codes := make([]string, len(problems))
	for i, one := range problems {
		codes[i] = one.Code
	}
	return strings.Join(codes, " ")
}

// TestMirrorKeepsItsInterest switches "Criar venda com juros" off after an order
// was sent with interest: what is sent later still adds up to the order's total.
func TestMirrorKeepsItsInterest(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t).Ready()
	switchInterest(w, true, true)
	input := w.NewSale(10_000, 2)
	input.InterestCents = 777
	sold, _ := mirrored(w, input)
	switchInterest(w, false, true)
	c := w.Charges(sold.ID)[0]
	w.Must(second(w.ChangeDueDate(w.Context(), c.ID, c.DueDate.AddDays(3))))
	quiet(w)
	order := orderOf(w, sold)
	if total := billingtest.Cents(order.Record["valor_total_nota"]); total != sold.TotalCents || billingtest.Sum(order.Installments, "valor_parcela") != total {
		t.Errorf("the order's total is %d, its instalments add up to %d, the sale has %d", total, billingtest.Sum(order.Installments, "valor_parcela"), sold.TotalCents)
	}
	if due := order.Installments[0]["data_parcela"]; due != string(c.DueDate.AddDays(3)) {
		t.Errorf("the first instalment is due on %v", due)
	}
}
