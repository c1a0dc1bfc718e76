package vhsys

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ponte/billing/provider"
)

// SettlesByItself tells whether Vhsys' own Gerencianet app is switched on: it
// makes a bank account with a flag of that name, issues boletos by itself and
// settles the receivables (providers/vhsys.md, 2.4).
func (c *Client) SettlesByItself(ctx context.Context) (bool, error) {
	found := false
	err := c.each(ctx, "/contas-bancarias", url.Values{"lixeira": {simNao(false)}}, "id_banco_cad", func(row record) bool {
		found = hasOwnApp(row)
		return !found
	})
	return found, err
}

// hasOwnApp takes a bank account for active unless it says otherwise: a needless
// warning costs less than money that is booked twice.
func hasOwnApp(row record) bool {
	return row.yes("gerencianet") && !strings.EqualFold(row.text("status_banco"), "Inativo")
}

// webhookEntities are what we want to hear of: one webhook each. There is none
// for orders or invoices (providers/vhsys.md, 2.6).
var webhookEntities = []string{"clientes", "contas_receber"}

type webhookBody struct {
	URL      string `json:"url"`
	User     string `json:"user"`
	Password string `json:"password"`
	Entity   string `json:"entidade"`
}

// RegisterWebhook has the changes of customers and receivables told to the
// address. What is registered there already is kept, with the new user and
// password; nothing is told before a person of the account has logged in to
// Vhsys again.
func (c *Client) RegisterWebhook(ctx context.Context, address, user, password string) error {
	if err := provider.Violated(name, checkWebhook(address, user, password)); err != nil {
		return err
	}
	there, err := c.webhooks(ctx)
	if err != nil {
		return err
	}
	for _, entity := range webhookEntities {
		if err := c.registerWebhook(ctx, there, webhookBody{URL: address, User: user, Password: password, Entity: entity}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) webhooks(ctx context.Context) ([]record, error) {
	var there []record
	err := c.each(ctx, "/webhook", url.Values{}, "id_webhook", func(row record) bool {
		there = append(there, row)
		return true
	})
	return there, err
}

// registerWebhook changes the webhook of the same address and entity, so that a
// repetition leaves no second one.
func (c *Client) registerWebhook(ctx context.Context, there []record, body webhookBody) error {
	same := slices.IndexFunc(there, func(row record) bool {
		return row.text("url") == body.URL && row.text("entidade") == body.Entity
	})
	method, path := http.MethodPost, "/webhook"
	if same >= 0 {
		changed, err := below("/webhook/*", there[same].key("id_webhook"))
		if err != nil {
			return err
		}
		method, path = http.MethodPut, changed
	}
	_, err := c.do(ctx, method, path, body)
	return err
}
