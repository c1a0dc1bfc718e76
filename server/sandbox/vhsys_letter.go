package sandbox

import "maps"

// reasonMin is the least length of a reason or a correction, in characters.
const reasonMin = 15

// letterFields are those of a letter of correction. Only the routes are in
// the contract; the name of the field is assumed.
var letterFields = []erpField{{name: "correcao", max: 1000, required: true}}

// letterRoutes are the routes of letters of correction.
func (k *invoiceKind) letterRoutes() []route {
	path := k.path + "/:id/carta-correcao"
	return []route{
		{method: "GET", path: path, handle: k.listLetters},
		{method: "POST", path: path, handle: k.addLetter},
		{method: "GET", path: path + "/xml", handle: k.letterFile},
	}
}

// listLetters is GET …/carta-correcao.
func (k *invoiceKind) listLetters(e *exchange) answer {
	r, _ := k.seen(e.account, e.id(), k.v.sandbox.clock.real())
	return page(r.Letters, e.request.URL.Query(), "Nenhuma carta de correção encontrada!")
}

// addLetter is POST …/carta-correcao, of an issued invoice only.
func (k *invoiceKind) addLetter(e *exchange) answer {
	r, found := k.latest(e.account, e.id())
	body, isObject := decodeObject(e.body)
	fields, good := accept(letterFields, body, true)
	if !found || !isObject || !good || r.Issue.State != invoiceAuthorized || len([]rune(fieldText(fields, "correcao"))) < reasonMin {
		return erpRefused("Erro ao cadastrar a carta de correção!")
	}
	letter := merged(fields, map[string]any{
		k.parent: r.ID, "id_carta": k.v.next("letter", 1), "sequencia": len(r.Letters) + 1,
		"data_cad": k.v.sandbox.clock.stamp(), "nota_chave": r.Issue.Key,
	})
	r.Letters = append(r.Letters, letter)
	k.v.save(k.table, r)
	return erpSuccess(letter)
}

// letterFile is GET …/carta-correcao/xml: the newest letter.
func (k *invoiceKind) letterFile(e *exchange) answer {
	r, _ := k.seen(e.account, e.id(), k.v.sandbox.clock.real())
	if len(r.Letters) == 0 {
		return erpRefused("Nenhuma carta de correção encontrada!")
	}
	letter := r.Letters[len(r.Letters)-1]
	return erpSuccess(map[string]any{"xml": invoiceXML("procEventoNFe", r.Issue.Key, fieldText(letter, "correcao"))})
}

// taxRoutes is the route of an item's taxes.
func (k *invoiceKind) taxRoutes() []route {
	return []route{{method: "POST", path: k.path + "/:id/produtos/:item/impostos", handle: k.setTaxes}}
}

// setTaxes is POST …/produtos/:item/impostos. The taxes are kept as they come:
// nothing here depends on them.
func (k *invoiceKind) setTaxes(e *exchange) answer {
	r, at := k.findItem(e)
	body, isObject := decodeObject(e.body)
	if at < 0 || !isObject {
		return erpRefused("Erro ao cadastrar os impostos do produto!")
	}
	taxes, _ := r.Items[at]["impostos"].(map[string]any)
	taxes = merged(taxes, nil)
	maps.Copy(taxes, body)
	r.Items[at] = merged(r.Items[at], map[string]any{"impostos": taxes})
	k.v.save(k.table, r)
	return erpSuccess(k.itemRow(r, r.Items[at]))
}
