package graph_test

import (
	"slices"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// goods makes a product whose NF-e a person issues, or gives it another CFOP: 6102 is
// the right one for a buyer of another state.
func (b *bundle) goods(id *string, cfop string) string {
	b.Helper()
	made, err := b.SaveProduct(b.Context(), billing.SaveProduct{
		ID: id, Code: "ROT-AC", Name: "Roteador", PriceCents: 25_900, Active: true,
		Invoicing: &billing.Invoicing{
			RemoteProductID: billingtest.Ref(b.RemoteProduct("ROT-AC")), RemoteProductName: billingtest.Ref("Roteador AC1200"), Document: enum.DocumentNFe,
			Timing: enum.TimingManual, Ncm: billingtest.Ref("85176241"), Cfop: &cfop, UnitOrServiceCode: billingtest.Ref("UN"),
		},
	})
	b.Must(err)
	return made.ID
}

// paidElsewhere is the input of a sale of the product that was paid by PayPal today.
func (b *bundle) paidElsewhere(productID string) map[string]any {
	b.Helper()
	return map[string]any{
		"customerId": b.Customer().ID, "items": []any{map[string]any{"productId": productID, "quantity": 2}},
		"paymentMethod": "PAYPAL", "channel": " PayPal ", "paidOn": string(b.Today()),
	}
}

// record records a sale by the API and answers its id.
func (c *caller) record(input map[string]any) string {
	c.Helper()
	var made struct{ Sale struct{ ID string } }
	if refused := c.change("recordSale", "sale { id }", input, &made); refused != "" {
		c.Fatal(refused)
	}
	return made.Sale.ID
}

func TestRecordSale(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Ready()
	operator, finance := b.as(enum.RoleOperator), b.as(enum.RoleFinance)
	input := b.paidElsewhere(b.goods(nil, "6102"))
	input["discountCents"], input["idempotencyKey"] = 800, "paypal-1"
	if !operator.forbidden("recordSale", input) {
		t.Error("an operator records a payment")
	}
	type payload struct {
		Sale *struct {
			ID, Status, PaymentMethod, Channel string
			TotalCents                         int
			ApprovedAt                         *string
			Charges                            []struct {
				ID, Method, Status string
				Recorded           bool
				ProviderID, PaidOn *string
				Actions            []string
				Events             []struct{ Code, Text string }
				Entries            []struct{ Kind string }
			}
			Invoices []struct{ State, Kind string }
		}
		Replayed bool
	}
	const selection = "sale { id status paymentMethod channel totalCents approvedAt charges { id method status recorded providerId paidOn actions events { code text } entries { kind } } invoices { state kind } } replayed"
	var first, second payload
	if refused := finance.change("recordSale", selection, input, &first); refused != "" || first.Sale == nil || first.Replayed {
		t.Fatalf("%s: %+v", refused, first)
	}
	sold := first.Sale
	if sold.Status != "APPROVED" || sold.PaymentMethod != "PAYPAL" || sold.Channel != "PayPal" || sold.TotalCents != 51_000 || sold.ApprovedAt == nil || len(sold.Charges) != 1 {
		t.Fatalf("%+v", sold)
	}
	if paid := sold.Charges[0]; !paid.Recorded || paid.Status != "SETTLED" || paid.Method != "PAYPAL" || paid.ProviderID != nil || paid.PaidOn == nil || len(paid.Actions) != 0 ||
		len(paid.Entries) != 1 || paid.Entries[0].Kind != "RECEIPT" || paid.Events[0].Code != "RECORDED" || paid.Events[0].Text == "" {
		t.Errorf("%+v", paid)
	}
	if len(sold.Invoices) != 1 || sold.Invoices[0].Kind != "NFE" || sold.Invoices[0].State != "MANUAL" {
		t.Errorf("%+v", sold.Invoices)
	}
	if refused := finance.change("recordSale", selection, input, &second); refused != "" || second.Sale.ID != sold.ID || !second.Replayed {
		t.Errorf("again: %s %+v", refused, second)
	}

	t.Run("what is refused", func(t *testing.T) {
		for want, wrong := range map[string]map[string]any{
			"IDEMPOTENCY_KEY_REUSED idempotencyKey": {"channel": "maquininha"},
			"REQUIRED channel":                      {"channel": " "},
			"METHOD_UNAVAILABLE paymentMethod":      {"paymentMethod": "LINK"},
			"PAID_LATER paidOn":                     {"paidOn": string(b.DueIn(1))},
			"NOT_FOUND customerId":                  {"customerId": "cus_none", "idempotencyKey": nil},
		} {
			asked := map[string]any{}
			for _, fields := range []map[string]any{input, wrong} {
				for name, value := range fields {
					asked[name] = value
				}
			}
			var refused payload
			if got := finance.change("recordSale", selection, asked, &refused); got != want || refused.Sale != nil {
				t.Errorf("%s instead of %s", got, want)
			}
		}
	})
	t.Run("it is given back once", func(t *testing.T) {
		of := map[string]any{"id": sold.ID}
		if !operator.forbidden("refundRecordedSale", of) {
			t.Error("an operator gives money back")
		}
		var back payload
		if refused := finance.change("refundRecordedSale", selection, of, &back); refused != "" || back.Sale.Status != "REFUNDED" || back.Sale.Charges[0].Status != "REFUNDED" || back.Sale.Invoices[0].State != "DROPPED" {
			t.Errorf("%s: %+v", refused, back.Sale)
		}
		for id, want := range map[string]string{sold.ID: "SALE_STATUS id", "sal_none": "NOT_FOUND id"} {
			if got := finance.change("refundRecordedSale", selection, map[string]any{"id": id}, nil); got != want {
				t.Errorf("%s: %s", id, got)
			}
		}
	})
}

type invoiceView struct {
	ID, Kind, State, Number, AccessKey, Protocol, RejectionText string
	Test                                                        bool
	TotalCents                                                  int
	RemoteID, IssuedAt, CancelUntil                             *string
	Sale                                                        struct{ ID string }
	Operations                                                  []struct {
		ID, Kind string
		Subject  struct {
			Typename string `json:"__typename"`
			ID       string
		}
	}
	Failure *struct {
		Code, SubjectLabel string
		Subject            struct {
			Typename string `json:"__typename"`
			ID       string
		}
	}
}

const invoiceFields = `id kind state number accessKey protocol rejectionText test totalCents remoteId issuedAt cancelUntil sale { id } operations { id kind subject { __typename id } } failure { code subjectLabel subject { __typename id } }`

func TestInvoice(t *testing.T) {
	t.Parallel()
	b := working(t)
	reader, operator, finance := b.as(enum.RoleReader), b.as(enum.RoleOperator), b.as(enum.RoleFinance)
	productID := b.goods(nil, "5102")
	saleID := finance.record(b.paidElsewhere(productID))
	b.UntilIdle()
	type payload struct {
		Invoice   *invoiceView
		Operation *struct{ Kind string }
		Replayed  bool
	}
	const selection = "invoice { " + invoiceFields + " } operation { kind } replayed"
	input := map[string]any{"saleId": saleID, "kind": "NFE"}
	if !reader.forbidden("issueInvoice", input) {
		t.Error("a reader issues")
	}
	pending, _ := b.Sell(10_000, 1)
	for want, wrong := range map[string]map[string]any{
		"NOT_FOUND saleId":       {"saleId": "sal_none", "kind": "NFE"},
		"SALE_STATUS saleId":     {"saleId": pending.ID, "kind": "NFE"},
		"INVOICE_NOT_ASKED kind": {"saleId": saleID, "kind": "NFSE"},
	} {
		var refused payload
		if got := operator.change("issueInvoice", selection, wrong, &refused); got != want || refused.Invoice != nil || refused.Operation != nil {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	var started payload
	if refused := operator.change("issueInvoice", selection, input, &started); refused != "" || started.Operation == nil || started.Operation.Kind != "ISSUE_INVOICE" || started.Invoice.Sale.ID != saleID {
		t.Fatalf("%s: %+v", refused, started)
	}
	become := func(state string) (seen invoiceView) {
		t.Helper()
		until(t, "the invoice is "+state, func() bool {
			seen = invoiceView{}
			reader.node(started.Invoice.ID, "Invoice", invoiceFields, &seen)
			return seen.State == state
		})
		return seen
	}
	become("REJECTED")
	b.UntilIdle() // its failure is written
	rejected := become("REJECTED")
	if rejected.RejectionText == "" || rejected.Failure == nil || rejected.Failure.Subject.ID != rejected.ID || rejected.Number != "" {
		t.Errorf("%+v", rejected)
	}
	b.goods(&productID, "6102")
	if refused := operator.change("issueInvoice", selection, input, &started); refused != "" || started.Replayed {
		t.Fatalf("another time: %s %+v", refused, started)
	}
	issued := become("ISSUED")
	if !issued.Test || issued.TotalCents != 51_800 || issued.Number == "" || len(issued.AccessKey) != 44 || issued.Protocol == "" || issued.RemoteID == nil || issued.IssuedAt == nil || issued.CancelUntil == nil || issued.Failure != nil || issued.RejectionText != "" {
		t.Errorf("%+v", issued)
	}
	if len(issued.Operations) != 2 || issued.Operations[0].Subject.Typename != "Invoice" || issued.Operations[0].Subject.ID != issued.ID {
		t.Errorf("%+v", issued.Operations)
	}
	if got := operator.change("issueInvoice", selection, input, nil); got != "INVOICE_STATE kind" {
		t.Errorf("again: %s", got)
	}

	t.Run("its cancellation is a task for a person", func(t *testing.T) {
		if !operator.forbidden("requestInvoiceCancel", map[string]any{"id": issued.ID}) {
			t.Error("an operator cancels")
		}
		var asked payload
		if refused := finance.change("requestInvoiceCancel", selection, map[string]any{"id": issued.ID}, &asked); refused != "" || asked.Invoice.State != "CANCEL_ASKED" || asked.Operation != nil || asked.Replayed {
			t.Fatalf("%s: %+v", refused, asked)
		}
		if told := asked.Invoice.Failure; told == nil || told.Code != "ponte.invoice.cancel_by_hand" || told.Subject.Typename != "Invoice" || told.Subject.ID != issued.ID || !strings.HasPrefix(told.SubjectLabel, "NF-e da venda ") {
			t.Errorf("%+v", told)
		}
		for id, want := range map[string]string{issued.ID: "INVOICE_STATE id", "inv_none": "NOT_FOUND id"} {
			if got := finance.change("requestInvoiceCancel", selection, map[string]any{"id": id}, nil); got != want {
				t.Errorf("%s: %s", id, got)
			}
		}
	})
}

func TestInvoiceFilter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	reader := b.as(enum.RoleReader)
	b.fill(12, reader.person)
	for filter, want := range map[string]int{
		"{}": 12, "{kind: NFE}": 4, "{state: []}": 12, "{state: [ISSUED]}": 6, "{state: [ISSUED, MANUAL]}": 12, "{state: [CANCELED]}": 0, "{state: [ISSUED], kind: NFSE}": 2,
	} {
		var listed struct {
			Invoices struct {
				TotalCount int
				Nodes      []invoiceView
			}
		}
		reader.ask(`{ invoices(filter: `+filter+`) { totalCount nodes { id kind state } } }`, nil, &listed)
		if listed.Invoices.TotalCount != want || len(listed.Invoices.Nodes) != want {
			t.Errorf("%s: %d", filter, listed.Invoices.TotalCount)
		}
		if !slices.IsSortedFunc(listed.Invoices.Nodes, func(a, b invoiceView) int { return strings.Compare(b.ID, a.ID) }) {
			t.Errorf("%s: not the newest first", filter)
		}
	}
	for state, want := range map[string]int{"null": 12, "[]": 12, "[OPEN]": 6, "[OPEN, GONE]": 12, "[IGNORED]": 0} {
		var listed struct{ Differences struct{ TotalCount int } }
		reader.ask(`{ differences(state: `+state+`) { totalCount } }`, nil, &listed)
		if listed.Differences.TotalCount != want {
			t.Errorf("differences %s: %d", state, listed.Differences.TotalCount)
		}
	}
}
