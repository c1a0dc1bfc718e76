package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"
)

// Entities of webhooks. Orders and invoices have none (vhsys.md, 2.6).
const (
	entityAll         = "todos"
	entityCustomers   = "clientes"
	entityReceivables = "contas_receber"
)

var webhookEntities = []string{entityCustomers, "servico", "vendas_balcao", entityReceivables, "produtos", entityAll}

// webhookNoun is where changes of one entity are told.
var webhookNoun = &noun{
	kind: "vhsys_webhook", key: "id_webhook", created: "data_cad_webhook", modified: "data_mod_webhook", firstID: 601,
	fields: []erpField{
		{name: "url", max: 255, initial: ""},
		{name: "user", max: 255, initial: ""},
		{name: "password", max: 255, initial: ""},
		{name: "entidade", initial: ""},
	},
	extra:    map[string]any{"id_parceiro": 0},
	exact:    []string{"entidade"},
	notFound: "Nenhum webhook encontrado!",
}

// webhookRoutes are the routes of webhooks.
func (v *vhsys) webhookRoutes() []route {
	path := "/v2/webhook"
	return []route{
		{method: "GET", path: path, handle: v.listWebhooks},
		{method: "POST", path: path, handle: v.createWebhook},
		{method: "GET", path: path + "/:id", handle: v.showWebhook},
		{method: "PUT", path: path + "/:id", handle: v.changeWebhook},
		{method: "DELETE", path: path + "/:id", handle: v.remove(v.webhooks)},
	}
}

// computeWebhook leaves out what nobody may read again.
func computeWebhook(row map[string]any, _ erpRecord) {
	for _, name := range []string{"password", "lixeira", "id_empresa", "active"} {
		delete(row, name)
	}
}

// listWebhooks is GET /webhook. Deleted ones are gone.
func (v *vhsys) listWebhooks(e *exchange) answer {
	query := e.request.URL.Query()
	query.Set("lixeira", "Nao")
	found := v.webhooks.find(e.account, query, v.sandbox.clock.real())
	return pageRows(found, query, webhookNoun.notFound, v.webhooks.row)
}

// showWebhook is GET /webhook/:id.
func (v *vhsys) showWebhook(e *exchange) answer {
	r, visible := v.webhooks.seen(e.account, e.id(), v.sandbox.clock.real())
	if !visible || r.Trashed {
		return erpRefused(webhookNoun.notFound)
	}
	return erpSuccess(v.webhooks.row(r))
}

// createWebhook is POST /webhook, one of the few that say what is wrong.
func (v *vhsys) createWebhook(e *exchange) answer {
	fields, refused := v.webhookFields(e, nil)
	if refused != nil {
		return *refused
	}
	fields["active"] = !v.settings.WebhooksNeedLogin
	r := v.insert(v.webhooks, e.account, fields)
	return jsonAnswer(http.StatusCreated, map[string]any{"code": http.StatusCreated, "status": "success", "data": v.webhooks.row(r)})
}

// changeWebhook is PUT /webhook/:id.
func (v *vhsys) changeWebhook(e *exchange) answer {
	r, found := v.webhooks.latest(e.account, e.id())
	if !found || r.Trashed {
		return erpRefused(webhookNoun.notFound)
	}
	fields, refused := v.webhookFields(e, &r)
	if refused != nil {
		return *refused
	}
	r.Fields = fields
	v.save(v.webhooks, r)
	return erpSuccess(v.webhooks.row(r))
}

// webhookFields reads a webhook, over the old one when there is one.
func (v *vhsys) webhookFields(e *exchange, old *erpRecord) (map[string]any, *answer) {
	body, _ := decodeObject(e.body)
	fields, good := accept(webhookNoun.fields, body, old == nil)
	if !good {
		return nil, unprocessable("Os dados informados são inválidos.")
	}
	own := int64(0)
	if old != nil {
		fields, own = merged(old.Fields, fields), old.ID
	}
	if wrong := webhookErrors(fields); len(wrong) > 0 {
		return nil, unprocessable(wrong...)
	}
	if v.conflicts(e.account, fieldText(fields, "entidade"), own) {
		conflict := jsonAnswer(http.StatusBadRequest, map[string]any{
			"code": http.StatusBadRequest, "status": "error",
			"data": "Para cadastrar um webhook para todas as entidades é necessário excluir os demais webhooks!",
		})
		return nil, &conflict
	}
	return fields, nil
}

// webhookErrors are all that is wrong with a webhook.
func webhookErrors(fields map[string]any) []string {
	wrong := []string{}
	if !callable(fieldText(fields, "url")) {
		wrong = append(wrong, "O campo url deve ser um endereço https de 8 a 255 caracteres.")
	}
	for _, name := range []string{"user", "password"} {
		if utf8.RuneCountInString(fieldText(fields, name)) < 8 {
			wrong = append(wrong, "O campo "+name+" deve ter no mínimo 8 caracteres.")
		}
	}
	if !slices.Contains(webhookEntities, fieldText(fields, "entidade")) {
		wrong = append(wrong, "O campo entidade é inválido.")
	}
	return wrong
}

// callable wants https. Plain http is let in for receivers on this machine.
func callable(address string) bool {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" || len(address) < 8 || len(address) > 255 {
		return false
	}
	host := target.Hostname()
	return target.Scheme == "https" || target.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}

// conflicts says whether a webhook of everything meets one of something.
func (v *vhsys) conflicts(account, entity string, own int64) bool {
	for _, id := range v.webhooks.ids {
		other, belongs := v.webhooks.latest(account, id)
		if !belongs || other.Trashed || id == own {
			continue
		}
		if entity == entityAll || other.Fields["entidade"] == entityAll {
			return true
		}
	}
	return false
}

// unprocessable is the only refusal of the API that gives its reasons.
func unprocessable(wrong ...string) *answer {
	refused := jsonAnswer(http.StatusUnprocessableEntity, map[string]any{
		"code": http.StatusUnprocessableEntity, "status": "error", "mensagem": "Os dados informados são inválidos.", "erros": wrong,
	})
	return &refused
}

// announce tells a change to every webhook that asked for it.
func (v *vhsys) announce(t *table, r erpRecord, operation string) {
	entity, content := v.told(t, r)
	if entity == "" {
		return
	}
	for _, id := range v.webhooks.ids {
		hook, own := v.webhooks.latest(r.Account, id)
		wants := hook.Fields["entidade"] == entity || hook.Fields["entidade"] == entityAll
		if own && !hook.Trashed && wants && hook.Fields["active"] == true {
			v.callbacks.schedule(id, map[string]any{"entidade": entity, "operacao": operation, "dados": content})
		}
	}
}

// told is what webhooks hear of a record, under names that differ from those
// of the API. Of customers the contract has no example.
func (v *vhsys) told(t *table, r erpRecord) (entity string, content map[string]any) {
	field := func(name string) any { return t.value(r, name) }
	switch t {
	case v.receivables:
		return entityReceivables, map[string]any{
			"id_conta_receber": r.ID, "nome_conta": field("nome_conta"), "id_cliente": field("id_cliente"),
			"vencimento": field("vencimento_rec"), "valor": decimal(field("valor_rec")), "valor_pago": decimal(field("valor_pago")),
			"numero_documento": field("n_documento_rec"), "liquidado": field("liquidado_rec"), "data_pagamento": field("data_pagamento"),
		}
	case v.customers:
		return entityCustomers, map[string]any{
			"id_cliente": r.ID, "razao_social": field("razao_cliente"), "nome_fantasia": field("fantasia_cliente"),
			"cnpj_cpf": field("cnpj_cliente"), "email": field("email_cliente"), "situacao": field("situacao_cliente"),
		}
	}
	return "", nil
}

// operationOf names what a save does to a record.
func (t *table) operationOf(r erpRecord) string {
	switch {
	case len(t.rows[r.ID]) == 0:
		return "create"
	case r.Trashed:
		return "delete"
	}
	return "update"
}
