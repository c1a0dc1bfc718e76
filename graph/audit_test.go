package graph_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/vektah/gqlparser/v2/ast"

	"ponte/access"
	"ponte/billing/billingtest"
	"ponte/ent/audit"
	"ponte/ent/db"
	"ponte/ent/db/auditentry"
	"ponte/ent/enum"
)

// unrecorded are the mutations that leave no entry, with the reason.
var unrecorded = map[string]string{
	"markFailuresRead":      "a mark of the reader, not a change of what is remembered",
	"registerVhsysWebhooks": "needs an address with TLS, which these tests have not; what it writes is a row of integrations",
	"testChannel":           "puts a message into the outbox; nothing else changes",
	"testWebhookEndpoint":   "puts a delivery into the outbox; nothing else changes",
	"resendWebhookDelivery": "the same",
	"replayWebhookEvents":   "the same",
}

// TestEveryMutationIsRecorded does each mutation of the schema once, successfully,
// and looks for its entry.
func TestEveryMutationIsRecorded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.fill(120, owner.person)
	b.ReadyVhsys(owner.person.ID)
	done := map[string]bool{}
	do := func(mutation string, input map[string]any) json.RawMessage {
		t.Helper()
		done[mutation] = true
		got := owner.mutate(schema(t), mutation, input)
		if count, err := b.DB.AuditEntry.Query().Where(auditentry.Action(mutation), auditentry.UserID(owner.person.ID)).Count(b.Context()); err != nil || count == 0 {
			t.Errorf("%s left no entry (%v): %s", mutation, err, got)
		}
		return got
	}
	prepare := func(statement string, values ...any) {
		t.Helper()
		_, err := b.Pool.Exec(statement, values...)
		b.Must(err)
	}
	id := func(kind string, n int) map[string]any { return map[string]any{"id": row(kind, n)} }
	with := func(input map[string]any, name string, value any) map[string]any {
		input[name] = value
		return input
	}
	due := string(b.DueIn(40))

	b.recordCharges(do, prepare, id, with, due)
	b.recordSales(do, prepare, id, due)
	b.recordSettings(do)
	b.recordPeople(do)
	b.recordApprovals(do, prepare)

	for _, field := range schema(t).Mutation.Fields {
		if _, excused := unrecorded[field.Name]; !done[field.Name] && !excused {
			t.Errorf("%s is not tried here: add it, or say in unrecorded why it leaves no entry", field.Name)
		}
	}
	b.Must(audit.Seal(b.Context(), b.Pool))
	if found, err := audit.Verify(b.Context(), b.Pool, nil); err != nil || !found.OK() || found.Entries < int64(len(done)) {
		t.Errorf("%+v %v", found, err)
	}
}

type (
	doing     = func(mutation string, input map[string]any) json.RawMessage
	preparing = func(statement string, values ...any)
)

func (b *bundle) recordCharges(do doing, prepare preparing, id func(string, int) map[string]any, with func(map[string]any, string, any) map[string]any, due string) {
	b.Helper()
	prepare("UPDATE charges SET due_date = $1 WHERE status = 'WAITING'", due)
	do("cancelCharge", id("chg", 12))
	do("changeDueDate", with(id("chg", 24), "dueDate", string(b.DueIn(60))))
	do("resendCharge", with(id("chg", 36), "email", "alguem@example.test"))
	do("settleCharge", id("chg", 48))
	prepare("UPDATE customers SET tax_id = $2, name = 'Maria Souza', email = 'maria@example.test', phone = '31999990000' WHERE id = $1", row("cus", 60), billingtest.CPF(6001))
	do("changeChargeAmount", with(id("chg", 60), "amountCents", 5000))
	do("addChargeNote", with(id("chg", 72), "text", "nota"))
	prepare("UPDATE charges SET method = 'CARD', status = 'FAILED', card_retryable = true WHERE id = $1", row("chg", 84))
	do("retryCardCharge", with(id("chg", 84), "cardToken", b.CardToken("1")))
	prepare("UPDATE charges SET paid_cents = 1000, refunded_cents = 0, end_to_end_id = 'E1' WHERE id = $1", row("chg", 2))
	do("refundCharge", with(id("chg", 2), "amountCents", 100))
	do("createCharge", map[string]any{"customerId": b.Customer().ID, "amountCents": 2000, "dueDate": due, "description": "Avulsa"})
	do("cancelCarnet", id("crn", 4))
	do("settleCarnet", id("crn", 16))
	do("resendCarnet", with(id("crn", 28), "email", "alguem@example.test"))
	do("addCarnetNote", with(id("crn", 40), "text", "nota"))
	batch := do("startBatch", map[string]any{"action": "CANCEL", "chargeIds": []string{row("chg", 108)}})
	var started struct{ Batch struct{ ID string } }
	b.Must(json.Unmarshal(batch, &started))
	do("stopBatch", map[string]any{"id": started.Batch.ID})
	do("resumeBatch", map[string]any{"id": started.Batch.ID})
	prepare("UPDATE charges SET status = 'FAILED', method = 'BOLETO', provider_id = NULL WHERE id = $1", row("chg", 60+3))
	do("retryOperation", id("opr", 63))
	do("acknowledgeFailures", map[string]any{"ids": []string{row("flr", 5)}})
	for mutation, n := range map[string]int{"retryFailure": 75, "retryFailures": 87} {
		prepare("UPDATE charges SET status = 'FAILED', method = 'BOLETO', provider_id = NULL WHERE id = $1", row("chg", n))
		if mutation == "retryFailure" {
			do(mutation, id("flr", n))
		} else {
			do(mutation, map[string]any{"ids": []string{row("flr", n)}})
		}
	}
}

// recordApprovals is asked for by somebody else and decided by the owner.
func (b *bundle) recordApprovals(do doing, prepare preparing) {
	b.Helper()
	b.as(enum.RoleOwner) // nobody decides alone
	do("requireApprovals", map[string]any{"required": true})
	prepare("UPDATE charges SET status = 'PAID', paid_cents = 1000, refunded_cents = 0, method = 'PIX', end_to_end_id = 'E2' WHERE id IN ($1, $2)", row("chg", 14), row("chg", 26))
	prepare("UPDATE charges SET carnet_id = NULL WHERE id IN ($1, $2)", row("chg", 14), row("chg", 26))
	finance := b.as(enum.RoleFinance)
	for mutation, n := range map[string]int{"approve": 14, "deny": 26} {
		var asked struct{ Approval struct{ ID string } }
		b.Must(json.Unmarshal(finance.mutate(schema(b.TB), "refundCharge", map[string]any{"id": row("chg", n), "amountCents": 100}), &asked))
		input := map[string]any{"id": asked.Approval.ID}
		if mutation == "deny" {
			input["reason"] = "não"
		}
		do(mutation, input)
	}
}

func (b *bundle) recordSales(do doing, prepare preparing, id func(string, int) map[string]any, due string) {
	b.Helper()
	do("cancelSale", id("sal", 96))
	do("createSale", map[string]any{"customerId": b.Customer().ID, "items": []any{map[string]any{"productId": b.Product(900).ID}}, "firstDueDate": due})
	var recorded struct{ Sale struct{ ID string } }
	b.Must(json.Unmarshal(do("recordSale", b.paidElsewhere(b.goods(nil, "6102"))), &recorded))
	do("issueInvoice", map[string]any{"saleId": recorded.Sale.ID, "kind": "NFE"})
	do("refundRecordedSale", map[string]any{"id": recorded.Sale.ID})
	prepare("UPDATE invoices SET state = 'ISSUED', issued_at = now() WHERE id = $1", row("inv", 6))
	do("requestInvoiceCancel", id("inv", 6))
	do("saveCustomer", map[string]any{"name": "Nova", "taxId": billingtest.CPF(7001)})
	do("revealTaxId", map[string]any{"customerId": row("cus", 1)})
	do("anonymizeCustomer", map[string]any{"id": b.Customer().ID, "reason": "pedido 1"})
	do("saveProduct", map[string]any{"code": "NOVO", "name": "Novo", "priceCents": 100})
	do("reconcileVhsys", nil)
	prepare("UPDATE differences SET state = 'OPEN', kind = 'ORDER_STATUS' WHERE id IN ($1, $2)", row("dif", 2), row("dif", 4))
	do("repairDifference", id("dif", 2))
	do("ignoreDifference", id("dif", 4))
	prepare("DELETE FROM orders WHERE sale_id = (SELECT max(sale_id) FROM orders)")
	prepare("UPDATE sales SET created_at = '2026-01-15T12:00:00Z' WHERE id NOT IN (SELECT sale_id FROM orders)")
	prepare("UPDATE products SET document = 'ORDER_ONLY'")
	do("mirrorOldSales", map[string]any{"from": "2026-01-01", "to": "2026-01-31"})
}

func (b *bundle) recordSettings(do doing) {
	b.Helper()
	var account struct{ Account struct{ ID string } }
	b.Must(json.Unmarshal(do("saveAccount", map[string]any{"name": "Outra", "bankCode": "0"}), &account))
	do("saveConvenio", map[string]any{"code": "9", "name": "Outro", "bankCode": "0", "accountId": account.Account.ID})
	do("saveHistorico", map[string]any{"code": "99", "text": "Texto", "kind": "FEE"})
	do("saveGerencianetIntegration", map[string]any{"feeCents": 321})
	do("saveVhsysIntegration", map[string]any{"withInterest": true})
	do("registerPixWebhook", nil)
	do("testIntegration", map[string]any{"kind": "VHSYS"})
	do("mapPaymentMethod", map[string]any{"method": "PIX", "remoteMethod": "Boleto"})
	do("mapSaleStatus", map[string]any{"status": "REFUNDED", "base": "Cancelado"})
	var channel struct{ Channel struct{ ID string } }
	b.Must(json.Unmarshal(do("saveChannel", map[string]any{"kind": "WEBHOOK", "name": "Loja", "address": "https://example.com/avisos"}), &channel))
	do("deleteChannel", map[string]any{"id": channel.Channel.ID})
	var hook struct{ Endpoint struct{ ID string } }
	b.Must(json.Unmarshal(do("createWebhookEndpoint", map[string]any{"name": "Loja", "url": "https://example.com/ponte"}), &hook))
	do("updateWebhookEndpoint", map[string]any{"id": hook.Endpoint.ID, "types": []string{"charge.paid"}})
	do("rotateWebhookSecret", map[string]any{"id": hook.Endpoint.ID})
	do("deleteWebhookEndpoint", map[string]any{"id": hook.Endpoint.ID})
	do("importCustomers", map[string]any{"rows": []any{map[string]any{"name": "Importada", "taxId": billingtest.CPF(7101)}}})
	do("importProducts", map[string]any{"rows": []any{map[string]any{"code": "IMP", "name": "Importado", "priceCents": 100}}})
	do("importSales", map[string]any{"rows": []any{map[string]any{"reference": "r1", "taxId": b.Customer().TaxID, "productCode": "IMP", "unitCents": 2000, "firstDueDate": string(b.DueIn(30))}}})
	do("activateIntegration", map[string]any{"kind": "VHSYS", "active": false})
}

func (b *bundle) recordPeople(do doing) {
	b.Helper()
	var made struct{ User struct{ ID string } }
	b.Must(json.Unmarshal(do("createUser", map[string]any{"name": "Bia", "email": "bia@example.test", "role": "READER"}), &made))
	do("updateUser", map[string]any{"id": made.User.ID, "name": "Bia B"})
	do("resetPassword", map[string]any{"userId": made.User.ID})
	var token struct{ Token struct{ ID string } }
	b.Must(json.Unmarshal(do("createApiToken", map[string]any{"name": "Loja", "scopes": []string{"SALES_READ"}}), &token))
	do("rotateApiToken", map[string]any{"id": token.Token.ID})
	do("revokeApiToken", map[string]any{"id": token.Token.ID})

	var factor struct{ Secret string }
	b.Must(json.Unmarshal(do("startTotp", nil), &factor))
	code := func() string {
		now, err := totp.GenerateCode(factor.Secret, b.Clock())
		b.Must(err)
		return now
	}
	var confirmed struct{ RecoveryCodes []string }
	b.Must(json.Unmarshal(do("confirmTotp", map[string]any{"code": code()}), &confirmed))
	var renewed struct{ RecoveryCodes []string }
	b.Must(json.Unmarshal(do("renewRecoveryCodes", map[string]any{"code": confirmed.RecoveryCodes[0]}), &renewed))
	do("saveAccessRules", map[string]any{"requireTotp": true})
	do("saveAccessRules", map[string]any{"requireTotp": false})
	do("disableTotp", map[string]any{"code": renewed.RecoveryCodes[0]})
	do("resetTotp", map[string]any{"userId": b.factor().ID})
	other := b.signedIn(b.User(enum.RoleReader))
	session, err := b.DB.Session.Query().Order(db.Desc("id")).First(b.Context())
	b.Must(err)
	do("endSession", map[string]any{"id": session.ID})
	if got := other.try("{ viewer { unreadFailures } }", nil); got.status != 401 {
		b.Errorf("the session goes on: %s", got.body)
	}
}

// factor answers a person with a second factor.
func (b *bundle) factor() *db.User {
	b.Helper()
	person := b.User(enum.RoleReader)
	ctx := access.WithViewer(b.Context(), &access.Viewer{User: person})
	secret, _, err := b.access.StartTOTP(ctx)
	b.Must(err)
	code, err := totp.GenerateCode(secret, b.Clock())
	b.Must(err)
	_, _, err = b.access.ConfirmTOTP(ctx, code)
	b.Must(err)
	return person
}

// TestAuditEntries reads the record by its filters, with what it must not show.
func TestAuditEntries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, finance, operator := b.as(enum.RoleOwner), b.as(enum.RoleFinance), b.as(enum.RoleOperator)
	b.fill(3, owner.person)
	app := owner.app(enum.CustomersWrite)
	save := `mutation($i: SaveCustomerInput!) { saveCustomer(input: $i) { customer { id } userErrors { code } } }`
	var made struct {
		SaveCustomer struct{ Customer struct{ ID string } }
	}
	owner.ask(save, map[string]any{"i": map[string]any{"name": "Joaquina Prado", "taxId": billingtest.CPF(8001), "email": "joaquina@example.test"}}, &made)
	app.ask(save, map[string]any{"i": map[string]any{"id": made.SaveCustomer.Customer.ID, "name": "Zulmira Prado"}}, nil)
	owner.ask(`mutation { revealTaxId(input: {customerId: "`+made.SaveCustomer.Customer.ID+`"}) { taxId } }`, nil, nil)
	owner.ask(`mutation { createUser(input: {name: "Bia", email: "b@example.test", role: READER}) { user { id } } }`, nil, nil)
	type entries struct {
		AuditEntries struct {
			TotalCount int
			Nodes      []struct {
				ID, At, Address, Action, Change, Kind, ObjectID string
				User, Token                                     *struct{ ID string }
				Fields                                          []struct {
					Name          string
					Before, After *string
				}
			}
		}
	}
	read := func(c *caller, filter map[string]any) entries {
		t.Helper()
		var found entries
		c.ask(`query($f: AuditFilter) { auditEntries(filter: $f) { totalCount nodes { id at address action change kind objectId aboutId position user { id } token { id name } fields { name before after } } } }`, map[string]any{"f": filter}, &found)
		return found
	}
	whole := read(owner, map[string]any{"objectId": made.SaveCustomer.Customer.ID}).AuditEntries
	var actions []string
	for _, one := range whole.Nodes {
		actions = append(actions, one.Action+" "+one.Change)
		if one.User == nil || one.User.ID != owner.person.ID || !strings.HasPrefix(one.Address, "127.") {
			t.Errorf("%+v", one)
		}
	}
	if !slices.Equal(actions, []string{"revealTaxId REVEALED", "saveCustomer CHANGED", "saveCustomer CREATED"}) || whole.TotalCount != 3 {
		t.Fatalf("%v", actions)
	}
	if changed := whole.Nodes[1]; changed.Token == nil || len(changed.Fields) == 0 {
		t.Errorf("%+v", changed)
	}
	for _, one := range whole.Nodes[1].Fields {
		if one.Name == "name" && (*one.Before != "J•••" || *one.After != "Z•••") {
			t.Errorf("%s → %s", *one.Before, *one.After)
		}
	}
	today := string(b.Today())
	for name, one := range map[string]struct {
		filter map[string]any
		want   int
	}{
		"by token": {map[string]any{"tokenId": whole.Nodes[1].Token.ID}, 1}, "by change": {map[string]any{"change": []string{"REVEALED"}}, 1},
		"by action": {map[string]any{"action": "saveCustomer"}, 2}, "by kind": {map[string]any{"kind": []string{"customers"}}, 3},
		"by a person who did nothing": {map[string]any{"userId": finance.person.ID}, 0}, "before": {map[string]any{"to": "2020-01-01"}, 0},
		"from now on": {map[string]any{"from": today, "kind": []string{"customers"}}, 3},
	} {
		if got := read(owner, one.filter).AuditEntries.TotalCount; got != one.want {
			t.Errorf("%s: %d instead of %d", name, got, one.want)
		}
	}
	if got := read(finance, map[string]any{"kind": []string{"users", "password_links", "api_tokens"}}).AuditEntries.TotalCount; got != 0 {
		t.Errorf("finance is shown %d entries about people", got)
	}
	if got := read(owner, map[string]any{"kind": []string{"users", "password_links"}}).AuditEntries.TotalCount; got < 2 {
		t.Errorf("the owner is shown %d entries about people", got)
	}
	if got := operator.try(`{ auditEntries { totalCount } }`, nil); got.code() != "FORBIDDEN" {
		t.Errorf("%s", got.body)
	}
}

// TestTokenByAPI makes, rotates and revokes a token as an app's developer does, and
// follows with it.
func TestTokenByAPI(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, reader := b.as(enum.RoleOwner), b.as(enum.RoleReader)
	b.fill(3, owner.person)
	type payload struct {
		Token struct {
			ID, Name, Hint, Origin, ExpiresAt string
			Scopes                            []string
		}
		Secret string
	}
	var made payload
	input := map[string]any{"name": "Loja", "scopes": []string{"FAILURES_READ", "CHARGES_READ"}, "expiresAt": b.Clock().Add(time.Hour).Format(time.RFC3339)}
	b.Must(json.Unmarshal(owner.mutateFor("createApiToken", "token { id name hint origin scopes expiresAt } secret", input), &made))
	if made.Token.Origin != "PANEL" || !strings.HasSuffix(made.Secret, made.Token.Hint) || !slices.Equal(made.Token.Scopes, []string{"CHARGES_READ", "FAILURES_READ"}) {
		t.Errorf("%+v", made)
	}
	app := *owner
	app.token = made.Secret
	if got := app.try(`{ charges(first: 1) { nodes { id } } viewer { scopes } }`, nil); got.code() != "" {
		t.Fatalf("%s", got.body)
	}
	var list struct {
		APITokens struct {
			Nodes []struct{ ID, LastUsedAt, LastUsedAddress string }
		}
	}
	owner.ask(`{ apiTokens(live: true) { nodes { id lastUsedAt lastUsedAddress } } }`, nil, &list)
	if len(list.APITokens.Nodes) != 1 || list.APITokens.Nodes[0].LastUsedAt == "" || !strings.HasPrefix(list.APITokens.Nodes[0].LastUsedAddress, "127.") {
		t.Errorf("%+v", list)
	}
	reader.ask(`{ apiTokens { nodes { id } } }`, nil, &list)
	if len(list.APITokens.Nodes) != 0 {
		t.Errorf("a reader sees %+v", list)
	}
	stream := app.follow(t, `subscription { chargeChanged { id } }`)
	revoked := time.Now()
	owner.mutateFor("revokeApiToken", "token { revokedAt }", map[string]any{"id": made.Token.ID})
	select {
	case <-stream:
		if took := time.Since(revoked); took > 3*time.Second {
			t.Errorf("the subscription went on for %s", took)
		}
	case <-time.After(patience):
		t.Error("the subscription goes on")
	}
	if got := app.try(`{ viewer { scopes } }`, nil); got.status != 401 {
		t.Errorf("%s", got.body)
	}
}

// follow opens a stream of Server-Sent Events; the channel is closed when it ends.
func (c *caller) follow(t *testing.T, document string) <-chan struct{} {
	t.Helper()
	ended := make(chan struct{})
	opened := time.Now()
	go func() {
		defer close(ended)
		c.send("GET", "?query="+url.QueryEscape(document), map[string]string{"Accept": "text/event-stream"}, "")
	}()
	time.Sleep(time.Until(opened.Add(time.Second)))
	select {
	case <-ended:
		t.Fatal("the stream ended at once")
	default:
	}
	return ended
}

// mutate does a mutation that must not be refused, asking for the ids of what it
// answers.
func (c *caller) mutate(loaded *ast.Schema, mutation string, input map[string]any) json.RawMessage {
	c.Helper()
	var selected []string
	for _, field := range loaded.Types[loaded.Mutation.Fields.ForName(mutation).Type.Name()].Fields {
		switch below := loaded.Types[field.Type.Name()]; {
		case field.Name == "userErrors":
		case below.IsCompositeType() && below.Fields.ForName("id") != nil && field.Type.Elem == nil:
			selected = append(selected, field.Name+" { id }")
		case !below.IsCompositeType():
			selected = append(selected, field.Name)
		}
	}
	return c.mutateFor(mutation, strings.Join(selected, " "), input)
}

func (c *caller) mutateFor(mutation, selection string, input map[string]any) json.RawMessage {
	c.Helper()
	loaded := schema(c.TB)
	head, argument, variables := "mutation", "", map[string]any{}
	if arguments := loaded.Mutation.Fields.ForName(mutation).Arguments; len(arguments) > 0 {
		for i, one := range arguments { // most have an input, the oldest have their own
			name := fmt.Sprintf("a%d", i)
			value := any(input)
			if one.Name != "input" {
				value = input[one.Name]
			}
			variables[name] = value
			separator := ", "
			if i == 0 {
				separator = ""
				head += "("
			}
			head += fmt.Sprintf("%s$%s: %s", separator, name, one.Type)
			argument += fmt.Sprintf("%s%s: $%s", separator, one.Name, name)
		}
		head, argument = head+")", "("+argument+")"
	}
	got := c.try(head+" { "+mutation+argument+" { "+selection+" userErrors { code field message } } }", variables)
	var answered map[string]json.RawMessage
	_ = json.Unmarshal(got.Data, &answered)
	if got.code() != "" || !strings.Contains(string(answered[mutation]), `"userErrors":[]`) {
		c.Errorf("%s: %s", mutation, got.body)
	}
	return answered[mutation]
}
