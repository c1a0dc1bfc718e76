package sandbox

// voidedNoun is a range of numbers that will never be invoices. Only the
// routes are in the contract; the names of its fields are assumed.
var voidedNoun = &noun{
	kind: "voided_numbers", key: "id_inutilizada", created: "data_cad", modified: "data_mod", firstID: 301,
	fields: []erpField{
		{name: "serie_nota", kind: wholeField, initial: "1"},
		{name: "numero_inicial", kind: wholeField, initial: "0", required: true},
		{name: "numero_final", kind: wholeField, initial: "0", required: true},
		{name: "justificativa", max: 255, initial: "", required: true},
	},
	extra:      map[string]any{"modelo": "", "protocolo": ""},
	exact:      []string{"modelo"},
	notFound:   "Nenhuma numeração inutilizada encontrada!",
	notCreated: "Erro ao inutilizar a numeração!",
}

// voidRoutes are the routes of voided numbers.
func (k *invoiceKind) voidRoutes() []route {
	return []route{
		{method: "POST", path: k.path + "/inutilizar", handle: k.void},
		{method: "GET", path: k.path + "/inutilizadas", handle: k.listVoided},
	}
}

// void is POST …/inutilizar, which wants a reason of 15 characters and no
// issued invoice within the range.
func (k *invoiceKind) void(e *exchange) answer {
	body, isObject := decodeObject(e.body)
	fields, good := accept(voidedNoun.fields, body, true)
	if !isObject || !good || len([]rune(fieldText(fields, "justificativa"))) < reasonMin || k.used(e.account, fields) {
		return erpRefused(voidedNoun.notCreated)
	}
	fields["modelo"] = k.name
	return erpSuccess(k.v.voided.row(k.v.insert(k.v.voided, e.account, fields)))
}

// used says whether a number of the range was issued, or the range is none.
func (k *invoiceKind) used(account string, fields map[string]any) bool {
	if whole(fields["numero_final"]) < whole(fields["numero_inicial"]) {
		return true
	}
	for _, id := range k.ids {
		r, own := k.latest(account, id)
		if own && issued(r) && covers(fields, r) {
			return true
		}
	}
	return false
}

// covers says whether the invoice's number is in a range.
func covers(voided map[string]any, r erpRecord) bool {
	return seriesOf(voided) == seriesOf(r.Fields) &&
		r.Number >= whole(voided["numero_inicial"]) && r.Number <= whole(voided["numero_final"])
}

// listVoided is GET …/inutilizadas.
func (k *invoiceKind) listVoided(e *exchange) answer {
	query := e.request.URL.Query()
	query.Set("modelo", k.name)
	found := k.v.voided.find(e.account, query, k.v.sandbox.clock.real())
	return pageRows(found, query, voidedNoun.notFound, k.v.voided.row)
}

// checkVoided rejects an invoice whose number was voided.
func (k *invoiceKind) checkVoided(r erpRecord) verdict {
	for _, id := range k.v.voided.ids {
		voided, own := k.v.voided.latest(r.Account, id)
		if own && voided.Fields["modelo"] == k.name && covers(voided.Fields, r) {
			return verdictOf("206")
		}
	}
	return verdict{}
}
