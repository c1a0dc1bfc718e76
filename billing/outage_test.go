package billing_test

import (
	"testing"
	"time"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// hour is an hour of which every second lasts a millisecond, as in scaled.
const hour = 3600 * ms

// scaled has every wait of the program last a thousandth of its default.
func scaled(timing *billing.Timing) {
	timing.RetryBase, timing.RetryMax, timing.RetryEnd = 2*ms, 600*ms, 72*hour
	timing.SettleWindow = 180 * ms
	timing.ProviderTimeout = 10_000 * ms // not scaled: a busy machine is no outage
}

// TestVhsysDownForAnHour takes the ERP away in every way while sales are approved:
// nothing is lost, nothing is doubled, and people hear of it once, and once that it
// is over.
func TestVhsysDownForAnHour(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]billingtest.Fault{
		"no connection":         {Kind: "drop_before"},
		"overloaded":            {Kind: "status", Status: 503},
		"a page of an edge":     {Kind: "html"},
		"answers that are lost": {Kind: "drop_after"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := billingtest.New(t, billingtest.WithTiming(scaled))
			person := w.User(enum.RoleFinance)
			w.Ready(person)
			book := w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval)
			sales := []*db.Sale{}
			for range 4 { // they have an order, and are paid during the outage
				input := w.NewSale(1_000, 1)
				input.CustomerID, input.Items = w.Person().ID, []*billing.NewItem{{ProductID: &book.ID, Quantity: 2}}
				sold, _ := mirrored(w, input)
				sales = append(sales, sold)
			}
			fault.Count = billingtest.Forever
			w.FailVhsys(fault)
			for n := range 20 {
				if n < 4 {
					w.Pay(w.Charges(sales[n].ID)[0], billingtest.Payment{})
				}
				made, err := w.RecordSale(w.Context(), billing.RecordedSale{
					CustomerID: w.Person().ID, Items: []*billing.NewItem{{ProductID: &book.ID, Quantity: 1}},
					PaymentMethod: enum.MethodPayPal, Channel: "PayPal", PaidOn: w.Today(),
				})
				w.Must(err)
				sales = append(sales, made.Sale)
				time.Sleep(hour / 20)
			}
			w.Until("every sale's mirror has tried some times", func() bool {
				return countOf(w, "SELECT count(*) FROM operations WHERE kind = 'MIRROR_SALE' AND state IN ('QUEUED', 'UNKNOWN') AND tries >= 3") >= len(sales)-4
			})
			told := w.Failures()
			if len(told) != 1 || *told[0].Integration != enum.Vhsys || told[0].State != enum.FailureRetrying {
				t.Fatalf("told %d: %+v", len(told), told)
			}
			w.Mend()
			for _, sold := range sales {
				w.UntilInvoice(sold.ID, enum.InvoiceIssued)
			}
			quiet(w)
			assertHeard(w, person, "OPENED "+told[0].Code, "RESOLVED "+told[0].Code)
			for _, sold := range sales {
				order := orderOf(w, sold)
				if last := order.History[len(order.History)-1]["tipo_status"]; last != "Atendido" || len(order.Items) != 1 || len(remoteInvoices(w, sold)) != 1 {
					t.Errorf("sale %d: %v, items %v, %d notas", sold.Number, last, order.Items, len(remoteInvoices(w, sold)))
				}
			}
			if got := len(w.ProviderOrders()); got != len(sales) {
				t.Errorf("%d orders of %d sales", got, len(sales))
			}
		})
	}
}
