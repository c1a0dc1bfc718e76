package sandbox

import (
	"cmp"
	"fmt"
	"strconv"
)

// installmentFields are the fields of an instalment. The last three are taken
// but never answered.
var installmentFields = []erpField{
	{name: "data_parcela", kind: dateField, required: true},
	{name: "valor_parcela", kind: moneyField, required: true},
	{name: "forma_pagamento", kind: choiceField, choices: paymentForms},
	{name: "observacoes_parcela", max: 255},
	{name: "conta_liquidada", kind: choiceField, choices: zeroOrOne},
	{name: "valor_pago", kind: moneyField},
	{name: "data_pagamento", kind: dateField},
}

const installmentNotCreated = "Erro ao cadastrar a parcela para o pedido!"

// installmentRoutes are the routes of an order's instalments.
func (v *vhsys) installmentRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/pedidos/:id/parcelas", handle: v.listInstallments},
		{method: "POST", path: "/v2/pedidos/:id/parcelas", handle: v.replaceInstallments},
	}
}

// installmentRow is an instalment as GET answers it.
func installmentRow(r erpRecord, installment map[string]any) map[string]any {
	row := map[string]any{"id_pedido": r.ID, "forma_pagamento": "", "observacoes_parcela": ""}
	for _, name := range []string{"id_parcela", "data_parcela", "valor_parcela", "forma_pagamento", "observacoes_parcela"} {
		if value, sent := installment[name]; sent {
			row[name] = value
		}
	}
	return row
}

// installmentRows are all instalments of an order.
func installmentRows(r erpRecord) []map[string]any {
	rows := make([]map[string]any, 0, len(r.Installments))
	for _, installment := range r.Installments {
		rows = append(rows, installmentRow(r, installment))
	}
	return rows
}

// listInstallments is GET …/parcelas.
func (v *vhsys) listInstallments(e *exchange) answer {
	r, _ := v.orders.seen(e.account, e.id(), v.sandbox.clock.real())
	return page(installmentRows(r), e.request.URL.Query(), "Nenhuma parcela encontrada!")
}

// replaceInstallments is POST …/parcelas, which replaces all previous ones.
func (v *vhsys) replaceInstallments(e *exchange) answer {
	r, found := v.orders.latest(e.account, e.id())
	bodies, isList := decodeArray(e.body)
	if !found || !isList {
		return erpRefused(installmentNotCreated)
	}
	var replaced []map[string]any
	for _, body := range bodies {
		installment, good := accept(installmentFields, body, true)
		if !good || decimal(installment["valor_parcela"]) <= 0 {
			return erpRefused(installmentNotCreated)
		}
		replaced = append(replaced, installment)
	}
	for _, installment := range replaced {
		installment["id_parcela"] = v.next("installment", 40001)
	}
	r.Installments = replaced
	v.save(v.orders, r)
	if v.settings.OrdersPostReceivables && r.Fields["contas_pedido"] == "1" {
		v.postReceivables(r)
	}
	return erpSuccess(installmentRows(r))
}

// postReceivables makes the receivables of an order anew from its
// instalments. Those of earlier instalments go to the trash unless settled.
func (v *vhsys) postReceivables(order erpRecord) {
	origin := "Ped_" + strconv.FormatInt(order.ID, 10)
	for _, id := range sortedIDs(v.receivables.rows) {
		old, found := v.receivables.latest(order.Account, id)
		if found && old.Fields["identificacao"] == origin && old.Fields["liquidado_rec"] != "Sim" {
			old.Trashed = true
			v.save(v.receivables, old)
		}
	}
	for _, installment := range order.Installments {
		v.insert(v.receivables, order.Account, v.receivableOf(order, installment, origin))
	}
}

// receivableOf is the receivable that an instalment of an order posts.
func (v *vhsys) receivableOf(order erpRecord, installment map[string]any, origin string) map[string]any {
	fields := map[string]any{
		"identificacao": origin, "nome_conta": fmt.Sprintf("Pedido %d", order.Number),
		"id_cliente": order.Fields["id_cliente"], "nome_cliente": order.Fields["nome_cliente"],
		"id_banco": strconv.Itoa(defaultBankID), "vencimento_rec": installment["data_parcela"],
		"valor_rec": installment["valor_parcela"], "data_emissao": order.Fields["data_pedido"],
		"forma_pagamento": installment["forma_pagamento"],
	}
	if installment["conta_liquidada"] == "1" {
		fields["liquidado_rec"], fields["status"] = "Sim", statusSettledReceivable
		fields["valor_pago"] = cmp.Or(installment["valor_pago"], installment["valor_parcela"])
		fields["data_pagamento"] = cmp.Or(installment["data_pagamento"], installment["data_parcela"])
	}
	return fields
}
