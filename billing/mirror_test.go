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

// TestMirrorAddsUp shows that items, instalments and total agree to the cent.
func TestMirrorAddsUp(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still).Ready()
	products := []*db.Product{w.Product(1), w.Product(999), w.Product(9_999_999)}
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
	if items-plan.Order.DiscountCents != plan.TotalCents || installments != plan.TotalCents || charges != sold.TotalCents || interest && plan.TotalCents != sold.TotalCents {
		w.Errorf("items %d − %d, instalments %d, total %d; charges %d, sale %d", items, plan.Order.DiscountCents, installments, plan.TotalCents, charges, sold.TotalCents)
	}
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
