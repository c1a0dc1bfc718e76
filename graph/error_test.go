package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"ponte/billing"
	"ponte/billing/billingtest"
	"ponte/ent/enum"
	"ponte/server/sandbox"
)

func TestErrors(t *testing.T) {
	t.Parallel()

	t.Run("an internal error tells an id and nothing else, and the log tells the rest", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleOwner)
		_, err := b.Pool.Exec("ALTER TABLE charges RENAME TO charges_away")
		b.Must(err)
		got := c.try(`{ charges { nodes { id } } system { version } }`, nil)
		if got.code() != "INTERNAL" || got.Errors[0].Extensions.ID == "" || fmt.Sprint(got.Errors[0].Path) != "[charges]" {
			t.Fatalf("%s", got.body)
		}
		if told := string(got.body); strings.Contains(told, "SELECT") || strings.Contains(told, "pq:") || strings.Contains(told, "charges_away") || strings.Contains(told, ".go") {
			t.Errorf("it tells too much: %s", told)
		}
		log := strings.Join(b.logged.take(), "")
		if !strings.Contains(log, got.Errors[0].Extensions.ID) || !strings.Contains(log, "does not exist") {
			t.Errorf("the log: %s", log)
		}
		w := c.open()
		w.subscribe("1", `subscription { chargeChanged(id: "chg_1") { id } }`, nil)
		if got := w.expect("next"); !strings.Contains(string(got.Payload), "INTERNAL") || strings.Contains(string(got.Payload), "pq:") {
			t.Errorf("a stream: %s", got.Payload)
		}
	})

	t.Run("a value that cannot be read is named, and is not an internal error", func(t *testing.T) {
		t.Parallel()
		c := setup(t).as(enum.RoleOwner)
		for document, field := range map[string]string{
			`{ charges(filter: {dueFrom: "31/12/2026"}) { nodes { id } } }`:                                                              "filter.dueFrom",
			`{ charges(filter: {dueFrom: 3}) { nodes { id } } }`:                                                                         "filter.dueFrom",
			`{ accountStatement(accountId: "acc_1", period: {from: "2026-02-30", to: "2026-03-01"}) { openingCents } }`:                  "period.from",
			`mutation { saveProduct(input: {code: "a", name: "b", priceCents: "muito"}) { product { id } } }`:                            "input.priceCents",
			`mutation { createSale(input: {customerId: "x", items: [{unitCents: "1,5"}], firstDueDate: "2026-01-01"}) { sale { id } } }`: "input.items.0.unitCents",
		} {
			got := c.try(document, nil)
			if got.code() != "INVALID_ARGUMENT" || strings.Join(got.Errors[0].Extensions.Field, ".") != field || !strings.Contains(got.Errors[0].Message, field) {
				t.Errorf("%s: %s", document, got.body)
			}
		}
		if got := c.try(`{ charges(filter: {search: "a\u0000b"}) { nodes { id } } }`, nil); got.code() != "INVALID_ARGUMENT" {
			t.Errorf("a character that cannot be stored: %s", got.body)
		}
		if got := c.try(`{ accountStatement(accountId: "acc_1", period: {from: "2026-03-02", to: "2026-03-01"}) { openingCents } }`, nil); got.code() != "INVALID_ARGUMENT" {
			t.Errorf("a period that ends before it begins: %s", got.body)
		}
		if got := c.try(`{ accountStatement(accountId: "acc_1", period: {from: "2020-03-02", to: "2026-03-01"}) { openingCents } }`, nil); got.code() != "INVALID_ARGUMENT" {
			t.Errorf("a period of years: %s", got.body)
		}
		if log := c.logged.take(); len(log) > 0 {
			t.Errorf("logged: %v", log)
		}
	})

	t.Run("a question that takes too long is ended", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := b.as(enum.RoleReader)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(`{"query":"{ charges { nodes { id } } }"}`))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+c.token)
		recorder := httptest.NewRecorder()
		b.server.Config.Handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusServiceUnavailable && !strings.Contains(recorder.Body.String(), "TIMEOUT") && recorder.Body.String() != "null" {
			t.Errorf("%d %s", recorder.Code, recorder.Body)
		}
	})

	t.Run("messages are in the language that was asked for", func(t *testing.T) {
		t.Parallel()
		c := setup(t).as(enum.RoleReader)
		for header, english := range map[string]bool{
			"": false, "en": true, "en-GB,pt;q=0.5": true, "pt-BR,en;q=0.9": false, "fr, en;q=0.3": true, "de": false, "pt-PT": false, "en;q=0.1, pt;q=0.9": false, "nonsense;;;": false,
		} {
			c.language = header
			got := c.try(`{ users { nodes { id } } }`, nil)
			if got.code() != "FORBIDDEN" || strings.Contains(got.Errors[0].Message, "Your role") != english {
				t.Errorf("%q: %s", header, got.body)
			}
		}
		c.language = "en"
		var refused struct {
			SaveCustomer struct {
				UserErrors []struct{ Code, Message string }
			}
		}
		operator := c.as(enum.RoleOperator)
		operator.language = "en"
		operator.ask(`mutation { saveCustomer(input: {name: "Ana", taxId: "1"}) { userErrors { code message } } }`, nil, &refused)
		if len(refused.SaveCustomer.UserErrors) == 0 || strings.Contains(refused.SaveCustomer.UserErrors[0].Message, "ã") {
			t.Errorf("%+v", refused)
		}
	})
}

// everything answers a document for each query field that asks for all that can be
// asked for below it, to a depth that the limits allow.
func everything(loaded *ast.Schema, of *ast.Type, depth int) string {
	definition := loaded.Types[of.Name()]
	if !definition.IsCompositeType() {
		return ""
	}
	var b strings.Builder
	b.WriteString(" { __typename")
	if definition.Name == "Node" { // its types have fields of one name and different types
		return b.String() + " id }"
	}
	if definition.Kind != ast.Object {
		for _, possible := range loaded.PossibleTypes[definition.Name] {
			if depth > 0 {
				b.WriteString(" ... on " + possible.Name + everything(loaded, ast.NamedType(possible.Name, nil), depth-1))
			}
		}
		return b.String() + " }"
	}
	for _, field := range definition.Fields {
		switch {
		case strings.HasPrefix(field.Name, "__"), depth == 0 && loaded.Types[field.Type.Name()].IsCompositeType():
		case field.Name == "edges", field.Name == "failure" && depth < 2:
		default:
			b.WriteString(" " + field.Name + everything(loaded, field.Type, depth-1))
		}
	}
	return b.String() + " }"
}

// TestSecretsNeverComeOut plants credentials and looks for them in every field of
// every query, after an exchange with both providers was recorded.
func TestSecretsNeverComeOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.as(enum.RoleOwner)
	b.Ready(owner.person)
	b.Run(b.Service)
	customer := b.Customer()
	_, charges := b.Issued(10_000, 2)
	b.FailGerencianet(billingtest.Fault{Route: "POST /v1/charge/:id/pay", Kind: "status", Count: 1, Status: 400, Body: `{"code":4600210,"error":"validation_error","error_description":"recusada"}`})
	if _, err := b.CreateCharge(b.Context(), b.NewCharge(7_000)); err != nil {
		t.Fatal(err)
	}
	until(t, "the refusal is recorded", func() bool { return len(b.Failures()) > 0 })
	card, certificate := b.NewCharge(9_000), b.PixCertificate(sandbox.EnvironmentSandbox)
	card.PaymentMethod, card.DueDate, card.CardToken = enum.MethodCard, nil, billingtest.Ref(cardToken(1))
	paid, err := b.CreateCharge(b.Context(), card)
	b.Must(err)
	b.UntilStatus(paid.Charge.ID, enum.ChargePaid)
	if _, err := b.StartBatch(b.Context(), billing.NewBatch{Action: enum.BatchResend, ChargeIds: []string{charges[1].ID}}); err != nil {
		t.Fatal(err)
	}
	b.Pay(charges[0], billingtest.Payment{})
	b.UntilStatus(charges[0].ID, enum.ChargePaid)
	app, err := b.CreateWebhookEndpoint(b.Context(), billing.NewWebhookEndpoint{Name: "loja", URL: "https://loja.example/ponte", Active: true})
	b.Must(err)

	loaded := schema(t)
	var dump strings.Builder
	period := map[string]any{"from": "2026-01-01", "to": "2026-12-31"}
	account, err := b.DB.Account.Query().Only(b.Context())
	b.Must(err)
	settings, err := b.DB.Integration.Query().All(b.Context())
	b.Must(err)
	for _, field := range loaded.Query.Fields {
		if strings.HasPrefix(field.Name, "__") || field.Name == "node" || field.Name == "nodes" {
			continue
		}
		arguments := map[string]string{"accountStatement": `(accountId: "` + account.ID + `", period: {from: "` + period["from"].(string) + `", to: "` + period["to"].(string) + `"})`, "previewMirror": `(saleId: "` + charges[0].SaleID + `")`, "cardOptions": `(amountCents: 10000, brand: "visa")`, "failureGroups": "(by: CODE)", "webhookEndpoint": `(id: "` + app.Endpoint.ID + `")`}[field.Name]
		for _, argument := range field.Arguments {
			if argument.Name == "first" {
				arguments = "(first: 5)"
			}
		}
		got := owner.try("{ "+field.Name+arguments+everything(loaded, field.Type, 3)+" }", nil)
		if len(got.Errors) > 0 || got.status != http.StatusOK {
			t.Errorf("%s: %.300s", field.Name, got.body)
		}
		dump.Write(got.body)
	}
	for _, document := range []string{`{ charges { nodes { operations { attempts { request requestBody responseBody error } } } } }`, `{ operations(first: 100) { nodes { attempts { request requestBody responseBody error } } } }`} {
		dump.Write(owner.try(document, nil).body)
	}
	content := dump.String()
	for what, secret := range map[string]string{
		"the client's secret": sandbox.DemoClientSecret, "the client's id": sandbox.DemoClientID, "the access token": sandbox.DemoAccessToken, "the secret token": sandbox.DemoSecretToken,
		"a tax id": customer.TaxID, "a password hash": owner.person.PasswordHash + "argon2id", "the callback's secret": settings[0].CallbackSecret,
		"a card's token": *card.CardToken, "the certificate": strings.Split(certificate, "\n")[1], "its key": strings.Split(certificate, "PRIVATE KEY-----\n")[1][:60],
		"the seal": billingtest.MasterKey, "an app's secret": app.Secret,
	} {
		if secret != "" && strings.Contains(content, secret) {
			t.Errorf("%s came out", what)
		}
	}
	if found := regexp.MustCompile(`/callbacks/gerencianet/[0-9a-f]{8,}`).FindString(content); found != "" {
		t.Errorf("a callback address came out: %s", found)
	}
	if !strings.Contains(content, "requestBody\":\"{") || !strings.Contains(content, `"hint":"`) {
		t.Error("the dump lacks what it should have looked through")
	}
	var hints struct {
		GerencianetIntegration struct {
			Credentials []struct {
				Name string
				Hint *string
				Set  bool
			}
		}
	}
	owner.ask(`{ gerencianetIntegration { credentials { name hint set } } }`, nil, &hints)
	for _, one := range hints.GerencianetIntegration.Credentials {
		if one.Name == "clientSecret" && one.Hint != nil || one.Hint != nil && len(*one.Hint) != 4 {
			t.Errorf("%+v", one)
		}
	}
}
