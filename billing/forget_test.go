package billing_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/enum"
)

// planted is a person whose every value is found nowhere else.
type planted struct {
	*db.Customer
	values []string
}

func plant(ctx context.Context, w *billingtest.World) planted {
	w.Helper()
	taxID := billingtest.CPF(771_177)
	input := billing.SaveCustomer{
		Name: "Quitéria Zbórowska Xanfré", TaxID: &taxID, Email: billingtest.Ref("quiteria.xanfre@exemplo.test"), Phone: billingtest.Ref("31988776655"),
		Address: &billing.AddressInput{Street: "Travessa Ybytyruna", Number: "77-Qyz", Complement: billingtest.Ref("Fundos-Qx"), District: "Xopotó", City: "Curitiba", State: "PR", PostalCode: "80020-917"},
	}
	was := input
	was.Name = "Quitéria Zbórowska"
	made, err := w.SaveCustomer(ctx, was)
	w.Must(err)
	input.ID = &made.ID
	made, err = w.SaveCustomer(ctx, input) // a change leaves what was in the audit record
	w.Must(err)
	return planted{Customer: made, values: []string{
		"Quitéria", "Zbórowska", "Xanfré", `Quit\u00e9ria`, taxID, taxID[:3] + "." + taxID[3:6] + "." + taxID[6:9] + "-" + taxID[9:], taxID[3:6] + "." + taxID[6:9],
		"quiteria.xanfre", "exemplo.test", "31988776655", "988776655", "Ybytyruna", "77-Qyz", "Fundos-Qx", "Xopotó", "80020917",
	}}
}

// found answers which of the values stand anywhere in the database, as they are or
// in bytes.
func (p planted) found(w *billingtest.World) []string {
	w.Helper()
	dump := strings.ToLower(dumpAll(w))
	var found []string
	for _, value := range p.values {
		value = strings.ToLower(value)
		at := strings.Index(dump, value)
		if at < 0 {
			at = strings.Index(dump, hex.EncodeToString([]byte(value)))
		}
		if at >= 0 {
			found = append(found, fmt.Sprintf("%s in …%s…", value, dump[max(at-120, 0):min(at+80, len(dump))]))
		}
	}
	return found
}

// ownedWorld is a ready world and the context of an owner who hears of failures.
func ownedWorld(t *testing.T) (*billingtest.World, context.Context) {
	t.Helper()
	w := billingtest.New(t)
	owner := w.User(enum.RoleOwner)
	w.Ready(owner).RegisteredPix()
	return w, billing.WithActor(w.Context(), billing.Actor{UserID: owner.ID, Action: "test", Address: "192.0.2.7"})
}

// live has the person leave traces wherever a customer can: sales, notes, mails, a
// refund, failures, an order, a nota fiscal, and records of others.
func (p planted) live(ctx context.Context, w *billingtest.World) (paid *db.Charge) {
	w.Helper()
	product := w.Invoiced(59_90, enum.DocumentNFe, enum.TimingOnApproval)
	started, err := w.CreateSale(ctx, billing.NewSale{
		CustomerID: p.ID, Items: []*billing.NewItem{{ProductID: &product.ID, Quantity: 1, Description: billingtest.Ref("Aula de " + p.Name)}}, PaymentMethod: enum.MethodBoleto,
		Installments: 1, FirstDueDate: billingtest.Ref(w.DueIn(5)), Note: billingtest.Ref("Ligar para " + p.Name + ", " + p.Phone),
		Terms: &billing.Terms{Message: billingtest.Ref("Olá, " + p.Name)},
	})
	w.Must(err)
	boleto := w.UntilStatus(w.Charges(started.Sale.ID)[0].ID, enum.ChargeWaiting)
	w.Must(second(w.AddChargeNote(ctx, boleto.ID, "Falei com "+p.Name)))
	w.Must(second(w.ResendCharge(ctx, boleto.ID, billingtest.Ref("outro."+p.Email))))
	w.UntilIdle()
	w.Pay(boleto, billingtest.Payment{})
	w.UntilSale(started.Sale.ID, enum.SaleApproved)
	w.UntilInvoice(started.Sale.ID, enum.InvoiceIssued)

	pix := w.NewPix(80_00, 3600)
	pix.CustomerID, pix.Description = &p.ID, billingtest.Ref("Consulta de "+p.Name)
	paid = w.UntilStatus(w.Create(pix).ID, enum.ChargeWaiting)
	w.PayPix(paid, billingtest.Payment{})
	w.UntilStatus(paid.ID, enum.ChargePaid)
	refunded, err := w.RefundCharge(ctx, billing.NewRefund{ID: paid.ID, AmountCents: billingtest.Ref(int64(10_00)), Reason: billingtest.Ref("A pedido de " + p.Name)})
	w.Must(err)
	w.UntilRefund(refunded.Refund.ID, enum.RefundDone)
	inputs := map[enum.ApprovalKind]string{enum.ApproveRefund: `{"Reason": "Para ` + p.Name + `"}`, enum.ApproveCancelMany: `{}`}
	for kind, subject := range map[enum.ApprovalKind]string{enum.ApproveRefund: paid.ID, enum.ApproveCancelMany: ""} {
		asker := w.User(enum.RoleFinance)
		w.Must(w.DB.Approval.Create().SetID("apr_" + string(kind)).SetKind(kind).SetSubjectID(subject).SetInput([]byte(inputs[kind])).
			SetDigest([]byte(kind)).SetAskedBy(asker).SetCreatedAt(w.Clock()).SetExpiresAt(w.Clock()).
			SetState(enum.ApprovalDenied).SetDecidedBy(asker).SetDecidedAt(w.Clock()).SetReason("Não: " + p.Name).Exec(ctx))
	}

	w.FailGerencianet(billingtest.Fault{Route: issueRoute, Kind: "status", Status: 400, Body: `{"code":4600210,"error":"validation_error","error_description":{"property":"/x","message":"Recusado: ` + p.Name + `, ` + p.Email + `"}}`})
	failing := w.NewCharge(70_00)
	failing.CustomerID = &p.ID
	failed, err := w.CreateCharge(ctx, failing)
	w.Must(err)
	w.UntilStatus(failed.Charge.ID, enum.ChargeFailed)
	w.Mend()
	for _, one := range w.Failures() {
		if one.SubjectID == failed.Charge.ID {
			w.Must(second(w.AcknowledgeFailures(ctx, []string{one.ID}, billingtest.Ref("Combinado com "+p.Name))))
		}
	}
	bad := w.NewCharge(1) // the provider takes no cent: the item of the batch keeps its input
	bad.CustomerID, bad.Description = &p.ID, billingtest.Ref("Lote de "+p.Name)
	w.Must(second(w.StartBatch(ctx, billing.NewBatch{Action: enum.BatchIssue, Charges: []*billing.NewCharge{&bad}})))
	p.inOldRecords(w)
	w.Must(w.Sweep(w.Context()))
	w.Must(second(w.Reconcile(w.Context())))
	w.UntilIdle()
	return paid
}

// inOldRecords leaves the person in records that nothing points to, as an answer
// about many customers did before such answers were masked.
func (p planted) inOldRecords(w *billingtest.World) {
	w.Helper()
	for _, statement := range []string{
		`INSERT INTO operations (id, kind, integration, dedupe_key, state, asked_at, created_at, finished_at, last_error) VALUES ('opr_old', 'SWEEP', 'GERENCIANET', 'old', 'FAILED', now(), now(), now(), 'Quitéria Zbórowska Xanfré: recusado')`,
		`INSERT INTO attempts (id, operation_id, started_at, duration_milliseconds, request, request_body, response_body) VALUES
			('atp_old', 'opr_old', now(), 1, 'GET /v1/charges?nome=QUITÉRIA ZBÓROWSKA XANFRÉ', '', '{"name":"Quit\u00e9ria Zb\u00f3rowska Xanfr\u00e9","street":"Travessa Ybytyruna","number":"77-Qyz"}'),
			('atp_phone', 'opr_old', now(), 1, 'GET /v1/charges', '', '(31) 98877-6655 Xopotó')`,
		`INSERT INTO notices (id, integration, token, body, created_at) VALUES ('ntc_old', 'GERENCIANET', 'old', 'infoPagador: ` + p.TaxID + `', now())`,
		`INSERT INTO failures (id, cause_key, code, cause, remedy, subject_label, provider_text, first_at, last_at, state) VALUES
			('flr_old', 'old', 'old', '{"pt": "Recusado: quiteria.xanfre@exemplo.test", "en": ""}', '{}', '{}', 'Quitéria Zbórowska Xanfré', now(), now(), 'RESOLVED')`,
	} {
		_, err := w.Pool.Exec(statement)
		w.Must(err)
	}
}

func TestAnonymizeCustomer(t *testing.T) {
	t.Parallel()
	w, ctx := ownedWorld(t)
	person, other := plant(ctx, w), w.Charge(33_00)
	paid := person.live(ctx, w)
	if found := person.found(w); len(found) < len(person.values)-3 { // all but other ways to write the same
		t.Fatalf("only planted: %v", found)
	}
	books := dumpTable(w, "entries") + dumpTable(w, "accounts")
	before, err := w.DB.Customer.Get(ctx, other.CustomerID)
	w.Must(err)

	forgotten, err := w.AnonymizeCustomer(ctx, person.ID, "Pedido 17 de Quitéria Zbórowska Xanfré")
	w.Must(err)
	if forgotten.Name != billing.Anonymous || forgotten.AnonymizedAt == nil || forgotten.AnonymizedReason != "Pedido 17 de •••" {
		t.Errorf("%+v", forgotten)
	}
	for _, found := range person.found(w) {
		t.Errorf("left: %s", found)
	}
	if dumpTable(w, "entries")+dumpTable(w, "accounts") != books {
		t.Error("the ledger is another one")
	}
	t.Run("what comes later does not bring the person back", func(t *testing.T) {
		refunded, err := w.RefundCharge(ctx, billing.NewRefund{ID: paid.ID})
		w.Must(err)
		w.UntilRefund(refunded.Refund.ID, enum.RefundDone)
		w.Must(w.Sweep(w.Context()))
		w.Must(second(w.Reconcile(w.Context())))
		quiet(w)
		for _, found := range person.found(w) {
			if !strings.HasPrefix(found, person.TaxID[3:6]+".") { // the mask of a tax id stands in later records, as in those of everybody
				t.Errorf("came back: %s", found)
			}
		}
	})
	t.Run("the ledger and the audit record are whole", func(t *testing.T) {
		checked, err := w.CheckLedger(ctx)
		w.Must(err)
		if !checked.OK() {
			t.Errorf("%+v", checked)
		}
		w.Must(audit.Seal(t.Context(), w.Pool))
		chain, err := audit.Verify(t.Context(), w.Pool, nil)
		w.Must(err)
		if !chain.OK() || chain.Entries == 0 {
			t.Errorf("%+v", chain)
		}
	})
	t.Run("nothing is sold or changed any more", func(t *testing.T) {
		input := w.NewSale(10_00, 1)
		input.CustomerID = person.ID
		refused(t, second(w.CreateSale(ctx, input)), "CUSTOMER_ANONYMIZED")
		refused(t, second(w.SaveCustomer(ctx, billing.SaveCustomer{ID: &person.ID, Name: "Outra"})), "CUSTOMER_ANONYMIZED")
		for _, statement := range []string{
			"UPDATE customers SET email = 'a@b.test' WHERE id = $1",
			"INSERT INTO sales (id, customer_id, items_cents, discount_cents, interest_cents, total_cents, payment_method, installments, created_at) VALUES ('sal_x', $1, 1, 0, 0, 1, 'PIX', 1, now())",
		} {
			if _, err := w.Pool.Exec(statement, person.ID); err == nil {
				t.Errorf("the database takes %s", statement)
			}
		}
	})
	t.Run("again it changes nothing, and the person may come back", func(t *testing.T) {
		again, err := w.AnonymizeCustomer(ctx, person.ID, "Outra vez")
		w.Must(err)
		if !again.AnonymizedAt.Equal(*forgotten.AnonymizedAt) || again.AnonymizedReason != forgotten.AnonymizedReason {
			t.Errorf("%+v", again)
		}
		w.Must(second(w.SaveCustomer(ctx, billing.SaveCustomer{Name: "De volta", TaxID: &person.TaxID})))
	})
	if after, err := w.DB.Customer.Get(ctx, other.CustomerID); err != nil || after.Name != before.Name || after.Email != before.Email {
		t.Errorf("somebody else became %+v (%v)", after, err)
	}
}

func TestAnonymizeIsRefused(t *testing.T) {
	t.Parallel()
	w, ctx := ownedWorld(t)
	forget := func(id string) error { return second(w.AnonymizeCustomer(ctx, id, "Pedido 17")) }
	refused(t, second(w.AnonymizeCustomer(ctx, w.Customer().ID, " ")), "REASON_REQUIRED")
	refused(t, forget("cus_none"), "NOT_FOUND")

	open := w.Charge(50_00)
	refused(t, forget(open.CustomerID), "CUSTOMER_HAS_OPEN_CHARGE")
	w.Must(second(w.CancelCharge(ctx, open.ID)))
	w.UntilStatus(open.ID, enum.ChargeCanceled)
	w.UntilIdle()

	busy := w.Customer()
	_, err := w.Pool.Exec(`INSERT INTO operations (id, kind, integration, subject_id, dedupe_key, state, asked_at, created_at, next_try_at) VALUES ('opr_busy', 'ADD_NOTE', 'GERENCIANET', $1, 'busy', 'QUEUED', now(), now(), now() + interval '1 day')`, busy.ID)
	w.Must(err)
	refused(t, forget(busy.ID), "CUSTOMER_BUSY")

	sold := soldInvoiced(w, w.Invoiced(59_90, enum.DocumentNFe, enum.TimingDaysAfterApproval))
	w.UntilInvoice(sold.ID, enum.InvoiceScheduled)
	_, err = w.Pool.Exec("UPDATE operations SET state = 'CANCELED', next_try_at = NULL WHERE state = 'QUEUED' AND kind = 'ISSUE_INVOICE'")
	w.Must(err)
	untilOnlyBusy(w)
	refused(t, forget(sold.CustomerID), "CUSTOMER_HAS_OPEN_INVOICE")

	paid := w.Charge(20_00) // of no product that the ERP gets
	w.Pay(paid, billingtest.Payment{})
	w.UntilStatus(paid.ID, enum.ChargePaid)
	_, err = w.Pool.Exec("UPDATE charges SET environment = 'PRODUCTION' WHERE id = $1", paid.ID)
	w.Must(err)
	untilOnlyBusy(w)
	if told := refused(t, forget(paid.CustomerID), "LEGAL_RETENTION"); !strings.Contains(told.Text.PT, fmt.Sprintf("01/01/%d", w.Clock().Year()+6)) {
		t.Errorf("%s", told.Text.PT)
	}
	w.Advance(6*366 + 1)
	w.Must(forget(paid.CustomerID))
}

func untilOnlyBusy(w *billingtest.World) {
	w.Helper()
	w.Until("nothing of it runs", func() bool {
		var live int
		w.Must(w.Pool.QueryRow("SELECT count(*) FROM operations WHERE state IN ('QUEUED', 'RUNNING', 'UNKNOWN') AND id <> 'opr_busy'").Scan(&live))
		return live == 0
	})
}

func TestExportCustomer(t *testing.T) {
	t.Parallel()
	w, ctx := ownedWorld(t)
	person, other := plant(ctx, w), w.Charge(33_00)
	paid := person.live(ctx, w)
	w.Must(w.RevealCustomer(ctx, person.ID))
	var out bytes.Buffer
	w.Must(w.ExportCustomer(ctx, person.ID, &out))
	var all map[string][]map[string]any
	w.Must(json.Unmarshal(out.Bytes(), &all))
	for table, least := range map[string]int{
		"customers": 1, "sales": 3, "sale_items": 3, "charges": 3, "charge_events": 5, "entries": 5, "refunds": 1, "orders": 1, "invoices": 1, "operations": 6,
		"attempts": 6, "failures": 1, "deliveries": 1, "batch_items": 1, "audit_entries": 3,
	} {
		if len(all[table]) < least {
			t.Errorf("%d %s", len(all[table]), table)
		}
	}
	text := out.String()
	for _, wanted := range []string{person.Name, person.TaxID, person.Email, person.Phone, person.Street, "Ligar para", "Falei com", "A pedido de", "Combinado com", "Lote de", paid.ID} {
		if !strings.Contains(text, wanted) {
			t.Errorf("without %s", wanted)
		}
	}
	if strings.Contains(text, other.ID) || strings.Contains(text, "card_token") {
		t.Error("it tells of somebody else, or a secret")
	}
	refused(t, w.RevealCustomer(ctx, "cus_none"), "NOT_FOUND")
	var revealed int
	w.Must(w.Pool.QueryRow("SELECT count(*) FROM audit_entries WHERE change = 'REVEALED' AND object_id = $1 AND user_id IS NOT NULL", person.ID).Scan(&revealed))
	if revealed != 1 {
		t.Errorf("%d times in the record", revealed)
	}
}

// TestEveryTableIsConsidered: what is kept about a person is exported and erased,
// in tables that come later too.
func TestEveryTableIsConsidered(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	rows, err := w.Pool.Query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
	w.Must(err)
	defer func() { _ = rows.Close() }()
	considered := billing.ConsideredTables()
	for rows.Next() {
		var name string
		w.Must(rows.Scan(&name))
		if !considered[name] {
			t.Errorf("%s: say in billing/person.go what of a customer stands in it, or that nothing does", name)
		}
		delete(considered, name)
	}
	w.Must(rows.Err())
	for name := range considered {
		t.Errorf("%s is no table", name)
	}
}
