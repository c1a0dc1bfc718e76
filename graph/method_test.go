package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

// cardToken answers a card's token that the simulator accepts, another one for
// each number.
func cardToken(n int) string { return fmt.Sprintf("%039xf", n) }

// working is a bundle whose integrations work, and workers.
func working(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	b.Ready()
	b.Run(b.Service)
	return b
}

// change asks for a mutation with an input, reads its payload, and answers the
// codes and fields of its refusals.
func (c *caller) change(name, selection string, input map[string]any, payload any) string {
	c.Helper()
	var data map[string]json.RawMessage
	document := "mutation($input: " + strings.ToUpper(name[:1]) + name[1:] + "Input!) { " + name + "(input: $input) { " + selection + " userErrors { code field message } } }"
	c.ask(document, map[string]any{"input": input}, &data)
	var refused struct {
		UserErrors []struct {
			Code, Message string
			Field         []string
		}
	}
	c.Must(json.Unmarshal(data[name], &refused))
	if payload != nil {
		c.Must(json.Unmarshal(data[name], payload))
	}
	var codes []string
	for _, one := range refused.UserErrors {
		codes = append(codes, strings.TrimSpace(one.Code+" "+strings.Join(one.Field, ".")))
		if one.Message == "" {
			c.Errorf("%s has no message", one.Code)
		}
	}
	return strings.Join(codes, ", ")
}

// node reads fields of an object.
func (c *caller) node(id, typeName, selection string, into any) {
	c.Helper()
	var data struct{ Node json.RawMessage }
	c.ask("query($id: ID!) { node(id: $id) { ... on "+typeName+" { "+selection+" } } }", map[string]any{"id": id}, &data)
	c.Must(json.Unmarshal(data.Node, into))
}

// forbidden tells whether a mutation is not allowed to the caller.
func (c *caller) forbidden(name string, input map[string]any) bool {
	c.Helper()
	got := c.try("mutation($input: "+strings.ToUpper(name[:1])+name[1:]+"Input!) { "+name+"(input: $input) { __typename } }", map[string]any{"input": input})
	return got.code() == "FORBIDDEN"
}

type carnetView struct {
	ID, Reference    string
	ProviderID       *string
	Cover, Link, Pdf *string
	Parcels          int
	Charges          []struct {
		ID, Method, Status string
		Installment        int
		AmountCents        int
		BarCode            *string
		Carnet             struct{ ID string }
	}
	Actions    []string
	Operations []struct {
		Kind, State string
		Subject     struct {
			Typename string `json:"__typename"`
			ID       string
		}
	}
}

const carnetFields = `id reference providerId cover link pdf parcels charges { id method status installment amountCents barCode carnet { id } } actions operations { kind state subject { __typename id } }`

// carnet sells a carnê by the API and waits until all of it can be paid.
func (c *caller) carnet(totalCents, parcels int) (saleID string, sold carnetView) {
	c.Helper()
	var made struct {
		Sale       struct{ ID string }
		Operations []struct{ Kind string }
	}
	refused := c.change("createSale", `sale { id } operations { kind }`, map[string]any{
		"customerId": c.Customer().ID, "items": []any{map[string]any{"description": "Plano", "unitCents": totalCents}},
		"paymentMethod": "CARNET", "installments": parcels, "firstDueDate": string(c.DueIn(10)), "terms": map[string]any{"dailyInterestThousandths": 33, "discountHundredths": 500},
	}, &made)
	if refused != "" || len(made.Operations) != 1 || made.Operations[0].Kind != "ISSUE_CARNET" {
		c.Fatalf("%s: %+v", refused, made)
	}
	for _, parcel := range c.Charges(made.Sale.ID) {
		c.UntilStatus(parcel.ID, enum.ChargeWaiting)
	}
	var sale struct{ Carnet carnetView }
	c.node(made.Sale.ID, "Sale", "carnet { "+carnetFields+" }", &sale)
	return made.Sale.ID, sale.Carnet
}

func TestCarnet(t *testing.T) {
	t.Parallel()
	b := working(t)
	operator, finance, reader := b.as(enum.RoleOperator), b.as(enum.RoleFinance), b.as(enum.RoleReader)
	read := func(c *caller, id string) (seen carnetView) {
		c.node(id, "Carnet", carnetFields, &seen)
		return seen
	}
	t.Run("it is sold, seen and settled", func(t *testing.T) {
		saleID, sold := operator.carnet(30_000, 3)
		if sold.Parcels != 3 || len(sold.Charges) != 3 || sold.ProviderID == nil || sold.Cover == nil || sold.Link == nil || sold.Pdf == nil {
			t.Fatalf("%+v", sold)
		}
		for i, parcel := range sold.Charges {
			if parcel.Method != "CARNET" || parcel.Installment != i+1 || parcel.AmountCents != 10_000 || parcel.BarCode == nil || parcel.Carnet.ID != sold.ID {
				t.Errorf("parcel %d: %+v", i, parcel)
			}
		}
		if subject := sold.Operations[0].Subject; subject.Typename != "Carnet" || subject.ID != sold.ID {
			t.Errorf("the subject of its operation: %+v", subject)
		}
		for _, one := range []struct {
			who  *caller
			want []string
		}{{reader, nil}, {operator, []string{"CANCEL", "RESEND", "ADD_NOTE"}}, {finance, []string{"CANCEL", "SETTLE", "RESEND", "ADD_NOTE"}}} {
			if got := read(one.who, sold.ID).Actions; !slices.Equal(got, one.want) {
				t.Errorf("%s may %v", one.who.person.Role, got)
			}
		}
		if refused := operator.change("addCarnetNote", "replayed", map[string]any{"id": sold.ID, "text": " "}, nil); refused != "NOTE_INVALID text" {
			t.Errorf("an empty note: %s", refused)
		}
		for name, input := range map[string]map[string]any{"addCarnetNote": {"id": sold.ID, "text": "combinado"}, "resendCarnet": {"id": sold.ID, "email": "outra@example.test"}} {
			var started struct{ Operation struct{ ID string } }
			if refused := operator.change(name, "operation { id }", input, &started); refused != "" || started.Operation.ID == "" {
				t.Errorf("%s: %s", name, refused)
			}
		}
		if !operator.forbidden("settleCarnet", map[string]any{"id": sold.ID}) {
			t.Error("an operator settles")
		}
		var settled struct {
			Carnet    struct{ ID string }
			Operation struct{ Kind string }
			Replayed  bool
		}
		if refused := finance.change("settleCarnet", "carnet { id } operation { kind } replayed", map[string]any{"id": sold.ID}, &settled); refused != "" || settled.Carnet.ID != sold.ID || settled.Operation.Kind != "SETTLE_CARNET" || settled.Replayed {
			t.Fatalf("%s: %+v", refused, settled)
		}
		b.UntilSale(saleID, enum.SaleApproved)
		b.UntilIdle()
		after := read(finance, sold.ID)
		if len(after.Actions) != 0 || after.Charges[2].Status != "SETTLED" || after.Operations[0].Kind != "SETTLE_CARNET" || len(after.Operations) != 4 {
			t.Errorf("%+v", after)
		}
		if refused := finance.change("settleCarnet", "replayed", map[string]any{"id": sold.ID}, nil); refused != "CARNET_STATUS id" {
			t.Errorf("again: %s", refused)
		}
	})
	t.Run("it is cancelled", func(t *testing.T) {
		saleID, sold := operator.carnet(20_000, 2)
		if refused := operator.change("cancelCarnet", "replayed", map[string]any{"id": sold.ID}, nil); refused != "" {
			t.Fatal(refused)
		}
		b.UntilSale(saleID, enum.SaleCanceled)
		if refused := operator.change("cancelCarnet", "replayed", map[string]any{"id": "crn_x"}, nil); refused != "NOT_FOUND id" {
			t.Error(refused)
		}
	})
	t.Run("the terms of a parcel are told", func(t *testing.T) {
		_, sold := operator.carnet(20_000, 2)
		var parcel struct {
			Terms struct {
				DailyInterestThousandths, DiscountHundredths int
				DiscountUntil                                *string
			}
			DueDate string
		}
		reader.node(sold.Charges[0].ID, "Charge", "dueDate terms { dailyInterestThousandths discountHundredths discountUntil }", &parcel)
		if parcel.Terms.DailyInterestThousandths != 33 || parcel.Terms.DiscountHundredths != 500 || parcel.Terms.DiscountUntil == nil || *parcel.Terms.DiscountUntil != parcel.DueDate {
			t.Errorf("%+v", parcel)
		}
	})
}

// newCharge makes a charge by the API and waits for its status.
func (c *caller) newCharge(input map[string]any, status enum.ChargeStatus) string {
	c.Helper()
	input["customerId"], input["description"] = c.Customer().ID, "Plano"
	var made struct{ Charge struct{ ID string } }
	if refused := c.change("createCharge", "charge { id }", input, &made); refused != "" {
		c.Fatal(refused)
	}
	return c.UntilStatus(made.Charge.ID, status).ID
}

func TestRefund(t *testing.T) {
	t.Parallel()
	b := working(t)
	operator, finance := b.as(enum.RoleOperator), b.as(enum.RoleFinance)
	id := operator.newCharge(map[string]any{"paymentMethod": "CARD", "amountCents": 10_000, "cardToken": cardToken(1), "cardInstallments": 2}, enum.ChargePaid)
	type payload struct {
		Refund    *struct{ ID, State string }
		Charge    *struct{ ID string }
		Operation *struct{ Kind string }
		Replayed  bool
	}
	const selection = "refund { id state } charge { id } operation { kind } replayed"
	input := map[string]any{"id": id, "amountCents": 3_000, "reason": "um item voltou", "idempotencyKey": "dev-1"}
	if !operator.forbidden("refundCharge", input) {
		t.Error("an operator gives money back")
	}
	for amount, want := range map[int]string{0: "REFUND_AMOUNT amountCents", 10_001: "REFUND_AMOUNT amountCents"} {
		var refused payload
		if got := finance.change("refundCharge", selection, map[string]any{"id": id, "amountCents": amount}, &refused); got != want || refused.Refund != nil || refused.Operation != nil {
			t.Errorf("%d cents: %s %+v", amount, got, refused)
		}
	}
	var first, second payload
	if refused := finance.change("refundCharge", selection, input, &first); refused != "" || first.Charge.ID != id || first.Operation.Kind != "REFUND_CHARGE" || first.Replayed {
		t.Fatalf("%s: %+v", refused, first)
	}
	if refused := finance.change("refundCharge", selection, input, &second); refused != "" || second.Refund.ID != first.Refund.ID || !second.Replayed {
		t.Errorf("again: %s %+v", refused, second)
	}
	until(t, "the money is back", func() bool { return b.ChargeNow(id).RefundedCents == 3_000 })
	var seen struct {
		RefundedCents, CardInstallments int
		Actions                         []string
		Refunds                         []struct {
			ID, State, Reason string
			AmountCents       int
			Charge            struct{ ID string }
			RequestedBy       struct{ ID string }
		}
	}
	finance.node(id, "Charge", "refundedCents cardInstallments actions refunds { id state reason amountCents charge { id } requestedBy { id } }", &seen)
	if len(seen.Refunds) != 1 || seen.RefundedCents != 3_000 || seen.CardInstallments != 2 || !slices.Equal(seen.Actions, []string{"REFUND"}) {
		t.Fatalf("%+v", seen)
	}
	if one := seen.Refunds[0]; one.ID != first.Refund.ID || one.State != "DONE" || one.Reason != "um item voltou" || one.AmountCents != 3_000 || one.Charge.ID != id || one.RequestedBy.ID != finance.person.ID {
		t.Errorf("%+v", one)
	}
	if got := finance.change("refundCharge", selection, map[string]any{"id": id}, nil); got != "" {
		t.Error(got)
	}
	b.UntilStatus(id, enum.ChargeRefunded)
}

func TestCard(t *testing.T) {
	t.Parallel()
	b := working(t)
	operator := b.as(enum.RoleOperator)
	refusedToken := strings.TrimSuffix(cardToken(7), "f") + "0"
	id := operator.newCharge(map[string]any{"paymentMethod": "CARD", "amountCents": 10_000, "cardToken": refusedToken}, enum.ChargeFailed)
	var seen struct {
		Refusal string
		Actions []string
	}
	operator.node(id, "Charge", "refusal actions", &seen)
	if seen.Refusal == "" || !slices.Equal(seen.Actions, []string{"RETRY_CARD", "CANCEL"}) {
		t.Errorf("%+v", seen)
	}
	if got := operator.change("retryCardCharge", "replayed", map[string]any{"id": id, "cardToken": "x"}, nil); got != "CARD_TOKEN_INVALID cardToken" {
		t.Error(got)
	}
	var started struct{ Operation struct{ Kind string } }
	if got := operator.change("retryCardCharge", "operation { kind }", map[string]any{"id": id, "cardToken": cardToken(8), "cardInstallments": 3}, &started); got != "" || started.Operation.Kind != "RETRY_CARD" {
		t.Errorf("%s: %+v", got, started)
	}
	b.UntilStatus(id, enum.ChargePaid)
}

func TestCardOptions(t *testing.T) {
	t.Parallel()
	const options = `query($brand: String!) { cardOptions(amountCents: 30000, brand: $brand) { items { installments installmentCents totalCents hasInterest interestHundredths } userErrors { code message } } cardTokenizer { payeeCode environment simulatorUrl } }`
	type answered struct {
		CardOptions struct {
			Items      []struct{ Installments, InstallmentCents, TotalCents int }
			UserErrors []struct{ Code, Message string }
		}
		CardTokenizer *struct {
			PayeeCode, Environment string
			SimulatorURL           *string
		}
	}
	b := setup(t)
	operator := b.as(enum.RoleOperator)
	var before, after, wrong answered
	operator.ask(options, map[string]any{"brand": "visa"}, &before)
	if len(before.CardOptions.Items) != 0 || before.CardOptions.UserErrors[0].Code != "NOT_CONFIGURED" || before.CardTokenizer != nil {
		t.Errorf("not configured: %+v", before)
	}
	b.Ready()
	operator.ask(options, map[string]any{"brand": "Visa"}, &after)
	if items := after.CardOptions.Items; len(items) < 2 || items[0].Installments != 1 || items[0].TotalCents != 30_000 || items[1].Installments != 2 || len(after.CardOptions.UserErrors) != 0 {
		t.Errorf("%+v", after)
	}
	if made := after.CardTokenizer; made == nil || len(made.PayeeCode) != 32 || made.Environment != "SANDBOX" || made.SimulatorURL != nil {
		t.Errorf("%+v", made)
	}
	operator.ask(options, map[string]any{"brand": "visa&total=1"}, &wrong)
	if len(wrong.CardOptions.Items) != 0 || wrong.CardOptions.UserErrors[0].Message == "" {
		t.Errorf("a brand that is none: %+v", wrong)
	}
	b.FailGerencianet(billingtest.Fault{Route: "GET /v1/installments", Kind: "status", Count: 9, Status: 503, Body: `{}`})
	operator.ask(options, map[string]any{"brand": "visa"}, &wrong)
	if len(wrong.CardOptions.Items) != 0 || wrong.CardOptions.UserErrors[0].Code != "UNAVAILABLE" {
		t.Errorf("a provider that is down: %+v", wrong)
	}
}

func TestChangeAmount(t *testing.T) {
	t.Parallel()
	b := working(t)
	operator, finance := b.as(enum.RoleOperator), b.as(enum.RoleFinance)
	id := operator.newCharge(map[string]any{"amountCents": 10_000, "dueDate": string(b.DueIn(10))}, enum.ChargeWaiting)
	input := map[string]any{"id": id, "amountCents": 8_000}
	if !operator.forbidden("changeChargeAmount", input) {
		t.Error("an operator changes the value")
	}
	if got := finance.change("changeChargeAmount", "replayed", map[string]any{"id": id, "amountCents": 10_000}, nil); got != "AMOUNT_SAME amountCents" {
		t.Error(got)
	}
	var started struct{ Operation struct{ Kind string } }
	if got := finance.change("changeChargeAmount", "operation { kind }", input, &started); got != "" || started.Operation.Kind != "CHANGE_AMOUNT" {
		t.Fatalf("%s: %+v", got, started)
	}
	b.UntilStatus(id, enum.ChargeCanceled)
	b.UntilIdle()
	var seen struct {
		Replaced bool
		Sale     struct {
			TotalCents int
			Charges    []struct {
				ID          string
				AmountCents int
			}
		}
	}
	finance.node(id, "Charge", "replaced sale { totalCents charges { id amountCents } }", &seen)
	if !seen.Replaced || seen.Sale.TotalCents != 8_000 || len(seen.Sale.Charges) != 2 || seen.Sale.Charges[0].AmountCents != 8_000 || seen.Sale.Charges[1].ID != id {
		t.Errorf("%+v", seen)
	}
	note := map[string]any{"id": seen.Sale.Charges[0].ID, "text": "desconto combinado"}
	if got := operator.change("addChargeNote", "operation { kind }", note, &started); got != "" || started.Operation.Kind != "ADD_NOTE" {
		t.Errorf("%s: %+v", got, started)
	}
}

type batchView struct {
	ID, Action, State            string
	Total, Done, Failed, Running int
	FinishedAt                   *string
	RequestedBy                  struct{ ID string }
	Items                        struct {
		Nodes []struct {
			Position int
			State    string
			Charge   *struct{ ID, Status string }
			Problem  *struct {
				Code, Message string
				Field         []string
			}
			Operation *struct{ Kind string }
		}
	}
}

const batchFields = `id action state total done failed running finishedAt requestedBy { id } items(first: 100) { nodes { position state charge { id status } problem { code field message } operation { kind } } }`

func TestBatch(t *testing.T) {
	t.Parallel()
	b := working(t)
	operator, reader := b.as(enum.RoleOperator), b.as(enum.RoleReader)
	finished := func(id string) (seen batchView) {
		t.Helper()
		until(t, "the batch is done", func() bool {
			seen = batchView{}
			reader.node(id, "Batch", batchFields, &seen)
			return seen.State == "DONE"
		})
		return seen
	}
	charge := map[string]any{"customerId": b.Customer().ID, "description": "Mensalidade", "amountCents": 9_900, "dueDate": string(b.DueIn(9))}
	input := map[string]any{"action": "ISSUE", "charges": []any{charge, charge, charge}, "idempotencyKey": "lote-1"}
	var first, second struct {
		Batch    *batchView
		Replayed bool
	}
	if !reader.forbidden("startBatch", input) {
		t.Error("a reader starts a batch")
	}
	if got := operator.change("startBatch", "batch { id action total } replayed", input, &first); got != "" || first.Batch.Total != 3 || first.Replayed {
		t.Fatalf("%s: %+v", got, first)
	}
	if got := operator.change("startBatch", "batch { id } replayed", input, &second); got != "" || second.Batch.ID != first.Batch.ID || !second.Replayed {
		t.Errorf("again: %s %+v", got, second)
	}
	issued := finished(first.Batch.ID)
	if issued.Done != 3 || issued.Failed != 0 || issued.Running != 0 || issued.FinishedAt == nil || issued.RequestedBy.ID != operator.person.ID || len(issued.Items.Nodes) != 3 {
		t.Fatalf("%+v", issued)
	}
	var ids []string
	for i, item := range issued.Items.Nodes {
		if item.Position != i+1 || item.State != "DONE" || item.Charge == nil || item.Problem != nil || item.Operation.Kind != "ISSUE_CHARGE" {
			t.Errorf("item %d: %+v", i, item)
			continue
		}
		ids = append(ids, item.Charge.ID)
	}
	if got := operator.change("cancelCharge", "replayed", map[string]any{"id": ids[1]}, nil); got != "" {
		t.Fatal(got)
	}
	b.UntilStatus(ids[1], enum.ChargeCanceled)

	t.Run("an item that can't be done tells why", func(t *testing.T) {
		if got := operator.change("startBatch", "batch { id } replayed", map[string]any{"action": "CANCEL", "chargeIds": append(ids, ids[0])}, &first); got != "" {
			t.Fatal(got)
		}
		done := finished(first.Batch.ID)
		if done.Total != 3 || done.Done != 2 || done.Failed != 1 || done.Items.Nodes[1].Problem == nil || done.Items.Nodes[1].Problem.Code != "CHARGE_STATUS" || len(done.Items.Nodes[1].Problem.Field) != 0 {
			t.Errorf("%+v", done)
		}
		var failed struct {
			Items struct {
				Nodes []struct {
					Position int
					Problem  struct{ Message string }
				}
				PageInfo struct{ HasNextPage bool }
			}
		}
		english := *reader
		english.language = "en"
		english.node(first.Batch.ID, "Batch", "items(first: 1, state: FAILED) { nodes { position problem { message } } pageInfo { hasNextPage } }", &failed)
		if len(failed.Items.Nodes) != 1 || failed.Items.Nodes[0].Position != 2 || failed.Items.PageInfo.HasNextPage || !strings.Contains(failed.Items.Nodes[0].Problem.Message, "does not allow") {
			t.Errorf("%+v", failed)
		}
		for _, name := range []string{"stopBatch", "resumeBatch"} {
			if got := operator.change(name, "replayed", map[string]any{"id": first.Batch.ID}, nil); got != "BATCH_STATE id" {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
	t.Run("what is refused as a whole", func(t *testing.T) {
		for want, input := range map[string]map[string]any{
			"TOO_MANY chargeIds":  {"action": "CANCEL"},
			"TOO_MANY charges":    {"action": "ISSUE", "charges": []any{}},
			"REQUIRED dueDate":    {"action": "CHANGE_DUE_DATE", "chargeIds": ids},
			"NOT_FOUND chargeIds": {"action": "CANCEL", "chargeIds": []string{"chg_none"}},
		} {
			var refused struct{ Batch *batchView }
			if got := operator.change("startBatch", "batch { id }", input, &refused); got != want || refused.Batch != nil {
				t.Errorf("%s instead of %s", got, want)
			}
		}
		if got := operator.change("stopBatch", "replayed", map[string]any{"id": "bat_none"}, nil); got != "NOT_FOUND id" {
			t.Error(got)
		}
	})
	t.Run("it is listed, and its operation leads to it", func(t *testing.T) {
		var listed struct {
			Batches struct {
				TotalCount int
				Nodes      []batchView
			}
			Operations struct {
				Nodes []struct {
					Subject struct {
						Typename string `json:"__typename"`
						ID       string
					}
				}
			}
		}
		reader.ask(`{ batches { totalCount nodes { id action state done failed } } operations(filter: {kind: [RUN_BATCH]}) { nodes { subject { __typename id } } } }`, nil, &listed)
		if listed.Batches.TotalCount != 2 || len(listed.Batches.Nodes) != 2 || listed.Batches.Nodes[0].Action != "CANCEL" || listed.Batches.Nodes[1].Done != 3 {
			t.Errorf("%+v", listed.Batches)
		}
		if nodes := listed.Operations.Nodes; len(nodes) != 2 || nodes[0].Subject.Typename != "Batch" || nodes[0].Subject.ID != first.Batch.ID {
			t.Errorf("%+v", nodes)
		}
	})
}

func TestBatchStops(t *testing.T) {
	t.Parallel()
	b := setup(t) // nothing works on it
	b.Ready()
	operator := b.as(enum.RoleOperator)
	_, charges := b.Sell(10_000, 2)
	var answered struct{ Batch batchView }
	if got := operator.change("startBatch", "batch { id state done }", map[string]any{"action": "CANCEL", "chargeIds": []string{charges[0].ID, charges[1].ID}}, &answered); got != "" || answered.Batch.State != "RUNNING" {
		t.Fatalf("%s: %+v", got, answered)
	}
	for _, one := range []struct{ name, state string }{{"stopBatch", "STOPPED"}, {"resumeBatch", "RUNNING"}, {"stopBatch", "STOPPED"}} {
		if got := operator.change(one.name, "batch { id state running items { nodes { state charge { id } operation { id } } } }", map[string]any{"id": answered.Batch.ID}, &answered); got != "" || answered.Batch.State != one.state || answered.Batch.Items.Nodes[1].State != "PENDING" {
			t.Errorf("%s: %s %+v", one.name, got, answered)
		}
	}
}

func TestPixSettings(t *testing.T) {
	t.Parallel()
	b := working(t)
	owner := b.as(enum.RoleOwner)
	const all = `{ gerencianetIntegration { pixKey payeeCode pixRegisteredAt pixCertificate { environment subject expiresAt setAt setBy { id } } credentials { name environment set hint } } }`
	type settings struct {
		GerencianetIntegration struct {
			PixKey, PayeeCode, PixRegisteredAt *string
			PixCertificate                     *struct {
				Environment, Subject, ExpiresAt, SetAt string
				SetBy                                  *struct{ ID string }
			}
			Credentials []struct {
				Name, Environment string
				Set               bool
				Hint              *string
			}
		}
	}
	var before settings
	owner.ask(all, nil, &before)
	shown := before.GerencianetIntegration
	if shown.PixKey == nil || *shown.PixKey == "" || shown.PayeeCode == nil || len(*shown.PayeeCode) != 32 || shown.PixRegisteredAt != nil {
		t.Errorf("%+v", shown)
	}
	if shown.PixCertificate == nil || shown.PixCertificate.Environment != "SANDBOX" || shown.PixCertificate.Subject == "" || shown.PixCertificate.ExpiresAt == "" || shown.PixCertificate.SetBy != nil {
		t.Errorf("%+v", shown.PixCertificate)
	}
	for _, one := range shown.Credentials {
		if one.Name == "pixCertificate" && (one.Set != (one.Environment == "SANDBOX") || one.Hint != nil) {
			t.Errorf("%+v", one)
		}
	}
	one := len(owner.counted(`{ gerencianetIntegration { pixKey } }`, nil))
	if three := len(owner.counted(`{ gerencianetIntegration { pixKey payeeCode pixCertificate { subject } } }`, nil)); one != three {
		t.Errorf("%d statements for one field, %d for three", one, three)
	}
	if got := owner.change("saveGerencianetIntegration", "integration { id }", map[string]any{"payeeCode": "xyz", "pixCertificate": "????"}, nil); !strings.HasPrefix(got, "PAYEE_CODE_INVALID payeeCode") {
		t.Error(got)
	}
	if got := owner.change("saveGerencianetIntegration", "integration { id }", map[string]any{"payeeCode": strings.Repeat("c", 32)}, nil); got != "" {
		t.Error(got)
	}
	var registered struct {
		RegisterPixWebhook struct {
			Operation  *struct{ Kind string }
			UserErrors []struct{ Code string }
		}
	}
	owner.ask(`mutation { registerPixWebhook { operation { kind } userErrors { code } } }`, nil, &registered)
	if made := registered.RegisterPixWebhook; made.Operation == nil || made.Operation.Kind != "REGISTER_PIX" || len(made.UserErrors) != 0 {
		t.Fatalf("%+v", made)
	}
	until(t, "the webhook is registered", func() bool {
		var after settings
		owner.ask(all, nil, &after)
		return after.GerencianetIntegration.PixRegisteredAt != nil && *after.GerencianetIntegration.PayeeCode == strings.Repeat("c", 32)
	})
}

func TestMappedMethods(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Ready()
	owner := b.as(enum.RoleOwner)
	for _, method := range []string{"CARNET", "LINK"} {
		if got := owner.change("mapPaymentMethod", "integration { id }", map[string]any{"method": method, "remoteMethod": "Boleto"}, nil); got != "METHOD_NOT_MAPPED method" {
			t.Errorf("%s: %s", method, got)
		}
	}
	var listed struct {
		VhsysIntegration struct {
			PaymentMethodMappings []struct{ Method string }
		}
	}
	owner.ask(`{ vhsysIntegration { paymentMethodMappings { method } } }`, nil, &listed)
	if got := fmt.Sprint(listed.VhsysIntegration.PaymentMethodMappings); got != "[{BOLETO} {CARD} {PAYPAL} {PIX}]" {
		t.Error(got)
	}
}
