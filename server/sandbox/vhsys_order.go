package sandbox

import "slices"

// orderStatuses are the four statuses that every account has.
var orderStatuses = []string{"Em Aberto", "Em Andamento", "Atendido", "Cancelado"}

// orderNoun is a sales order (vhsys.md, 2.3). Its primary key is id_ped; its
// visible number is called id_pedido.
var orderNoun = &noun{
	kind: "order", key: "id_ped", created: "data_cad_pedido", modified: "data_mod_pedido",
	firstID: 15579150,
	fields: []erpField{
		{name: "id_cliente", kind: wholeField, initial: "0"},
		{name: "nome_cliente", max: 255, initial: "", required: true},
		{name: "vendedor_pedido", max: 255, initial: ""},
		{name: "vendedor_pedido_id", kind: wholeField, initial: "0"},
		{name: "desconto_pedido", kind: moneyField, initial: "0.00"},
		{name: "peso_total_nota", kind: moneyField, initial: "0.000"},
		{name: "peso_total_nota_liq", kind: moneyField, initial: "0.000"},
		{name: "frete_pedido", kind: moneyField, initial: "0.00"},
		{name: "valor_baseICMS", kind: moneyField, initial: "0.00"},
		{name: "valor_ICMS", kind: moneyField, initial: "0.00"},
		{name: "valor_baseST", kind: moneyField, initial: "0.00"},
		{name: "valor_ST", kind: moneyField, initial: "0.00"},
		{name: "valor_IPI", kind: moneyField, initial: "0.00"},
		{name: "transportadora_pedido", max: 255, initial: ""},
		{name: "id_transportadora", kind: wholeField, initial: "0"},
		{name: "data_pedido", kind: dateField, initial: "0000-00-00"},
		{name: "prazo_entrega", max: 20, initial: ""},
		{name: "referencia_pedido", max: 100, initial: ""},
		{name: "obs_pedido", initial: ""},
		{name: "obs_interno_pedido", initial: ""},
		{name: "status_pedido", kind: choiceField, choices: orderStatuses, initial: "Em Aberto"},
		{name: "estoque_pedido", kind: choiceField, choices: zeroOrOne, initial: "0"},
		{name: "contas_pedido", kind: choiceField, choices: zeroOrOne, initial: "0"},
	},
	extra: map[string]any{
		"id_local_retirada": 0, "id_local_cobranca": 0, "listapreco_produtos": 0, "desconto_pedido_porc": "0.00",
		"condicao_pagamento_id": 0, "frete_por_pedido": 9, "comissao_pedido": "0", "pdv_emitido": "0",
		"ordemc_emitido": "0", "id_aplicativo": nil, "id_pedido_aplicativo": nil, "id_almoxarifado": 0,
		"situacao": nil, "pagamento_com_vhpay": 0, "pagamento_com_conta_integrada": 0,
		"pagamento_com_pagar_me": 0, "link_pgto_gerado": 0,
	},
	exact:      []string{"id_pedido", "status"},
	contains:   []string{"nome_cliente", "vendedor"},
	columns:    map[string]string{"status": "status_pedido", "vendedor": "vendedor_pedido"},
	numbered:   "id_pedido",
	computed:   []string{"valor_total_produtos", "valor_total_nota", "condicao_pagamento", "pagamento_com_conta_integrada", "link_pgto_gerado"},
	notFound:   "Nenhum pedido encontrado!",
	notCreated: "Erro ao cadastrar o pedido!",
	notChanged: "Erro ao alterar o pedido!",
}

// orderRoutes are the routes of orders and of what is below them.
func (v *vhsys) orderRoutes() []route {
	routes := v.crud("/v2/pedidos", v.orders)
	routes[0].handle = v.listOrders
	routes[1].handle = v.createOrder
	routes[3].handle = v.changeOrder
	d := v.orderDocument
	return slices.Concat(routes, d.itemRoutes(), d.installmentRoutes(), d.statusRoutes())
}

// listOrders is GET /pedidos. Its status filter knows the base values only.
func (v *vhsys) listOrders(e *exchange) answer {
	if status := e.request.URL.Query().Get("status"); status != "" && !slices.Contains(orderStatuses, status) {
		return erpRefused(orderNoun.notFound)
	}
	return v.list(v.orders)(e)
}

// createOrder is POST /pedidos, which answers a list of one order whose
// number is still empty.
func (v *vhsys) createOrder(e *exchange) answer {
	body, isObject := decodeObject(e.body)
	fields, good := accept(orderNoun.fields, body, true)
	if !isObject || !good || !v.customerExists(e.account, fields["id_cliente"]) {
		return erpRefused(orderNoun.notCreated)
	}
	if fields["data_pedido"] == nil {
		fields["data_pedido"] = v.sandbox.clock.today()
	}
	r := erpRecord{
		ID: v.next(orderNoun.kind, orderNoun.firstID), Account: e.account,
		Number: v.next("order_number/"+e.account, 1001), CreatedAt: v.sandbox.clock.stamp(), Fields: fields,
	}
	v.save(v.orders, r)
	row := merged(v.orders.row(r), map[string]any{
		"id_pedido": "", "valor_total_produtos": "", "condicao_pagamento_id": "", "condicao_pagamento": 0,
		"sync": "", "sync_id": "", "sync_user": "", "usuario_cad_pedido": 1,
	})
	delete(row, "data_mod_pedido")
	return erpSuccess([]any{row})
}

// customerExists lets an order go without a customer's id, but not with one
// of nobody.
func (v *vhsys) customerExists(account string, id any) bool {
	if id == nil || whole(id) == 0 {
		return true
	}
	_, found := v.customers.latest(account, whole(id))
	return found
}

// changeOrder is PUT /pedidos/:id, which wants the name and the status again.
func (v *vhsys) changeOrder(e *exchange) answer {
	body, _ := decodeObject(e.body)
	fields, good := accept(orderNoun.fields, body, false)
	name, _ := fields["nome_cliente"].(string)
	if !good || name == "" || fields["status_pedido"] == nil || !v.customerExists(e.account, fields["id_cliente"]) {
		return erpRefused(orderNoun.notChanged)
	}
	return v.change(v.orders)(e)
}

// computeOrder adds the totals that Vhsys computes: products plus IPI plus
// freight less discount, and at the counter plus what was added. With Vhsys's
// own Gerencianet app on, it is the app that issues an order's boletos.
func (v *vhsys) computeOrder(row map[string]any, r erpRecord) {
	products := linesTotal(r)
	total := products + decimal(row["valor_IPI"]) + decimal(row["frete_pedido"]) -
		decimal(row["desconto_pedido"]) + decimal(row["acrescimo_pedido"])
	if len(r.Items) == 0 {
		total = 0
	}
	row["valor_total_produtos"], row["valor_total_nota"] = sixDecimals(products), sixDecimals(total)
	row["condicao_pagamento"] = len(r.Installments)
	byApp := func(installment map[string]any) bool { return installment["forma_pagamento"] == "Boleto" }
	if v.settings.GerencianetApp && slices.ContainsFunc(r.Installments, byApp) {
		row["pagamento_com_conta_integrada"], row["link_pgto_gerado"] = 1, 1
	}
}
