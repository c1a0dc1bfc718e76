package sandbox

import (
	"net/http"
	"slices"
)

// situation is a custom status of an account, below one of the base ones.
type situation struct {
	id      int64
	base    string
	name    string
	ordinal int
}

// situations are the custom statuses of every simulated account.
var situations = []situation{
	{858, "Em Aberto", "Aguardando pagamento", 1},
	{859, "Em Aberto", "Aguardando confirmação", 2},
	{860, "Em Andamento", "Em separação", 3},
	{861, "Em Andamento", "Pagamento confirmado", 4},
	{862, "Atendido", "Concluído", 5},
	{863, "Cancelado", "Cancelado pelo cliente", 6},
}

// statusFields are the fields of a change of status. id_situacao, which looks
// right, is ignored by Vhsys.
var statusFields = []erpField{
	{name: "data_status", kind: dateField},
	{name: "tipo_status", kind: choiceField, choices: orderStatuses},
	{name: "obs_status", max: 255},
	{name: "situacao", kind: wholeField},
}

const statusNotCreated = "Erro ao cadastrar o status para o pedido!"

// statusRoutes are the routes of an order's statuses and of the custom ones.
func (v *vhsys) statusRoutes() []route {
	return []route{
		{method: "GET", path: "/v2/pedidos/:id/status", handle: v.listStatuses},
		{method: "POST", path: "/v2/pedidos/:id/status", handle: v.addStatus},
		{method: "GET", path: "/v2/situacoes", handle: v.listSituations},
	}
}

// listStatuses is GET …/status: the history of one order, oldest first.
func (v *vhsys) listStatuses(e *exchange) answer {
	r, _ := v.orders.seen(e.account, e.id(), v.sandbox.clock.real())
	return page(slices.Clone(r.History), e.request.URL.Query(), "Nenhum status encontrado!")
}

// addStatus is POST …/status.
func (v *vhsys) addStatus(e *exchange) answer {
	r, found := v.orders.latest(e.account, e.id())
	body, isObject := decodeObject(e.body)
	fields, good := accept(statusFields, body, true)
	if !found || !isObject || !good || !resolveStatus(fields) {
		return erpRefused(statusNotCreated)
	}
	line := merged(map[string]any{
		"id_status": v.next("status", 70001), "id_pedido": r.ID, "data_status": v.sandbox.clock.today(),
		"obs_status": "", "situacao": nil, "id_usuario": 1, "nome_usuario": "Integração via API",
	}, fields)
	r.History = append(r.History, line)
	r.Fields["status_pedido"], r.Fields["situacao"] = line["tipo_status"], line["situacao"]
	v.save(v.orders, r)
	return erpSuccess(map[string]any{
		"data_status": line["data_status"], "obs_status": line["obs_status"],
		"tipo_status": line["tipo_status"], "id_pedido": r.ID,
	})
}

// resolveStatus fills in the base status of a custom one. Either is needed.
func resolveStatus(fields map[string]any) bool {
	if fields["situacao"] == nil {
		return fields["tipo_status"] != nil
	}
	asked := whole(fields["situacao"])
	at := slices.IndexFunc(situations, func(s situation) bool { return s.id == asked })
	if at < 0 {
		return false
	}
	fields["situacao"], fields["tipo_status"] = asked, situations[at].base
	return true
}

// listSituations is GET /situacoes, whose accents are encoded twice and whose
// status is in Portuguese.
func (v *vhsys) listSituations(*exchange) answer {
	rows := []any{}
	for _, s := range situations {
		rows = append(rows, map[string]any{
			"id_situacao": s.id, "id_empresa": 1, "tipo_pedido": 1, "tipo_status": s.base,
			"nome_situacao": doublyEncoded(s.name), "ordem": s.ordinal, "id_usuario_cad": 1, "id_usuario_mod": 1,
			"data_cad": seededAt, "data_mod": seededAt, "lixeira": "Nao",
		})
	}
	return jsonAnswer(http.StatusOK, map[string]any{"code": http.StatusOK, "status": "sucesso", "data": map[string]any{
		"Pedidos": rows, "Orcamentos": []any{}, "OrdemServico": []any{},
	}})
}
