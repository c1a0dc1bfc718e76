package vhsys

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ponte/billing/brazil"
	"ponte/billing/provider"
)

// maxProducts is how many products a search answers.
const maxProducts = 50

// Products answers active products whose code matches, then those whose name
// does: the API has a filter for each.
func (c *Client) Products(ctx context.Context, search string) ([]provider.RemoteProduct, error) {
	filters := []string{"cod_produto", "desc_produto"}
	if search = strings.TrimSpace(search); search == "" {
		filters = []string{""}
	}
	products := []provider.RemoteProduct{}
	seen := map[string]bool{}
	for _, filter := range filters {
		query := url.Values{"lixeira": {"Nao"}, "limit": {strconv.Itoa(maxProducts)}}
		if filter != "" {
			query.Set(filter, search)
		}
		rows, err := c.page(ctx, "/produtos", query)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			product := productOf(row)
			if product.ID != "" && !seen[product.ID] && sellable(row) && len(products) < maxProducts {
				seen[product.ID] = true
				products = append(products, product)
			}
		}
	}
	return products, nil
}

func sellable(row record) bool {
	return !row.trashed() && row.text("status_produto") != "Inativo"
}

func productOf(row record) provider.RemoteProduct {
	return provider.RemoteProduct{
		ID: row.key("id_produto"), Code: row.text("cod_produto"), Name: row.text("desc_produto"),
		Unit: row.text("unidade_produto"), NCM: brazil.Digits(row.text("ncm_produto")),
		PriceCents: row.cents("valor_produto"),
	}
}

// Statuses answers the base statuses, then the account's own in their order.
// The list of these is not documented and comes with its accents encoded twice
// (providers/vhsys.md, 2.3).
func (c *Client) Statuses(ctx context.Context) ([]provider.OrderStatus, error) {
	statuses := make([]provider.OrderStatus, 0, len(baseStatuses))
	for _, base := range baseStatuses {
		statuses = append(statuses, provider.OrderStatus{Base: base, Name: base})
	}
	data, err := c.data(ctx, http.MethodGet, "/situacoes", nil)
	if provider.ClassOf(err) == provider.NotFound {
		return statuses, nil
	}
	if err != nil {
		return nil, err
	}
	for _, row := range customStatuses(data) {
		statuses = append(statuses, provider.OrderStatus{
			Base: mend(row.text("tipo_status")), CustomID: row.key("id_situacao"), Name: mend(row.text("nome_situacao")),
		})
	}
	return statuses, nil
}

// customStatuses answers the live custom statuses of orders, which hang below a
// base one.
func customStatuses(data json.RawMessage) []record {
	var groups map[string]json.RawMessage
	if decode(data, &groups) != nil {
		return nil
	}
	rows := slices.DeleteFunc(records(groups["Pedidos"]), func(row record) bool {
		return row.trashed() || row.key("id_situacao") == "" || !slices.Contains(baseStatuses, mend(row.text("tipo_status")))
	})
	slices.SortStableFunc(rows, func(a, b record) int { return cmp.Compare(a.number("ordem"), b.number("ordem")) })
	return rows
}

// paymentMethods is the closed list of the API, which has no call to read it
// (providers/vhsys.md, 2.3).
var paymentMethods = []string{
	"Dinheiro", "PIX", "Cheque", "Permuta", "Cartão de Crédito", "Cartão de Débito", "Boleto", "Transferência", "Ted",
	"Depósito Identificado", "Depósito em C/C", "Duplicata Mercantil", "Faturado", "Faturar", "Débito Automático",
	"Lotérica", "Banco", "DDA", "Pagamento online", "BNDES", "Outros", "DP Descontada", "CH Descontado",
	"Vale Alimentação", "Vale Refeição", "Vale Presente", "Vale Combustível",
}

// PaymentMethods answers the ERP's names of payment methods.
func (c *Client) PaymentMethods() []string { return slices.Clone(paymentMethods) }
