package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"ponte/billing/billingtest"
	"ponte/server/sandbox"
)

// userErrors are why an input was refused.
type userErrors []struct {
	Code    string
	Field   []string
	Message string
}

// id asks a mutation that answers one object and fails on a refusal.
func (c *client) id(mutation, object string, variables map[string]any) string {
	c.t.Helper()
	var data map[string]map[string]json.RawMessage
	c.ask(mutation, variables, &data)
	for _, payload := range data {
		var refused userErrors
		if err := json.Unmarshal(payload["userErrors"], &refused); err != nil || len(refused) > 0 {
			c.t.Fatalf("refused: %s", payload["userErrors"])
		}
		var node struct{ ID string }
		if err := json.Unmarshal(payload[object], &node); err != nil {
			c.t.Fatal(err)
		}
		return node.ID
	}
	return ""
}

// refusal asks a mutation and answers the codes of its user errors.
func (c *client) refusal(mutation string, variables map[string]any) []string {
	c.t.Helper()
	var data map[string]struct{ UserErrors userErrors }
	c.ask(mutation, variables, &data)
	var codes []string
	for _, payload := range data {
		for _, one := range payload.UserErrors {
			codes = append(codes, one.Code)
		}
	}
	return codes
}

type input = map[string]any

const (
	saveAccount     = `mutation($i: SaveAccountInput!) { saveAccount(input: $i) { account { id } userErrors { code field message } } }`
	saveConvenio    = `mutation($i: SaveConvenioInput!) { saveConvenio(input: $i) { convenio { id } userErrors { code field message } } }`
	saveHistorico   = `mutation($i: SaveHistoricoInput!) { saveHistorico(input: $i) { historico { id } userErrors { code field message } } }`
	saveGerencianet = `mutation($i: SaveGerencianetIntegrationInput!) { saveGerencianetIntegration(input: $i) { integration { id } userErrors { code field message } } }`
	saveVhsys       = `mutation($i: SaveVhsysIntegrationInput!) { saveVhsysIntegration(input: $i) { integration { id } userErrors { code field message } } }`
	testIntegration = `mutation($i: TestIntegrationInput!) { testIntegration(input: $i) { integration { id } userErrors { code field message } } }`
	activate        = `mutation($i: ActivateIntegrationInput!) { activateIntegration(input: $i) { integration { id } userErrors { code field message } } }`
	mapMethod       = `mutation($i: MapPaymentMethodInput!) { mapPaymentMethod(input: $i) { integration { id } userErrors { code field message } } }`
	mapStatus       = `mutation($i: MapSaleStatusInput!) { mapSaleStatus(input: $i) { integration { id } userErrors { code field message } } }`
	createUser      = `mutation($i: CreateUserInput!) { createUser(input: $i) { user { id } userErrors { code field message } } }`
	saveProduct     = `mutation($i: SaveProductInput!) { saveProduct(input: $i) { product { id } userErrors { code field message } } }`
	saveCustomer    = `mutation($i: SaveCustomerInput!) { saveCustomer(input: $i) { customer { id } userErrors { code field message } } }`
	createSale      = `mutation($i: CreateSaleInput!) { createSale(input: $i) { sale { id } operations { id kind } replayed userErrors { code field message } } }`
	createCharge    = `mutation($i: CreateChargeInput!) { createCharge(input: $i) { charge { id } operation { id } replayed userErrors { code field message } } }`
	cancelCharge    = `mutation($i: CancelChargeInput!) { cancelCharge(input: $i) { charge { id } operation { id } userErrors { code field message } } }`
	followFailures  = `subscription($after: Cursor) { failures(after: $after) { cursor kind failure { code cause remedy subjectLabel } } }`
)

type failureEvent struct {
	Failures struct {
		Cursor, Kind string
		Failure      struct{ Code, Cause, Remedy, SubjectLabel string }
	}
}

// journey is the company of the test and what it made.
type journey struct {
	*billingtest.World
	owner      *client
	chosenID   string
	accountID  string
	productID  string
	customerID string
}

// TestJourney walks a sale from the set-up of the company to the ledger, the ERP
// and the feed, over HTTP, against two processes of the real program.
func TestJourney(t *testing.T) {
	t.Parallel()
	w := billingtest.New(t, billingtest.Still)
	first := serverProcess(t, w, freeAddress(t), "PONTE_FREE_DOCUMENTS=true").ready()
	second := serverProcess(t, w, freeAddress(t), "PONTE_FREE_DOCUMENTS=true").ready()
	j := &journey{World: w}
	j.owner = signIn(t, first.address, "/auth/setup", map[string]string{"name": "Ana Moreira", "email": "ana@empresa.example", "password": "uma senha boa"})
	if status, _ := post(t, "http://"+first.address+"/auth/setup", "", map[string]string{"name": "Eva Lima", "email": "eva@empresa.example", "password": "uma senha boa"}); status != http.StatusConflict {
		t.Errorf("a second set-up answered %d", status)
	}
	j.people()
	j.gerencianet()
	j.vhsys()
	j.catalog()
	saleID := j.sale(t)
	j.refusals(t, first.address, second.address)
	j.mirror(t, saleID)
	w.AssertPromises()
}

func (j *journey) people() {
	j.chosenID = j.owner.id(createUser, "user", input{"i": input{"name": "Bruno Tavares", "email": "bruno@empresa.example", "role": "FINANCE", "password": "outra senha boa"}})
	j.owner.id(createUser, "user", input{"i": input{"name": "Carla Nogueira", "email": "carla@empresa.example", "role": "OPERATOR", "password": "outra senha boa"}})
}

func (j *journey) gerencianet() {
	t, owner := j.owner.t, j.owner
	j.accountID = owner.id(saveAccount, "account", input{"i": input{"name": "Carteira", "bankCode": "0"}})
	other := owner.id(saveConvenio, "convenio", input{"i": input{"code": "9", "name": "Itaú", "bankCode": "341", "accountId": j.accountID}})
	convenio := owner.id(saveConvenio, "convenio", input{"i": input{"code": "1", "name": "Carteira", "bankCode": "0", "accountId": j.accountID}})
	settings := input{"clientId": sandbox.DemoClientID, "clientSecret": sandbox.DemoClientSecret, "feeCents": 150, "notifiedUserIds": []string{j.chosenID}}
	for field, kind := range map[string]string{"receiptHistoricoId": "RECEIPT", "entryHistoricoId": "ENTRY", "feeHistoricoId": "FEE"} {
		settings[field] = owner.id(saveHistorico, "historico", input{"i": input{"code": kind, "text": "Histórico " + kind, "kind": kind}})
	}
	settings["convenioId"] = other
	if codes := owner.refusal(saveGerencianet, input{"i": settings}); !slices.Equal(codes, []string{"CONVENIO_BANK"}) {
		t.Errorf("a convênio of another bank: %v", codes)
	}
	settings["convenioId"] = convenio
	owner.id(saveGerencianet, "integration", input{"i": settings})
	if codes := owner.refusal(activate, input{"i": input{"kind": "GERENCIANET", "active": true}}); !slices.Equal(codes, []string{"NOT_TESTED"}) {
		t.Errorf("activated without a test: %v", codes)
	}
	if codes := owner.refusal(saveGerencianet, input{"i": input{"environment": "PRODUCTION"}}); !slices.Contains(codes, "SANDBOX_NOT_PROVEN") {
		t.Errorf("production without a proven sandbox: %v", codes)
	}
	owner.id(testIntegration, "integration", input{"i": input{"kind": "GERENCIANET"}})
	owner.id(activate, "integration", input{"i": input{"kind": "GERENCIANET", "active": true}})
}

func (j *journey) vhsys() {
	owner := j.owner
	owner.id(saveVhsys, "integration", input{"i": input{"accessToken": sandbox.DemoAccessToken, "secretAccessToken": sandbox.DemoSecretToken, "sendInstallments": true, "notifiedUserIds": []string{j.chosenID}}})
	owner.id(testIntegration, "integration", input{"i": input{"kind": "VHSYS"}})
	if codes := owner.refusal(activate, input{"i": input{"kind": "VHSYS", "active": true}}); !slices.Contains(codes, "METHOD_UNMAPPED") || !slices.Contains(codes, "STATUS_UNMAPPED") {
		owner.t.Errorf("activated without mappings: %v", codes)
	}
	owner.id(mapMethod, "integration", input{"i": input{"method": "BOLETO", "remoteMethod": "Boleto"}})
	for status, base := range map[string]string{"PENDING": "Em Aberto", "APPROVED": "Atendido", "CANCELED": "Cancelado", "REFUNDED": "Cancelado"} {
		owner.id(mapStatus, "integration", input{"i": input{"status": status, "base": base}})
	}
	owner.id(activate, "integration", input{"i": input{"kind": "VHSYS", "active": true}})
}

func (j *journey) catalog() {
	var remote struct {
		ProviderProducts struct{ Items []struct{ ID, Name string } }
	}
	j.owner.ask(`{ providerProducts { items { id name } } }`, nil, &remote)
	product := remote.ProviderProducts.Items[0]
	j.productID = j.owner.id(saveProduct, "product", input{"i": input{"code": "C1", "name": "Curso", "priceCents": 100_01,
		"invoicing": input{"document": "ORDER_ONLY", "remoteProductId": product.ID, "remoteProductName": product.Name}}})
	j.customerID = j.owner.id(saveCustomer, "customer", input{"i": input{"name": "Maria Souza", "taxId": "529.982.247-25", "phone": "(31) 99999-0001", "email": "maria@cliente.example"}})
}

type saleView struct {
	Sale struct {
		Status  string
		Charges []struct {
			ID, Status, ProviderID string
			AmountCents            int64
			Entries                []struct {
				Kind        string
				AmountCents int64
			}
		}
		Order struct{ Step, RemoteOrderID, RemoteStatus string }
	}
}

func (j *journey) view(saleID string) (seen saleView) {
	j.owner.ask(`query($id: ID!) { sale: node(id: $id) { ... on Sale { status charges { id status providerId amountCents entries { kind amountCents } } order { step remoteOrderId remoteStatus } } } }`, map[string]any{"id": saleID}, &seen)
	return seen
}

// sale sells in three instalments: one is paid and told, one is paid and never
// told, one is cancelled.
func (j *journey) sale(t *testing.T) string {
	sold := input{"customerId": j.customerID, "items": []input{{"productId": j.productID}}, "installments": 3, "firstDueDate": string(j.DueIn(10)), "idempotencyKey": "venda-1"}
	saleID := j.owner.id(createSale, "sale", input{"i": sold})
	if again := j.owner.id(createSale, "sale", input{"i": sold}); again != saleID {
		t.Errorf("the same key made another sale")
	}
	statuses := func(want ...string) func() bool {
		return func() bool {
			var got []string
			for _, c := range j.view(saleID).Sale.Charges {
				got = append(got, c.Status)
			}
			return slices.Equal(got, want)
		}
	}
	until(t, "three boletos are issued", statuses("WAITING", "WAITING", "WAITING"))
	if count := len(j.ProviderCharges()); count != 3 {
		t.Errorf("the provider has %d charges", count)
	}
	charges := j.view(saleID).Sale.Charges
	j.Control("POST", "/gerencianet/charges/"+charges[0].ProviderID+"/pay", input{}, nil)
	until(t, "the told payment is applied", statuses("PAID", "WAITING", "WAITING"))
	j.Control("POST", "/gerencianet/charges/"+charges[1].ProviderID+"/pay", input{"notify": false}, nil)
	until(t, "the sweep finds the payment", statuses("PAID", "PAID", "WAITING"))
	j.owner.id(cancelCharge, "charge", input{"i": input{"id": charges[2].ID}})
	until(t, "the third is cancelled", statuses("PAID", "PAID", "CANCELED"))
	j.ledger(t, charges[0].AmountCents+charges[1].AmountCents)
	return saleID
}

func (j *journey) ledger(t *testing.T, paidCents int64) {
	var seen struct {
		AccountStatement struct {
			InCents, OutCents, ClosingCents int64
			Entries                         struct{ TotalCount int }
		}
		LedgerCheck struct{ Ok bool }
	}
	period := input{"from": string(j.DueIn(-1)), "to": string(j.DueIn(1))}
	j.owner.ask(`query($a: ID!, $p: PeriodInput!) { accountStatement(accountId: $a, period: $p) { inCents outCents closingCents entries { totalCount } } ledgerCheck { ok } }`, input{"a": j.accountID, "p": period}, &seen)
	statement := seen.AccountStatement
	if statement.InCents != paidCents || statement.OutCents != -300 || statement.ClosingCents != paidCents-300 || statement.Entries.TotalCount != 4 || !seen.LedgerCheck.Ok {
		t.Errorf("paid %d: %+v", paidCents, seen)
	}
}

// refusals has the provider refuse two charges: the chosen person hears of both,
// live and after a pause, and nobody else hears anything.
func (j *journey) refusals(t *testing.T, first, second string) {
	chosen := signIn(t, second, "/auth/login", map[string]string{"email": "bruno@empresa.example", "password": "outra senha boa"})
	other := signIn(t, second, "/auth/login", map[string]string{"email": "carla@empresa.example", "password": "outra senha boa"})
	j.FailGerencianet(billingtest.Fault{Route: "POST /v1/charge/:id/pay", Kind: "status", Count: 2, Status: 400, Body: `{"code":4600210,"error":"validation_error","error_description":"Cobrança idêntica"}`})

	ctx, cancel := context.WithCancel(t.Context())
	live := chosen.follow(ctx, followFailures, input{"after": nil})
	silent := other.follow(t.Context(), followFailures, input{"after": nil})
	time.Sleep(time.Second) // both subscriptions have begun
	j.charge("recusada 1")
	heard := next(t, live)
	if heard.Failures.Failure.Code != "gerencianet.4600210" || heard.Failures.Failure.Cause == "" || heard.Failures.Failure.Remedy == "" {
		t.Errorf("heard %+v", heard)
	}
	cancel()
	j.charge("recusada 2")
	until(t, "both failures are recorded", func() bool { return len(j.Failures()) == 2 })
	missed := next(t, signIn(t, first, "/auth/login", map[string]string{"email": "bruno@empresa.example", "password": "outra senha boa"}).
		follow(t.Context(), followFailures, input{"after": heard.Failures.Cursor}))
	if missed.Failures.Cursor == heard.Failures.Cursor || missed.Failures.Failure.SubjectLabel == heard.Failures.Failure.SubjectLabel {
		t.Errorf("after the pause: %+v", missed)
	}
	select {
	case event := <-silent:
		t.Errorf("somebody who was not chosen heard %s", event)
	case <-time.After(200 * time.Millisecond):
	}
}

func (j *journey) charge(description string) string {
	return j.owner.id(createCharge, "charge", input{"i": input{"customerId": j.customerID, "description": description, "amountCents": 50_00, "dueDate": string(j.DueIn(7)), "idempotencyKey": description}})
}

func next(t *testing.T, events <-chan json.RawMessage) (event failureEvent) {
	t.Helper()
	select {
	case content, open := <-events:
		if !open {
			t.Fatal("the stream has ended")
		}
		if err := json.Unmarshal(content, &event); err != nil {
			t.Fatal(err)
		}
	case <-time.After(patience):
		t.Fatal("heard nothing")
	}
	return event
}

// mirror looks at the order that the ERP has of the sale.
func (j *journey) mirror(t *testing.T, saleID string) {
	until(t, "the order is approved", func() bool {
		order := j.view(saleID).Sale.Order
		return order.Step == "DONE" && order.RemoteStatus == "Atendido"
	})
	if status := j.view(saleID).Sale.Status; status != "APPROVED" {
		t.Errorf("the sale is %s", status)
	}
	orders := j.ProviderOrders()
	if len(orders) != 1 || len(orders[0].Items) != 1 || len(orders[0].Installments) != 3 {
		t.Fatalf("orders: %+v", orders)
	}
	for _, one := range orders[0].Installments {
		if one["forma_pagamento"] != "Boleto" {
			t.Errorf("an instalment is paid by %v", one["forma_pagamento"])
		}
	}
	if sum := billingtest.Sum(orders[0].Installments, "valor_parcela"); sum != 100_01 {
		t.Errorf("the instalments add up to %d", sum)
	}
	if status := fmt.Sprint(orders[0].Record["status_pedido"]); status != "Atendido" {
		t.Errorf("the order is %s", status)
	}
}
