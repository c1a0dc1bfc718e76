package sandbox

import "slices"

// quoteNoun is an orçamento, which mirrors an order.
var quoteNoun = mirrored(noun{kind: "quote", key: "id_orcamento", firstID: 7100001, notFound: "Nenhum orçamento encontrado!", notCreated: "Erro ao cadastrar o orçamento!", notChanged: "Erro ao alterar o orçamento!"})

// counterNoun is a sale at the counter (PDV). It may carry interest, which an
// order cannot.
var counterNoun = mirrored(noun{kind: "counter_sale", key: "id_frente", firstID: 7400001, notFound: "Nenhuma venda encontrada!", notCreated: "Erro ao cadastrar a venda!", notChanged: "Erro ao alterar a venda!",
	fields: []erpField{
		{name: "acrescimo_pedido", kind: moneyField, initial: "0.00"},
		{name: "tipo_pagamento", initial: ""},
		{name: "forma_pagamento", kind: choiceField, choices: paymentForms, initial: ""},
		{name: "valor_recebido", kind: moneyField, initial: "0.00"},
		{name: "troco_pedido", kind: moneyField, initial: "0.00"},
		{name: "id_banco", kind: wholeField, initial: "0"},
	},
	extra: map[string]any{"nfce_emitido": "0"}})

// mirrored is a noun with all that an order has besides its own.
func mirrored(n noun) *noun {
	n.created, n.modified, n.numbered = orderNoun.created, orderNoun.modified, orderNoun.numbered
	n.fields = slices.Concat(orderNoun.fields, n.fields)
	n.extra = merged(orderNoun.extra, n.extra)
	n.exact, n.contains, n.columns, n.computed = orderNoun.exact, orderNoun.contains, orderNoun.columns, orderNoun.computed
	return &n
}

// makeSales makes the documents that are almost orders.
func (v *vhsys) makeSales() {
	v.quotes = &document{
		table: newTable(quoteNoun), v: v, path: "/v2/orcamentos", label: "o orçamento", of: "do orçamento",
		parent: "id_orcamento", itemKey: "id_orcamento_produto", items: itemFields,
	}
	v.counterSales = &document{
		table: newTable(counterNoun), v: v, path: "/v2/vendas-balcao", label: "a venda", of: "da venda",
		parent: "id_frente", itemKey: "id_frente_produto", items: itemFields,
	}
	v.quotes.compute, v.counterSales.compute = v.computeOrder, v.computeOrder
}

// saleRoutes are the routes of quotes and of sales at the counter.
func (v *vhsys) saleRoutes() []route {
	routes := slices.Concat(v.quotes.routes(), v.quotes.installmentRoutes(), v.quotes.statusRoutes())
	return slices.Concat(routes, v.counterSales.routes())
}

// routes are those of a document like an order, and of its items.
func (d *document) routes() []route {
	crud := d.v.crud(d.path, d.table)
	crud[1].handle = d.create
	return slices.Concat(crud, d.itemRoutes())
}

// create is POST of a header. Pix does not go to the account of a boleto bank,
// of which the API says nothing (vhsys.md, 1).
func (d *document) create(e *exchange) answer {
	body, isObject := decodeObject(e.body)
	fields, good := accept(d.noun.fields, body, true)
	byPix := fields["forma_pagamento"] == "PIX" && whole(fields["id_banco"]) == integratedBankID
	if !isObject || !good || byPix || !d.v.customerExists(e.account, fields["id_cliente"]) {
		return erpRefused(d.noun.notCreated)
	}
	r := erpRecord{
		ID: d.v.next(d.noun.kind, d.noun.firstID), Account: e.account,
		Number: d.v.next(d.noun.kind+"_number/"+e.account, 1), CreatedAt: d.v.sandbox.clock.stamp(), Fields: fields,
	}
	d.v.save(d.table, r)
	return erpSuccess(d.row(r))
}
