package sandbox

import (
	"cmp"
	"slices"
	"strconv"
)

// The kinds of invoice, as the control API calls them.
const (
	goodsInvoice    = "nfe"  // NF-e, /notas-fiscais
	serviceInvoice  = "nfse" // NFS-e, /notas-servico
	consumerInvoice = "nfce" // NFC-e, /notas-consumidor
)

// invoiceKind is one of the three kinds of invoice (vhsys.md, 2.5).
type invoiceKind struct {
	*document
	name string
	// model is its number in the access key; the cities' invoices have none.
	model int
}

// invoiceKinds are all three, without any invoice.
func (v *vhsys) invoiceKinds() []*invoiceKind {
	kinds := []*invoiceKind{
		v.invoiceKind(goodsInvoice, 55, "/v2/notas-fiscais", goodsNoun),
		v.invoiceKind(serviceInvoice, 0, "/v2/notas-servico", serviceNoun),
		v.invoiceKind(consumerInvoice, 65, "/v2/notas-consumidor", consumerNoun),
	}
	return kinds
}

func (v *vhsys) invoiceKind(name string, model int, path string, n *noun) *invoiceKind {
	t := newTable(n)
	t.compute = computeInvoice
	return &invoiceKind{name: name, model: model, document: &document{
		table: t, v: v, path: path, label: "a nota fiscal", of: "da nota fiscal", frozen: issued,
		parent: n.key, itemKey: n.key + "_produto", items: invoiceItemFields,
	}}
}

// invoiceItemFields are those of an order's item and what the authority asks.
var invoiceItemFields = slices.Concat(itemFields, []erpField{
	{name: "ncm_produto", initial: ""},
	{name: "cfop_produto", initial: ""},
	{name: "unidade_produto", initial: ""},
	{name: "valor_total_produto", kind: moneyField},
})

// invoiceFields are what the headers of all kinds have in common.
var invoiceFields = []erpField{
	{name: "serie_nota", kind: wholeField, initial: "1"},
	{name: "id_cliente", kind: wholeField, initial: "0"},
	{name: "nome_cliente", max: 255, initial: "", required: true},
	{name: "vendedor_pedido", max: 30, initial: ""},
	{name: "vendedor_pedido_id", kind: wholeField, initial: "0"},
	{name: "natureza_pedido", initial: ""},
	{name: "obs_pedido", initial: ""},
	{name: "obs_interno_pedido", initial: ""},
	{name: "status_pedido", kind: choiceField, choices: orderStatuses, initial: "Em Aberto"},
	{name: "ambiente", kind: choiceField, choices: []string{"1", "2"}, initial: "1"},
	{name: "data_pedido", kind: dateField, initial: "0000-00-00"},
	{name: "contas_pedido", kind: choiceField, choices: zeroOrOne, initial: "0"},
	{name: "valor_total_nota", kind: moneyField},
}

// goodsFields are those of NF-e and NFC-e.
var goodsFields = slices.Concat(invoiceFields, []erpField{
	{name: "cfop_pedido", max: 4, initial: ""},
	{name: "desconto_pedido", kind: moneyField, initial: "0.00"},
	{name: "frete_pedido", kind: moneyField, initial: "0.00"},
	{name: "valor_baseICMS", kind: moneyField, initial: "0.00"},
	{name: "valor_ICMS", kind: moneyField, initial: "0.00"},
	{name: "valor_baseST", kind: moneyField, initial: "0.00"},
	{name: "valor_ST", kind: moneyField, initial: "0.00"},
	{name: "valor_IPI", kind: moneyField, initial: "0.00"},
	{name: "valor_despesas", kind: moneyField, initial: "0.00"},
	{name: "transportadora_pedido", max: 255, initial: ""},
	{name: "id_transportadora", kind: wholeField, initial: "0"},
	{name: "frete_por_pedido", kind: choiceField, choices: []string{"0", "1", "2", "9"}, initial: "9"},
	{name: "volumes_transporta", initial: ""},
	{name: "indPres_pedido", kind: choiceField, choices: []string{"0", "1", "2", "3", "4", "5", "9"}, initial: "2"},
	{name: "finalidade_nfe", kind: choiceField, choices: []string{"1", "2", "3", "4"}, initial: "1"},
	{name: "cnpj_intermediador", initial: ""},
	{name: "ident_no_intermediador", initial: ""},
	{name: "id_pedido_ref", kind: wholeField, initial: "0"},
})

// withheldTaxes are those whose rate, value and withholding a service names.
var withheldTaxes = []string{"cofins", "pis", "contribuicao", "ir", "inss"}

// serviceFields are those of NFS-e. What the contract requires is required.
func serviceFields() []erpField {
	fields := slices.Concat(invoiceFields, []erpField{
		{name: "desc_servicos", max: 255, initial: "", required: true},
		{name: "valor_total_servicos", kind: moneyField, initial: "0.00", required: true},
		{name: "valor_base_calculo", kind: moneyField, initial: "0.00"},
		{name: "valor_aliquota", kind: moneyField, initial: "0.00"},
		{name: "valor_imposto", kind: moneyField, initial: "0.00"},
		{name: "reter_iss", initial: "0"},
		{name: "regime_pedido", kind: choiceField, choices: []string{"1", "2"}, initial: "1"},
		{name: "local_prestacao", kind: choiceField, choices: []string{"0", "1", "2", "9"}, initial: "0"},
		{name: "local_prestacao_cidade", initial: ""},
		{name: "local_prestacao_cidade_cod", kind: wholeField, initial: ""},
		{name: "atividade", initial: ""},
	})
	for _, tax := range withheldTaxes {
		fields = append(fields,
			erpField{name: "aliq_" + tax, kind: moneyField, initial: "0.00"},
			erpField{name: "valor_" + tax, kind: moneyField, initial: "0.00"},
			erpField{name: "reter_" + tax, initial: "0"})
	}
	required := []string{"serie_nota", "id_cliente", "vendedor_pedido_id", "vendedor_pedido", "ambiente"}
	for i := range fields {
		fields[i].required = fields[i].required || slices.Contains(required, fields[i].name)
		if fields[i].name == "natureza_pedido" {
			fields[i] = erpField{name: "natureza_pedido", kind: choiceField, choices: []string{"1", "2", "3", "4", "5"}, required: true}
		}
	}
	return fields
}

// noMoment is how Vhsys writes that something has not happened.
const noMoment = "0000-00-00 00:00:00"

// invoiceExtra is what an invoice answers before it is issued.
var invoiceExtra = map[string]any{
	"id_registro": 0, "tp_nfe": 1, "nota_emitida": 0, "nota_chave": "", "nota_protocolo": "", "nota_recibo": "",
	"nota_data_autorizacao": noMoment, "nota_data_cancelamento": noMoment, "nota_motivo_cancelamento": "",
	"nota_denegada": 0, "id_pedido_ref": 0, "data_emissao": "0000-00-00", "situacao": nil,
}

// invoiceNoun fills in what the nouns of all kinds have in common.
func invoiceNoun(n noun) *noun {
	n.created, n.modified, n.numbered = "data_cad_pedido", "data_mod_pedido", "id_pedido"
	n.extra = merged(invoiceExtra, n.extra)
	n.exact = []string{"id_pedido", "id_cliente", "status", "ambiente", "serie_nota", "nota_emitida", "nota_chave"}
	n.contains = []string{"nome_cliente", "vendedor"}
	n.columns = map[string]string{"status": "status_pedido", "vendedor": "vendedor_pedido"}
	n.computed = []string{"valor_total_produtos", "valor_total_nota"}
	n.notFound, n.notCreated, n.notChanged = "Nenhuma nota fiscal encontrada!", "Erro ao cadastrar a nota fiscal!", "Erro ao alterar a nota fiscal!"
	return &n
}

var (
	goodsNoun    = invoiceNoun(noun{kind: "invoice_nfe", key: "id_venda", firstID: 8200001, fields: goodsFields})
	serviceNoun  = invoiceNoun(noun{kind: "invoice_nfse", key: "id_servico", firstID: 8500001, fields: serviceFields(), extra: map[string]any{"nota_numero": "", "nota_codigo_verificacao": ""}})
	consumerNoun = invoiceNoun(noun{kind: "invoice_nfce", key: "id_nfc", firstID: 8800001, fields: goodsFields})
)

// computeInvoice adds the totals, unless the total was sent: then it is for
// the authority to find it wrong.
func computeInvoice(row map[string]any, r erpRecord) {
	if sent, own := r.Fields["valor_total_nota"]; own {
		row["valor_total_nota"] = sent
	} else {
		row["valor_total_nota"] = sixDecimals(invoiceTotal(r))
	}
	if _, isService := r.Fields["valor_total_servicos"]; !isService {
		row["valor_total_produtos"] = sixDecimals(linesTotal(r))
	}
}

// invoiceTotal is services, or products with all that is added and taken off.
func invoiceTotal(r erpRecord) float64 {
	if services, isService := r.Fields["valor_total_servicos"]; isService {
		return decimal(services)
	}
	total := linesTotal(r) - decimal(r.Fields["desconto_pedido"])
	for _, name := range []string{"valor_IPI", "valor_ST", "frete_pedido", "valor_despesas"} {
		total += decimal(r.Fields[name])
	}
	return twoDecimals(total)
}

// invoiceRoutes are the routes of all kinds.
func (v *vhsys) invoiceRoutes() []route {
	routes := []route{{method: "GET", path: "/documento/:file", handle: v.showInvoiceFile, open: true}}
	for _, kind := range v.invoices {
		routes = slices.Concat(routes, kind.routes())
	}
	return routes
}

// routes are those of one kind. Services have neither items nor numbers to
// void; only NF-e has instalments and letters.
func (k *invoiceKind) routes() []route {
	routes := []route{}
	if k.name != serviceInvoice {
		routes = slices.Concat(k.voidRoutes(), k.itemRoutes(), k.taxRoutes())
	}
	if k.name == goodsInvoice {
		routes = slices.Concat(routes, k.installmentRoutes(), k.letterRoutes())
	}
	crud := k.v.crud(k.path, k.table)
	crud[1].handle, crud[3].handle, crud[4].handle = k.create, k.change, k.remove
	return slices.Concat(routes, k.statusRoutes(), crud, []route{
		{method: "POST", path: k.path + "/:id/emitir", handle: k.issue},
	})
}

// create is POST of a header. The number is given at once, one sequence for
// each series.
func (k *invoiceKind) create(e *exchange) answer {
	body, isObject := decodeObject(e.body)
	fields, good := accept(k.noun.fields, body, true)
	if !isObject || !good || !k.v.customerExists(e.account, fields["id_cliente"]) {
		return erpRefused(k.noun.notCreated)
	}
	if !k.v.settings.OrderRefOnInvoices {
		delete(fields, "id_pedido_ref")
	}
	return erpSuccess(k.row(k.add(e.account, fields)))
}

// add stores a new invoice of the account.
func (k *invoiceKind) add(account string, fields map[string]any) erpRecord {
	if fields["data_pedido"] == nil {
		fields["data_pedido"] = k.v.sandbox.clock.today()
	}
	r := erpRecord{
		ID: k.v.next(k.noun.kind, k.noun.firstID), Account: account,
		Number: k.v.next(k.numbers(account, seriesOf(fields)), 1), CreatedAt: k.v.sandbox.clock.stamp(), Fields: fields,
	}
	k.v.save(k.table, r)
	return r
}

// numbers names the sequence of a series.
func (k *invoiceKind) numbers(account string, series int64) string {
	return k.noun.kind + "_number/" + account + "/" + strconv.FormatInt(series, 10)
}

// seriesOf is the series of an invoice, 1 unless it names another.
func seriesOf(fields map[string]any) int64 { return cmp.Or(whole(fields["serie_nota"]), 1) }

// change is PUT of a header. What was transmitted stays as it is; any other
// invoice gets a new access key with its next transmission.
func (k *invoiceKind) change(e *exchange) answer {
	r, open := k.open(e)
	body, isObject := decodeObject(e.body)
	fields, good := accept(k.noun.fields, body, false)
	if !open || r.Trashed || !isObject || !good || fields["nome_cliente"] == "" || !k.v.customerExists(e.account, fields["id_cliente"]) {
		return erpRefused(k.noun.notChanged)
	}
	if !k.v.settings.OrderRefOnInvoices {
		delete(fields, "id_pedido_ref")
	}
	if series, sent := fields["serie_nota"]; sent && whole(series) != seriesOf(r.Fields) {
		r.Number = k.v.next(k.numbers(r.Account, whole(series)), 1)
	}
	r.Fields = merged(r.Fields, fields)
	r.Issue.Nonce++
	k.v.save(k.table, r)
	return erpSuccess(k.row(r))
}

// remove is DELETE of an invoice that was not issued.
func (k *invoiceKind) remove(e *exchange) answer {
	if r, open := k.open(e); !open && r.ID != 0 {
		return erpRefused("Erro ao excluir a nota fiscal!")
	}
	return k.v.remove(k.table)(e)
}
