package graph_test

import (
	"net/http"
	"strings"
	"testing"

	"ponte/billing/billingtest"
	"ponte/ent/enum"
)

const channelFields = `id kind name active target sealedAt sources topics pace digestHour quietFrom quietTo urgentAtOnce failedTries createdAt
	messages { id kind state tries events outcome askedAt finishedAt nextTryAt attempts { id startedAt durationMilliseconds request requestBody status responseBody error } }`

// TestChannels asks for every field of one's own channels: no secret is among them,
// and nobody else sees them.
func TestChannels(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine, other := b.as(enum.RoleReader), b.as(enum.RoleOwner)
	receiver := billingtest.NewReceiver(t)
	receiver.Respond(func(rw http.ResponseWriter, _ int) { rw.WriteHeader(http.StatusForbidden) })
	address := receiver.URL + "/segredo-do-caminho?chave=segredo-da-busca"

	var saved struct {
		SaveChannel struct {
			Channel   struct{ ID, Target string }
			NewSecret string
		}
	}
	mine.ask(`mutation($input: SaveChannelInput!) { saveChannel(input: $input) { channel { id target } newSecret userErrors { code } } }`,
		map[string]any{"input": map[string]any{"kind": "WEBHOOK", "address": address, "quietFrom": "22:00", "quietTo": "07:00", "topics": []string{"ALARM"}}}, &saved)
	secret := saved.SaveChannel.NewSecret
	id := map[string]any{"input": map[string]any{"id": saved.SaveChannel.Channel.ID}}
	if !strings.HasPrefix(secret, "whsec_") || saved.SaveChannel.Channel.Target != strings.TrimPrefix(receiver.URL, "http://") {
		t.Errorf("%+v", saved)
	}

	t.Run("a test says what happened, and the log has it", func(t *testing.T) {
		tested := mine.try(`mutation($input: ChannelInput!) { testChannel(input: $input) { ok durationMilliseconds channel { `+channelFields+` } userErrors { code message } } }`, id)
		for _, part := range []string{`"ok":false`, `(403)`, `"state":"FAILED"`, `"status":403`, `"kind":"TEST"`} {
			if !strings.Contains(string(tested.body), part) {
				t.Errorf("%s is not in %s", part, tested.body)
			}
		}
	})
	t.Run("no field answers a secret", func(t *testing.T) {
		for _, got := range []answer{
			mine.try(`{ channels { `+channelFields+` } }`, nil),
			mine.try(`mutation($input: SaveChannelInput!) { saveChannel(input: $input) { channel { `+channelFields+` } newSecret userErrors { message } } }`,
				map[string]any{"input": map[string]any{"id": saved.SaveChannel.Channel.ID, "kind": "WEBHOOK", "name": "Plantão"}}),
		} {
			for _, planted := range []string{secret, "segredo-do-caminho", "segredo-da-busca"} {
				if strings.Contains(string(got.body), planted) || got.code() != "" {
					t.Errorf("%s is in %s", planted, got.body)
				}
			}
		}
	})
	t.Run("nobody else sees, tests, changes or deletes it", func(t *testing.T) {
		if got := other.try(`{ channels { id } }`, nil); !strings.Contains(string(got.body), `"channels":[]`) {
			t.Errorf("%s", got.body)
		}
		for name, document := range map[string]string{
			"test":   `mutation($input: ChannelInput!) { done: testChannel(input: $input) { userErrors { code } } }`,
			"delete": `mutation($input: ChannelInput!) { done: deleteChannel(input: $input) { userErrors { code } } }`,
			"node":   `query($id: ID!) { done: node(id: $id) { id } }`,
		} {
			variables := id
			if name == "node" {
				variables = map[string]any{"id": saved.SaveChannel.Channel.ID}
			}
			if got := other.try(document, variables); !strings.Contains(string(got.body), "NOT_FOUND") && !strings.Contains(string(got.body), `"done":null`) {
				t.Errorf("%s: %s", name, got.body)
			}
		}
	})
	t.Run("as many statements for ten channels as for one", func(t *testing.T) {
		one := len(mine.counted(`{ channels { `+channelFields+` } }`, nil))
		for range 4 {
			mine.ask(`mutation($input: SaveChannelInput!) { saveChannel(input: $input) { channel { id } } }`, map[string]any{"input": map[string]any{"kind": "SLACK", "address": address}}, nil)
		}
		if five := len(mine.counted(`{ channels { `+channelFields+` } }`, nil)); five != one {
			t.Errorf("%d statements for one, %d for five", one, five)
		}
	})
}
