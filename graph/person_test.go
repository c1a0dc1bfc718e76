package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"ponte/ent/enum"
)

const anonymize = `mutation($id: ID!, $reason: String!) { anonymizeCustomer(input: {id: $id, reason: $reason}) { customer { name maskedTaxId email anonymizedAt } userErrors { code field message } } }`

func TestPersonIsExported(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fill(3, b.User(enum.RoleFinance))
	owner, path := b.as(enum.RoleOwner), "/export/customer/"+row("cus", 1)+".json"
	got := owner.send(http.MethodGet, path, nil, "")
	var all map[string][]map[string]any
	if err := json.Unmarshal(got.body, &all); err != nil || got.status != http.StatusOK || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v: %.300s", got.status, err, got.body)
	}
	if len(all["customers"]) != 1 || len(all["charges"]) != 1 || all["charges"][0]["id"] != row("chg", 1) {
		t.Errorf("%.500s", got.body)
	}
	var audited string
	b.Must(b.Pool.QueryRow("SELECT action FROM audit_entries WHERE change = 'REVEALED' AND object_id = $1 AND user_id = $2", row("cus", 1), owner.person.ID).Scan(&audited))
	if audited != "exportCustomer" {
		t.Errorf("the record says %q", audited)
	}
	byToken := *owner
	var made struct{ Secret string }
	b.Must(json.Unmarshal(owner.mutateFor("createApiToken", "secret", map[string]any{"name": "Loja", "scopes": enum.Scope("").Values()}), &made))
	byToken.token = made.Secret
	for name, one := range map[string]struct {
		who    *caller
		path   string
		status int
	}{
		"finance":            {b.as(enum.RoleFinance), path, http.StatusForbidden},
		"an owner's token":   {&byToken, path, http.StatusForbidden},
		"nobody":             {&caller{bundle: b, url: b.server.URL}, path, http.StatusUnauthorized},
		"no such customer":   {owner, "/export/customer/cus_none.json", http.StatusNotFound},
		"no such form of it": {owner, "/export/customer/" + row("cus", 1) + ".csv", http.StatusNotFound},
	} {
		if got := one.who.send(http.MethodGet, one.path, nil, ""); got.status != one.status || strings.Contains(string(got.body), "Cliente") {
			t.Errorf("%s: %d %.200s", name, got.status, got.body)
		}
	}
}

func TestPersonIsForgotten(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fill(4, b.User(enum.RoleFinance))
	owner := b.as(enum.RoleOwner)
	var answered struct {
		AnonymizeCustomer struct {
			Customer *struct {
				Name, MaskedTaxID, Email string
				AnonymizedAt             *time.Time
			}
			UserErrors []struct{ Code, Message string }
		}
	}
	forget := func(n int) {
		t.Helper()
		owner.ask(anonymize, map[string]any{"id": row("cus", n), "reason": "Pedido 17"}, &answered)
	}
	if got := b.as(enum.RoleFinance).try(anonymize, map[string]any{"id": row("cus", 2), "reason": "x"}); got.code() != "FORBIDDEN" {
		t.Errorf("finance: %s", got.body)
	}
	forget(1) // its charge is OVERDUE
	if problems := answered.AnonymizeCustomer.UserErrors; len(problems) != 1 || problems[0].Code != "CUSTOMER_HAS_OPEN_CHARGE" || problems[0].Message == "" {
		t.Errorf("%+v", answered)
	}
	forget(3) // CANCELED
	if got := answered.AnonymizeCustomer; got.Customer == nil || got.Customer.AnonymizedAt == nil || got.Customer.Name != "Cliente anonimizado" || got.Customer.MaskedTaxID != "" {
		t.Errorf("%+v", got)
	}
}
