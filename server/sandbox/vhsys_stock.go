package sandbox

// stockNoun is a movement of a product's stock (vhsys.md, 2.2).
var stockNoun = &noun{
	kind: "stock", key: "id_estoque", created: "data_cad_estoque", modified: "data_mod_estoque", firstID: 30001,
	fields: []erpField{
		{name: "tipo_estoque", kind: choiceField, choices: []string{"Entrada", "Saida"}, required: true},
		{name: "qtde_estoque", kind: moneyField, required: true},
		{name: "valor_estoque", kind: moneyField, initial: "0.00"},
		{name: "obs_estoque", max: 255, initial: ""},
	},
	extra:      map[string]any{"identificacao": "API"},
	exact:      []string{"id_produto"},
	notFound:   "Nenhuma movimentação encontrada!",
	notCreated: "Erro ao cadastrar o estoque do produto!",
}

// stockRoutes are the routes of a product's stock.
func (v *vhsys) stockRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/produtos/:id/estoque", handle: v.listStock},
		{method: "POST", path: "/v2/produtos/:id/estoque", handle: v.moveStock},
	}
}

// listStock is GET …/estoque: the movements since a day.
func (v *vhsys) listStock(e *exchange) answer {
	query := e.request.URL.Query()
	query.Set("id_produto", e.params["id"])
	query.Set("data_cadastro", query.Get("data_cad_estoque"))
	found := v.stock.find(e.account, query, v.sandbox.clock.real())
	return pageRows(found, query, stockNoun.notFound, v.stock.row)
}

// moveStock is POST …/estoque. The identification that was sent is not kept.
func (v *vhsys) moveStock(e *exchange) answer {
	product, found := v.products.latest(e.account, e.id())
	body, isObject := decodeObject(e.body)
	fields, good := accept(stockNoun.fields, body, true)
	if !found || !isObject || !good || decimal(fields["qtde_estoque"]) <= 0 {
		return erpRefused(stockNoun.notCreated)
	}
	moved := decimal(fields["qtde_estoque"])
	if fields["tipo_estoque"] == "Saida" {
		moved = -moved
	}
	product.Fields["estoque_produto"] = sixDecimals(decimal(product.Fields["estoque_produto"]) + moved)
	v.save(v.products, product)
	fields["id_produto"] = product.ID
	return erpSuccess(v.stock.row(v.insert(v.stock, e.account, fields)))
}
