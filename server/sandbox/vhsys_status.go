package sandbox

import (
	"net/http"
	"slices"
)

// situation is a custom status of the account, below one of the base ones.
type situation struct {
	ID      int64  `json:"id"`
	Base    string `json:"base"`
	Name    string `json:"name"`
	Ordinal int    `json:"ordinal"`
	// Kept for the orders that have it, but not to be chosen any more.
	Trashed bool `json:"trashed"`
}

// firstSituations are the custom statuses that every simulated account opens
// with. All accounts have the same ones.
func firstSituations() []situation {
	return []situation{
		{ID: 858, Base: "Em Aberto", Name: "Aguardando pagamento", Ordinal: 1},
		{ID: 859, Base: "Em Aberto", Name: "Aguardando confirmação", Ordinal: 2},
		{ID: 860, Base: "Em Andamento", Name: "Em separação", Ordinal: 3},
		{ID: 861, Base: "Em Andamento", Name: "Pagamento confirmado", Ordinal: 4},
		{ID: 862, Base: "Atendido", Name: "Concluído", Ordinal: 5},
		{ID: 863, Base: "Cancelado", Name: "Cancelado pelo cliente", Ordinal: 6},
	}
}

// statusFields are the fields of a change of status. id_situacao, which looks
// right, is ignored by Vhsys.
var statusFields = []erpField{
	{name: "data_status", kind: dateField},
	{name: "tipo_status", kind: choiceField, choices: orderStatuses},
	{name: "obs_status", max: 255},
	{name: "situacao", kind: wholeField},
}

// statusRoutes are the routes of a document's statuses.
func (d *document) statusRoutes() []route {
	return []route{
		{method: "GET", path: d.path + "/:id/status", handle: d.listStatuses},
		{method: "POST", path: d.path + "/:id/status", handle: d.addStatus},
	}
}

// listStatuses is GET …/status: the history of one document, oldest first.
func (d *document) listStatuses(e *exchange) answer {
	r, _ := d.seen(e.account, e.id(), d.v.sandbox.clock.real())
	return page(slices.Clone(r.History), e.request.URL.Query(), "Nenhum status encontrado!")
}

// addStatus is POST …/status.
func (d *document) addStatus(e *exchange) answer {
	r, found := d.latest(e.account, e.id())
	body, isObject := decodeObject(e.body)
	fields, good := accept(statusFields, body, true)
	if !found || !isObject || !good || !d.v.resolveStatus(fields) {
		return erpRefused("Erro ao cadastrar o status para " + d.label + "!")
	}
	line := d.turn(&r, "Integração via API", fields)
	d.v.save(d.table, r)
	return erpSuccess(map[string]any{
		"data_status": line["data_status"], "obs_status": line["obs_status"],
		"tipo_status": line["tipo_status"], d.parent: r.ID,
	})
}

// turn gives the record another status and its history a line that says so.
func (d *document) turn(r *erpRecord, by string, fields map[string]any) map[string]any {
	line := merged(map[string]any{
		"id_status": d.v.next("status", 70001), d.parent: r.ID, "data_status": d.v.sandbox.clock.today(),
		"obs_status": "", "situacao": nil, "id_usuario": 1, "nome_usuario": by,
	}, fields)
	r.History = append(r.History, line)
	r.Fields = merged(r.Fields, map[string]any{"status_pedido": line["tipo_status"], "situacao": line["situacao"]})
	return line
}

// resolveStatus fills in the base status of a custom one. Either is needed.
func (v *vhsys) resolveStatus(fields map[string]any) bool {
	if fields["situacao"] == nil {
		return fields["tipo_status"] != nil
	}
	asked := whole(fields["situacao"])
	at := slices.IndexFunc(v.situations, func(s situation) bool { return s.ID == asked && !s.Trashed })
	if at < 0 {
		return false
	}
	fields["situacao"], fields["tipo_status"] = asked, v.situations[at].Base
	return true
}

// listSituations is GET /situacoes, whose accents are encoded twice and whose
// status is in Portuguese.
func (v *vhsys) listSituations(*exchange) answer {
	rows := []any{}
	for _, s := range v.situations {
		if s.Trashed {
			continue
		}
		rows = append(rows, map[string]any{
			"id_situacao": s.ID, "id_empresa": 1, "tipo_pedido": 1, "tipo_status": s.Base,
			"nome_situacao": doublyEncoded(s.Name), "ordem": s.Ordinal, "id_usuario_cad": 1, "id_usuario_mod": 1,
			"data_cad": seededAt, "data_mod": seededAt, "lixeira": "Nao",
		})
	}
	return jsonAnswer(http.StatusOK, map[string]any{"code": http.StatusOK, "status": "sucesso", "data": map[string]any{
		"Pedidos": rows, "Orcamentos": []any{}, "OrdemServico": []any{},
	}})
}
