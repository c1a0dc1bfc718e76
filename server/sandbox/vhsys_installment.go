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

// installmentRoutes are the routes of a document's instalments.
func (d *document) installmentRoutes() []route {
	return []route{
		{method: "GET", path: d.path + "/:id/parcelas", handle: d.listInstallments},
		{method: "POST", path: d.path + "/:id/parcelas", handle: d.replaceInstallments},
	}
}

// installmentRows are all instalments of a document as GET answers them.
func (d *document) installmentRows(r erpRecord) []map[string]any {
	rows := make([]map[string]any, 0, len(r.Installments))
	for _, installment := range r.Installments {
		row := map[string]any{d.parent: r.ID, "forma_pagamento": "", "observacoes_parcela": ""}
		for _, name := range []string{"id_parcela", "data_parcela", "valor_parcela", "forma_pagamento", "observacoes_parcela"} {
			if value, sent := installment[name]; sent {
				row[name] = value
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// listInstallments is GET …/parcelas.
func (d *document) listInstallments(e *exchange) answer {
	r, _ := d.seen(e.account, e.id(), d.v.sandbox.clock.real())
	return page(d.installmentRows(r), e.request.URL.Query(), "Nenhuma parcela encontrada!")
}

// replaceInstallments is POST …/parcelas, which replaces all previous ones.
func (d *document) replaceInstallments(e *exchange) answer {
	refused := erpRefused("Erro ao cadastrar a parcela para " + d.label + "!")
	r, found := d.open(e)
	bodies, isList := decodeArray(e.body)
	if !found || !isList {
		return refused
	}
	var replaced []map[string]any
	for _, body := range bodies {
		installment, good := accept(installmentFields, body, true)
		if !good || decimal(installment["valor_parcela"]) <= 0 {
			return refused
		}
		replaced = append(replaced, installment)
	}
	for _, installment := range replaced {
		installment["id_parcela"] = d.v.next("installment", 40001)
	}
	r.Installments = replaced
	d.v.save(d.table, r)
	if d == d.v.orderDocument && d.v.settings.OrdersPostReceivables {
		d.v.postReceivables(r, "Ped_", "Pedido")
	}
	return erpSuccess(d.installmentRows(r))
}

// postReceivables makes the receivables of a document anew from its
// instalments, if it asks for them. Those of earlier instalments go to the
// trash unless settled.
func (v *vhsys) postReceivables(r erpRecord, prefix, title string) {
	if r.Fields["contas_pedido"] != "1" {
		return
	}
	origin := prefix + strconv.FormatInt(r.ID, 10)
	for _, id := range v.receivables.index[indexKey{r.Account, origin}] {
		old, found := v.receivables.latest(r.Account, id)
		if found && !old.Trashed && old.Fields["liquidado_rec"] != "Sim" {
			old.Trashed = true
			v.save(v.receivables, old)
		}
	}
	for _, installment := range r.Installments {
		fields := v.receivableOf(r, installment)
		fields["identificacao"], fields["nome_conta"] = origin, fmt.Sprintf("%s %d", title, r.Number)
		v.insert(v.receivables, r.Account, fields)
	}
}

// receivableOf is the receivable that an instalment of a document posts.
func (v *vhsys) receivableOf(r erpRecord, installment map[string]any) map[string]any {
	fields := map[string]any{
		"id_cliente": r.Fields["id_cliente"], "nome_cliente": r.Fields["nome_cliente"],
		"id_banco": strconv.Itoa(defaultBankID), "vencimento_rec": installment["data_parcela"],
		"valor_rec": installment["valor_parcela"], "data_emissao": r.Fields["data_pedido"],
		"forma_pagamento": installment["forma_pagamento"],
	}
	if installment["conta_liquidada"] == "1" {
		fields["liquidado_rec"], fields["status"] = "Sim", statusSettledReceivable
		fields["valor_pago"] = cmp.Or(installment["valor_pago"], installment["valor_parcela"])
		fields["data_pagamento"] = cmp.Or(installment["data_pagamento"], installment["data_parcela"])
	}
	return fields
}
