package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

const deliveryFields = `id type subjectId body state tries status outcome createdAt finishedAt nextTryAt endpoint { id name }
	attempts { id startedAt durationMilliseconds request requestBody status responseBody error }`

const endpointFields = `id name url types active disabledReason disabledAt failingSince secretAt previousUntil createdAt
	deliveries(first: 5) { nodes { ` + deliveryFields + ` } edges { cursor node { id } } pageInfo { hasNextPage endCursor } }`

// TestWebhooks asks for every field of endpoints and deliveries: no secret is among
// them, and only those with the role and the scope read them.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, operator, reader := b.as(enum.RoleOwner), b.as(enum.RoleOperator), b.as(enum.RoleReader)
	app := billingtest.NewReceiver(t)
	app.Respond(func(rw http.ResponseWriter, _ int) {
		rw.WriteHeader(http.StatusTeapot)
		_, _ = rw.Write([]byte("not now"))
	})
	var made struct {
		CreateWebhookEndpoint struct {
			Endpoint struct{ ID string }
			Secret   string
		}
	}
	create := `mutation($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } secret userErrors { code field message } } }`
	owner.ask(create, map[string]any{"input": map[string]any{"name": "Loja", "url": app.URL + "/ponte", "types": []string{"charge.paid"}}}, &made)
	id, secret := made.CreateWebhookEndpoint.Endpoint.ID, made.CreateWebhookEndpoint.Secret
	if !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("%+v", made)
	}
	of := map[string]any{"input": map[string]any{"id": id}}
	tested := operator.try(`mutation($input: WebhookEndpointInput!) { testWebhookEndpoint(input: $input) { ok durationMilliseconds delivery { `+deliveryFields+` } userErrors { code message } } }`, of)
	for _, part := range []string{`"ok":false`, `(418)`, `"state":"FAILED"`, `"status":418`, `"type":"endpoint.test"`, `"request":"POST /ponte"`, `"responseBody":"not now"`, `"subjectId":"` + id + `"`} {
		if !strings.Contains(string(tested.body), part) {
			t.Errorf("%s is not in %s", part, tested.body)
		}
	}
	list := `{ webhookEndpoints { totalCount nodes { ` + endpointFields + ` } } webhookEndpoint(id: "` + id + `") { ` + endpointFields + ` } }`

	t.Run("no field answers the secret", func(t *testing.T) {
		got := owner.try(list, nil)
		if got.code() != "" || strings.Contains(string(got.body), strings.TrimPrefix(secret, "whsec_")) || strings.Count(string(got.body), `"endpoint.test"`) < 2 {
			t.Errorf("%s", got.body)
		}
	})
	t.Run("a refusal names the field", func(t *testing.T) {
		got := owner.try(create, map[string]any{"input": map[string]any{"name": "Loja", "url": "nowhere", "types": []string{"charge.eaten"}}})
		for _, part := range []string{`"endpoint":null`, `"secret":null`, `"ADDRESS_INVALID"`, `["url"]`, `"EVENT_UNKNOWN"`, `["types","0"]`} {
			if !strings.Contains(string(got.body), part) {
				t.Errorf("%s is not in %s", part, got.body)
			}
		}
	})
	t.Run("nodes by id, with the role and the scope of the lists", func(t *testing.T) {
		delivery := b.DB.WebhookDelivery.Query().FirstIDX(b.Context())
		for _, node := range []string{id, delivery} {
			document := `{ node(id: "` + node + `") { id } }`
			if got := operator.try(document, nil); !strings.Contains(string(got.Data), node) {
				t.Errorf("%s", got.body)
			}
			if got := reader.try(document, nil); strings.Contains(string(got.Data), node) {
				t.Errorf("a reader reads %s", got.body)
			}
			if got := owner.app(enum.IntegrationsRead).try(document, nil); !strings.Contains(string(got.Data), node) {
				t.Errorf("%s", got.body)
			}
			if got := owner.app(enum.FailuresWrite).try(document, nil); got.code() != "FORBIDDEN" {
				t.Errorf("%s", got.body)
			}
		}
	})
	t.Run("types are described in the viewer's language", func(t *testing.T) {
		got := operator.try(`{ webhookEventTypes { name description } }`, nil)
		if !strings.Contains(string(got.body), `{"name":"charge.paid","description":"A cobrança foi paga."}`) {
			t.Errorf("%s", got.body)
		}
	})
	t.Run("as many statements for many endpoints as for one", func(t *testing.T) {
		pages := `{ webhookEndpoints { nodes { ` + endpointFields + ` } } }`
		one := len(operator.counted(pages, nil))
		for range 4 {
			owner.ask(create, map[string]any{"input": map[string]any{"name": "Outra", "url": app.URL}}, nil)
		}
		if five := len(operator.counted(pages, nil)); five != one {
			t.Errorf("%d statements for one, %d for five", one, five)
		}
	})
	t.Run("pages of deliveries, and only those that stand so", func(t *testing.T) {
		operator.ask(`mutation($input: WebhookEndpointInput!) { testWebhookEndpoint(input: $input) { ok } }`, of, nil)
		type page struct {
			WebhookEndpoint struct {
				Deliveries struct {
					Nodes    []struct{ ID string }
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
		}
		read := func(arguments string) (found page) {
			operator.ask(`{ webhookEndpoint(id: "`+id+`") { deliveries(`+arguments+`) { nodes { id } pageInfo { hasNextPage endCursor } } } }`, nil, &found)
			return found
		}
		first := read("first: 1").WebhookEndpoint.Deliveries
		second := read(`first: 1, after: "` + first.PageInfo.EndCursor + `"`).WebhookEndpoint.Deliveries
		if !first.PageInfo.HasNextPage || second.PageInfo.HasNextPage || len(second.Nodes) != 1 || first.Nodes[0].ID <= second.Nodes[0].ID {
			t.Errorf("%+v, %+v", first, second)
		}
		if sent, failed := read("state: SENT").WebhookEndpoint.Deliveries.Nodes, read("state: FAILED").WebhookEndpoint.Deliveries.Nodes; len(sent) != 0 || len(failed) != 2 {
			t.Errorf("%d sent, %d failed", len(sent), len(failed))
		}
	})
}
