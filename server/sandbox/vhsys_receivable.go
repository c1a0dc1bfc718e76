package sandbox

import "strconv"

// receivableNoun is an account to be received (vhsys.md, 2.4).
var receivableNoun = &noun{
	kind: "receivable", key: "id_conta_rec", created: "data_cad_rec", modified: "data_mod_rec",
	firstID: 50001,
	fields: []erpField{
		{name: "nome_conta", max: 45, initial: "", required: true},
		{name: "id_banco", kind: wholeField, initial: "0", required: true},
		{name: "vencimento_rec", kind: dateField, initial: "0000-00-00", required: true},
		{name: "valor_rec", kind: moneyField, initial: "0.00", required: true},
		{name: "data_emissao", kind: dateField, initial: "0000-00-00", required: true},
		{name: "id_cliente", kind: wholeField, initial: "0"},
		{name: "nome_cliente", max: 255, initial: ""},
		{name: "id_categoria", kind: wholeField, initial: "0"},
		{name: "categoria_rec", max: 50, initial: ""},
		{name: "valor_pago", kind: moneyField, initial: "0.00"},
		{name: "n_documento_rec", max: 45, initial: ""},
		{name: "observacoes_rec", initial: ""},
		{name: "id_centro_custos", kind: wholeField, initial: "0"},
		{name: "centro_custos_rec", initial: ""},
		{name: "liquidado_rec", kind: choiceField, choices: yesOrNo, initial: "Nao"},
		{name: "data_pagamento", kind: dateField, initial: "0000-00-00"},
		{name: "obs_pagamento", max: 255, initial: ""},
		{name: "forma_pagamento", kind: choiceField, choices: paymentForms, initial: ""},
		{name: "tipo_conta", kind: choiceField, choices: []string{"Boleto", "Conta", "Duplicata", "PIX"}, initial: "Conta"},
		{name: "valor_juros", kind: moneyField, initial: "0.00"},
		{name: "valor_desconto", kind: moneyField, initial: "0.00"},
		{name: "valor_acrescimo", kind: moneyField, initial: "0.00"},
		{name: "br_code", initial: ""},
	},
	extra: map[string]any{
		"id_registro": 0, "identificacao": "0", "situacao": "", "status": 1, "fluxo": 0,
		"valor_baixa": "0.00", "parciais": []any{}, "brcode": nil,
	},
	exact:      []string{"valor_receita", "valor_pago", "data_vencimento", "data_pagamento", "liquidado", "id_registro"},
	columns:    map[string]string{"valor_receita": "valor_rec", "data_vencimento": "vencimento_rec", "liquidado": "liquidado_rec"},
	indexed:    "identificacao",
	notFound:   "Nenhuma receita encontrada!",
	notCreated: "Erro ao cadastrar a receita!",
	notChanged: "Erro ao alterar a receita!",
}

// statusSettledReceivable is the number that Vhsys gives a settled one.
const statusSettledReceivable = 3

// receivableRoutes are the routes of receivables, which have no DELETE here:
// none is documented.
func (v *vhsys) receivableRoutes() []route {
	routes := v.crud("/v2/contas-receber", v.receivables)[:4]
	routes[0].handle = v.listReceivables
	routes[1].handle = v.createReceivable
	routes[3].handle = v.changeReceivable
	return routes
}

// computeReceivable hides the single payments, which only parciais=1 shows.
func computeReceivable(row map[string]any, _ erpRecord) { row["parciais"] = []any{} }

// listReceivables is GET /contas-receber.
func (v *vhsys) listReceivables(e *exchange) answer {
	if e.request.URL.Query().Get("parciais") == "1" {
		return v.listAs(v.receivables, v.receivables.wire)(e)
	}
	return v.list(v.receivables)(e)
}

// createReceivable is POST /contas-receber. The bank account must exist.
func (v *vhsys) createReceivable(e *exchange) answer {
	body, isObject := decodeObject(e.body)
	fields, good := accept(receivableNoun.fields, body, true)
	if !isObject || !good || !v.bankExists(whole(fields["id_banco"])) || !v.customerExists(e.account, fields["id_cliente"]) {
		return erpRefused(receivableNoun.notCreated)
	}
	made := erpRecord{ID: v.next(receivableNoun.kind, receivableNoun.firstID), Account: e.account, CreatedAt: v.sandbox.clock.stamp(), Fields: fields}
	v.mark(&made, fields)
	v.save(v.receivables, made)
	row := v.receivables.row(made)
	row["id_registro"] = false
	return erpSuccess(row)
}

// changeReceivable is PUT /contas-receber/:id: it settles, or takes it back.
func (v *vhsys) changeReceivable(e *exchange) answer {
	r, found := v.receivables.latest(e.account, e.id())
	body, isObject := decodeObject(e.body)
	fields, good := accept(receivableNoun.fields, body, false)
	if !found || !isObject || !good {
		return erpRefused(receivableNoun.notChanged)
	}
	v.mark(&r, fields)
	v.save(v.receivables, r)
	return erpSuccess(v.receivables.row(r))
}

// mark changes a receivable. A settlement without a value or a day means all
// of it, today. What was paid before stays as a payment of its own.
func (v *vhsys) mark(r *erpRecord, fields map[string]any) {
	switch fields["liquidado_rec"] {
	case "Sim":
		settled := map[string]any{"valor_pago": r.Fields["valor_rec"], "data_pagamento": v.sandbox.clock.today()}
		fields = merged(settled, fields)
		fields["status"], fields["valor_baixa"] = statusSettledReceivable, fields["valor_pago"]
		fields["parciais"] = v.payments(*r, fields)
	case "Nao":
		fields = merged(fields, map[string]any{
			"valor_pago": "0.00", "data_pagamento": "0000-00-00", "status": 1, "valor_baixa": "0.00", "parciais": []any{},
		})
	}
	r.Fields = merged(r.Fields, fields)
}

// payments adds the difference to the payments so far. Less than before makes
// one payment of them all.
func (v *vhsys) payments(r erpRecord, settled map[string]any) []any {
	before, _ := r.Fields["parciais"].([]any)
	paid := decimal(settled["valor_pago"])
	sum := 0.0
	for _, each := range before {
		payment, _ := each.(map[string]any)
		sum += decimal(payment["valor_pago"])
	}
	switch {
	case sameCents(paid, sum):
		return append([]any{}, before...)
	case paid < sum:
		before, sum = nil, 0
	}
	form, _ := r.Fields["forma_pagamento"].(string)
	return append(append([]any{}, before...), map[string]any{
		"id_recebimento": v.next("payment", 80001), "id_contas_rec": r.ID, "data_pagamento": settled["data_pagamento"],
		"valor_pago": strconv.FormatFloat(twoDecimals(paid-sum), 'f', 2, 64), "valor_juros": "0.00", "valor_desconto": "0.00",
		"valor_acrescimo": "0.00", "valor_taxa": "0.00", "forma_pagamento": form, "obs_pagamento": "", "id_banco_cad": defaultBankID,
	})
}
